// SPDX-License-Identifier: Apache-2.0
//
// Port: reading partitions of a cluster. MM2's source consumer (mm2 data path),
// without its automatic offset reset: positions are always the caller's.
//
//   source->Assign({{{"orders", 3}, UpstreamOffset(1001)}});
//   Fetched fetched;
//   source->Poll(absl::Milliseconds(20), &fetched);
//   for (auto& batch : fetched.batches) ...

#ifndef MIRROR_CLUSTER_RECORD_SOURCE_H_
#define MIRROR_CLUSTER_RECORD_SOURCE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"

namespace mirror {

// Where to begin reading a partition.
struct StartPosition {
  TopicPartition topic_partition;
  UpstreamOffset offset;
  // The leader epoch of the record before `offset`, so that a log that was
  // truncated below it and has grown again is noticed (KIP-320); -1 if unknown.
  int32_t leader_epoch = -1;
  // Which topic the offset belongs to (TopicDescription::id), so that one that
  // was recreated is noticed; empty if unknown.
  std::string topic_id = {};
};

// Something other than records that a partition has to say.
struct PartitionEvent {
  enum class Kind {
    // All records below `offset` have been delivered, and there are no more
    // now.
    // `offset` is exact: past markers, aborted records and compaction holes.
    kEnd,
    // Reading has stopped at this partition until it is assigned again. The
    // code of `status`: OutOfRange, `offset` is not in the log (retention,
    // truncation); FailedPrecondition, the topic is not the one that the
    // position belongs to (deleted and created again), and none of the new
    // one's records was delivered; DataLoss, a corrupt batch; NotFound,
    // PermissionDenied and others as named.
    kError,
  };
  TopicPartition topic_partition;
  Kind kind = Kind::kEnd;
  UpstreamOffset offset;
  absl::Status status;
  // With OutOfRange: the log was truncated, and from here on it does not hold
  // what it held when the records before `offset` were delivered.
  std::optional<UpstreamOffset> diverged_at = std::nullopt;
};

// What one Poll() brought.
struct Fetched {
  std::vector<std::unique_ptr<RecordBatch>> batches;
  std::vector<PartitionEvent> events;
  // The latest error of the cluster as a whole (no broker reachable, wrong
  // password); OK if none was seen. The source retries automatically.
  absl::Status cluster_status;
};

// The offsets a partition holds, as last heard from its broker.
struct PartitionBounds {
  UpstreamOffset log_start;
  // One past the last record (read_committed: the last stable one if known).
  UpstreamOffset end;
};

// Purpose: delivers the records of the assigned partitions in offset order,
// buffering a bounded number of bytes and fetching nothing while not polled.
// Thread safety: used by one thread.
// Lifetime: the destructor drops what is buffered and returns within seconds,
// also when the cluster does not answer. Batches must be gone before.
class RecordSource {
 public:
  virtual ~RecordSource() = default;

  // Begins to read partitions; those already assigned start again at the given
  // offset, and nothing read before the call is delivered after it. Does not
  // block on the cluster. Whether the offset exists shows in Poll().
  virtual absl::Status Assign(absl::Span<const StartPosition> positions) = 0;

  // Stops reading partitions; none of their records is delivered afterwards.
  // Partitions that are not assigned are ignored.
  virtual absl::Status Unassign(
      absl::Span<const TopicPartition> partitions) = 0;

  // Waits until there is something, or `timeout`, and adds it to `*fetched`.
  // Records of a partition come in offset order; a batch holds one partition.
  // Fails only if the source failed fatally: FailedPrecondition.
  virtual absl::Status Poll(absl::Duration timeout, Fetched* fetched) = 0;

  // The partition's bounds from local knowledge; nullopt before the first
  // answer. Never blocks.
  virtual std::optional<PartitionBounds> Bounds(
      const TopicPartition& partition) = 0;
};

}  // namespace mirror

#endif  // MIRROR_CLUSTER_RECORD_SOURCE_H_
