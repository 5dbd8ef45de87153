// SPDX-License-Identifier: Apache-2.0
//
// The records of a mirror's internal topics as lines: those of MM2's
// formatters (KIP-597), and one of our own for the offset index.

#ifndef EXAMPLES_TOPIC_LINES_H_
#define EXAMPLES_TOPIC_LINES_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mirror/policy/replication_policy.h"

namespace mirror::internal {

enum class TopicKind { kHeartbeats, kCheckpoints, kOffsetSyncs, kOffsetIndex };

// "heartbeats", "checkpoints", "offset-syncs" or "offset-index"; nullopt for
// any other name.
std::optional<TopicKind> ParseTopicKind(absl::string_view name);

// What the topic's name tells; nullopt if it is none of the four.
std::optional<TopicKind> DetectTopicKind(const ReplicationPolicy& policy,
                                         absl::string_view topic);

// The line for a record, without its end. A record without value says what it
// deletes. Errors as those of the codec: it is no such record.
absl::StatusOr<std::string> FormatRecord(
    TopicKind kind, absl::string_view key,
    std::optional<absl::string_view> value);

}  // namespace mirror::internal

#endif  // EXAMPLES_TOPIC_LINES_H_
