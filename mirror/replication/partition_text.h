// SPDX-License-Identifier: Apache-2.0
//
// What a partition says to people: what happened, where, and what to do.

#ifndef MIRROR_REPLICATION_PARTITION_TEXT_H_
#define MIRROR_REPLICATION_PARTITION_TEXT_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/model/offset.h"
#include "mirror/replication/partition_options.h"
#include "mirror/sync/skipped_range.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

// The event that reports a range with this reason.
EngineEvent::Kind EventKindOf(SkipReason reason);

// Thread safety: thread-compatible. Lifetime: what the constructor takes must
// outlive it.
class PartitionText {
 public:
  PartitionText(const PartitionPlan* plan, const PartitionOptions* options)
      : plan_(plan), options_(options) {}

  std::string ReadFailed(UpstreamOffset at, const absl::Status& status) const;
  std::string TransformFailed(UpstreamOffset at,
                              const absl::Status& status) const;
  // Transforms cannot be shown the record in full.
  std::string Unrepresentable(UpstreamOffset at, const absl::Status& why) const;
  std::string WriteFailed(const Ack& ack, PartitionProblem problem) const;
  // The record was sent alone and rejected; `limit` says what it exceeds, if
  // that is known.
  std::string Rejected(UpstreamOffset at, const absl::Status& status,
                       const std::string& limit) const;
  // The same, if the partition waits for it.
  std::string WaitsForRejected(const std::string& rejected,
                               const absl::Status& status) const;
  std::string NotDeadLettered(const std::string& rejected,
                              const absl::Status& status) const;
  std::string TimestampAdjusted(const Ack& ack) const;
  std::string Silent(absl::Time since) const;
  std::string SourceRecreated() const;
  std::string NotReadBack(const absl::Status& status) const;

 private:
  const PartitionPlan* const plan_;
  const PartitionOptions* const options_;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_PARTITION_TEXT_H_
