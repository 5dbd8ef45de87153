// SPDX-License-Identifier: Apache-2.0
//
// translate_offsets without its flags: asks a client, prints, and commits.

#ifndef EXAMPLES_TRANSLATE_OFFSETS_COMMAND_H_
#define EXAMPLES_TRANSLATE_OFFSETS_COMMAND_H_

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "mirror/client/mirror_client.h"
#include "mirror/model/topic_partition.h"

namespace mirror::internal {

struct TranslateOffsetsCommand {
  enum class Format { kText, kJson };

  std::string source;
  // May be empty with `topic_partition`, unless `apply`.
  std::string group;
  // Instead of the group's: position `offset` of this source partition.
  std::optional<TopicPartition> topic_partition;
  int64_t offset = 0;
  Format format = Format::kText;
  // Commits what was found for the group.
  bool apply = false;
  absl::Duration timeout = absl::Seconds(30);
};

// Prints to `out` where the group, or the position, resumes: as text a line
// "topic partition offset exactness" each, as JSON an array of objects; and on
// `notes` a warning for each range of records that the mirror skipped and the
// group has not passed. With `apply` it then commits and says on `notes` what
// became of each partition.
// OK: all positions are known, and the group is at or past them if applied.
absl::Status RunTranslateOffsets(MirrorClient* client,
                                 const TranslateOffsetsCommand& command,
                                 std::ostream& out, std::ostream& notes);

// "orders:3", as Kafka's own tools write a partition.
absl::StatusOr<TopicPartition> ParseTopicColonPartition(absl::string_view text);

}  // namespace mirror::internal

#endif  // EXAMPLES_TRANSLATE_OFFSETS_COMMAND_H_
