// SPDX-License-Identifier: Apache-2.0

#include "mirror/sync/index_flush.h"

#include <utility>

#include "absl/status/statusor.h"
#include "mirror/model/offset.h"
#include "mirror/sync/skipped_range.h"

namespace mirror::internal {

absl::Status IndexFlush::AddSkips(const TopicPartition& tp,
                                  const SkipLedger::Plan& plan) {
  using Name = SkipLedger::Name;
  const auto add = [&](const Name& name, std::optional<std::string> value) {
    absl::StatusOr<std::string> bytes =
        SkippedRangeKey{tp, name.generation, name.first, name.reason}.Encode();
    if (!bytes.ok()) return bytes.status();
    records_.push_back({tp, *std::move(bytes), std::move(value)});
    return absl::OkStatus();
  };
  absl::Status added;
  for (const SkipLedger::Write& write : plan.writes) {
    added.Update(add(write.name, write.record.Encode()));
  }
  // Behind what they were merged into.
  for (const Name& name : plan.tombstones) {
    added.Update(add(name, std::nullopt));
  }
  return added;
}

absl::Status IndexFlush::AddSegments(const TopicPartition& tp,
                                     IndexSegment like,
                                     SegmentLedger::Plan* plan) {
  for (const UpstreamOffset key : plan->tombstones) {
    absl::StatusOr<std::string> bytes = IndexSegmentKey{tp, key}.Encode();
    if (!bytes.ok()) return bytes.status();
    records_.push_back({tp, *std::move(bytes), std::nullopt});
  }
  for (SegmentLedger::Write& write : plan->writes) {
    absl::StatusOr<std::string> bytes = IndexSegmentKey{tp, write.key}.Encode();
    if (!bytes.ok()) return bytes.status();
    like.began_here = write.began_here;
    like.runs = std::move(write.runs);
    records_.push_back({tp, *std::move(bytes), like.Encode()});
  }
  return absl::OkStatus();
}

}  // namespace mirror::internal
