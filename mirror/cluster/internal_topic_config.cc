// SPDX-License-Identifier: Apache-2.0

#include "mirror/cluster/internal_topic_config.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace mirror::internal {
namespace {

constexpr char kPolicy[] = "cleanup.policy";
constexpr char kCompact[] = "compact";

struct Setting {
  const char* name;
  const char* value;
  const char* kafkas_default;
};

// The cleaner leaves the active segment alone, so each partition holds one full
// segment, a closed one that waits for the cleaner, and what lives. Progress
// has 25 partitions and the index 4: 25 * 4 MiB and 4 * 16 MiB of active
// segments. With a ratio of 0.1 what is superseded in closed segments is at
// most a ninth of what lives.
constexpr Setting kSmall[] = {{"segment.bytes", "4194304", "1073741824"},
                              {"segment.ms", "3600000", "604800000"},
                              {"min.cleanable.dirty.ratio", "0.1", "0.5"}};
constexpr Setting kMedium[] = {{"segment.bytes", "16777216", "1073741824"},
                               {"segment.ms", "3600000", "604800000"},
                               {"min.cleanable.dirty.ratio", "0.1", "0.5"}};
// A MirrorMaker 2 that starts knows of older offsets only what the cleaner has
// left of older syncs, so they keep a larger active segment, however old.
constexpr Setting kSyncs[] = {{"segment.bytes", "67108864", "1073741824"}};

absl::Span<const Setting> SettingsOf(InternalTopicKind kind) {
  switch (kind) {
    case InternalTopicKind::kProgress:
      return kSmall;
    case InternalTopicKind::kOffsetSyncs:
      return kSyncs;
    case InternalTopicKind::kOffsetIndex:
    case InternalTopicKind::kCheckpoints:
    case InternalTopicKind::kHeartbeats:
    case InternalTopicKind::kAclLedger:
      return kMedium;
  }
  return {};
}

const TopicConfig* Find(absl::Span<const TopicConfig> configs,
                        absl::string_view name) {
  const auto it = std::find_if(
      configs.begin(), configs.end(),
      [name](const TopicConfig& config) { return config.name == name; });
  return it == configs.end() || !it->value.has_value() ? nullptr : &*it;
}

bool SameNumber(const std::string& a, const std::string& b) {
  double x = 0;
  double y = 0;
  return absl::SimpleAtod(a, &x) && absl::SimpleAtod(b, &y) && x == y;
}

}  // namespace

std::map<std::string, std::string> InternalTopicConfigs(
    InternalTopicKind kind) {
  std::map<std::string, std::string> configs = {{kPolicy, kCompact}};
  for (const Setting& setting : SettingsOf(kind)) {
    configs[setting.name] = setting.value;
  }
  return configs;
}

InternalTopicPlan PlanInternalTopic(InternalTopicKind kind,
                                    absl::Span<const TopicConfig> configs) {
  InternalTopicPlan plan;
  // A few megabytes a day, of which only the newest count.
  if (kind == InternalTopicKind::kHeartbeats) return plan;
  const TopicConfig* policy = Find(configs, kPolicy);
  // "compact,delete" deletes as well.
  if (policy != nullptr && *policy->value != kCompact) {
    plan.policy = {kPolicy, *policy->value, kCompact};
  }
  for (const Setting& setting : SettingsOf(kind)) {
    const TopicConfig* config = Find(configs, setting.name);
    // An override is a choice, whatever it says.
    if (config == nullptr || config->source == ConfigSource::kTopic ||
        !SameNumber(*config->value, setting.kafkas_default)) {
      continue;
    }
    plan.segments.push_back({setting.name, *config->value, setting.value});
  }
  return plan;
}

std::string AlterCommand(absl::string_view cluster, absl::string_view topic,
                         absl::Span<const InternalConfigChange> changes) {
  return absl::StrCat(
      "kafka-configs.sh --bootstrap-server BROKERS_OF_", cluster,
      " --alter --entity-type topics --entity-name ", topic, " --add-config ",
      absl::StrJoin(changes, ",",
                    [](std::string* out, const InternalConfigChange& change) {
                      absl::StrAppend(out, change.name, "=", change.then);
                    }));
}

std::string Describe(absl::Span<const InternalConfigChange> changes) {
  return absl::StrJoin(
      changes, ", ", [](std::string* out, const InternalConfigChange& change) {
        absl::StrAppend(out, change.name, " is ", change.now, " instead of ",
                        change.then);
      });
}

}  // namespace mirror::internal
