// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/connector_readers.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace mirror::internal {
namespace {

using absl::string_view;

constexpr unsigned kAllConnectors =
    kSourceConnector | kCheckpointConnector | kHeartbeatConnector;

constexpr std::pair<string_view, unsigned> kReaders[] = {
    {"source.cluster.*", kAllConnectors},
    {"target.cluster.*", kAllConnectors},
    {"replication.policy.*", kAllConnectors},
    {"topics", kSourceConnector | kCheckpointConnector},
    {"topics.exclude", kSourceConnector | kCheckpointConnector},
    {"topic.filter.class", kSourceConnector | kCheckpointConnector},
    {"offset-syncs.topic.location", kSourceConnector | kCheckpointConnector},
    {"groups", kCheckpointConnector},
    {"groups.*", kCheckpointConnector},
    {"group.filter.class", kCheckpointConnector},
    {"refresh.groups.*", kCheckpointConnector},
    {"emit.checkpoints.*", kCheckpointConnector},
    {"checkpoints.topic.*", kCheckpointConnector},
    {"sync.group.offsets.*", kCheckpointConnector},
    {"emit.heartbeats.*", kHeartbeatConnector},
    {"heartbeats.topic.*", kHeartbeatConnector},
};

constexpr string_view kOwnOfEach[] = {"tasks.max",
                                      "tasks.max.enforce",
                                      "key.converter",
                                      "key.converter.*",
                                      "value.converter",
                                      "value.converter.*",
                                      "header.converter",
                                      "header.converter.*",
                                      "errors.*",
                                      "topic.creation.*",
                                      "config.action.reload",
                                      "metric.reporters",
                                      "exactly.once.support",
                                      "offsets.storage.topic"};

bool Matches(string_view name, string_view pattern) {
  return absl::ConsumeSuffix(&pattern, "*") ? absl::StartsWith(name, pattern)
                                            : name == pattern;
}

}  // namespace

std::optional<unsigned> ReadersOf(string_view name) {
  for (const auto& [pattern, readers] : kReaders) {
    if (Matches(name, pattern)) return readers;
  }
  return std::nullopt;
}

bool IsOwnOfEach(string_view name) {
  return std::any_of(std::begin(kOwnOfEach), std::end(kOwnOfEach),
                     [name](string_view p) { return Matches(name, p); });
}

}  // namespace mirror::internal
