// SPDX-License-Identifier: Apache-2.0
//
// What one partition does from fetch to acknowledgement. It owns no client: the
// shard gives it batches, acknowledgements and the time, and reads off what it
// wants (to be assigned? from where?). MM2's WorkerSourceTask in small, except
// that a failure concerns this partition only.
//
//   fetch --OnBatch--> transforms --> held --Send--> sink --OnAck--> progress
//
//   RESOLVING --bounds known--> RUNNING --failure--> DRAINING --drained-->
//   BACKING_OFF --time--> RUNNING; a gap goes back to RESOLVING after draining,
//   and from there to STOPPED if the policy says so.

#ifndef MIRROR_REPLICATION_PARTITION_REPLICATOR_H_
#define MIRROR_REPLICATION_PARTITION_REPLICATOR_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/cluster/record_source.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"
#include "mirror/policy/record_transform.h"
#include "mirror/replication/gap_policy.h"
#include "mirror/replication/progress.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"
#include "mirror/telemetry/windowed_stat.h"

namespace mirror {

// A source partition, where it is copied to, and where to go on.
struct PartitionPlan {
  TopicPartition source;
  TopicPartition target;
  // The first record to copy; nullopt: no progress is stored.
  std::optional<UpstreamOffset> start;
  // What the target partition holds, if no progress is stored.
  std::optional<TargetLog> target_log;
};

struct PartitionOptions {
  std::string source_alias;
  std::string target_alias;
  GapPolicy on_gap = GapPolicy::kStop;
  StartAt start_at = StartAt::kEarliest;
  std::vector<std::shared_ptr<const RecordTransform>> transforms;
  // Bytes of values on their way to the target before more are held back, so
  // that one stuck partition cannot fill the shard's whole buffer.
  int64_t max_in_flight_bytes = 2 << 20;
  // Without an acknowledgement for this long, a partition at that limit is
  // taken out of the shard's way.
  absl::Duration stall_timeout = absl::Seconds(1);
  // Without one for this long, the partition is reported even if it holds up
  // nothing.
  absl::Duration silence_timeout = absl::Seconds(5);
  // For this long a target partition that the sink does not know may be one
  // that it is just looking up; afterwards it is missing.
  absl::Duration lookup_timeout = absl::Milliseconds(500);
  absl::Duration min_backoff = absl::Seconds(1);
  absl::Duration max_backoff = absl::Minutes(1);
};

// Invariants:
//  - Records go to the sink in upstream order; after a failure none goes out
//    until all that are on their way have been answered, and then the failed
//    one is the first.
//  - committable() never passes a record that is not acknowledged or dropped.
//  - held_ is not empty only for records at or above the last one sent.
// Thread safety: thread-compatible; the shard's lock guards it.
class PartitionReplicator {
 public:
  enum class SendResult {
    kDone,       // nothing is held back
    kAtLimit,    // waits for acknowledgements of this partition
    kBlocked,    // the sink is full
    kLookingUp,  // the sink may not have heard of the target partition yet
  };

  // `options` must outlive the partition.
  PartitionReplicator(PartitionPlan plan, const PartitionOptions* options);

  const TopicPartition& source() const { return plan_.source; }
  const TopicPartition& target() const { return plan_.target; }
  const std::optional<TargetLog>& target_log() const {
    return plan_.target_log;
  }

  // --- What it wants -------------------------------------------------------
  // Whether it should be assigned at the source, and from which offset on.
  bool WantsToRead() const;
  UpstreamOffset next() const { return next_read_; }
  // Whether it waits for OnBounds().
  bool NeedsBounds() const;
  // Whether it holds records back that Send() can move.
  bool HasHeld() const { return !held_.empty(); }
  // Whether it is at its limit with no acknowledgement for a while.
  bool stalled() const { return stalled_; }
  bool HasInFlight() const { return in_flight_records_ > 0; }
  // Where the source's log was found to end, once all before is copied.
  std::optional<UpstreamOffset> passed() const;
  // A stretch of copying without a break that begins now, if one does: nothing
  // is on its way, and copies at or above `first` may stand on the target that
  // no acknowledgement told of.
  struct Stretch {
    UpstreamOffset first;
    bool anew = false;  // the source topic is another one than before
  };
  std::optional<Stretch> TakeStretch() {
    return std::exchange(stretch_, std::nullopt);
  }
  // The last source offset of the prefix that is done with; nullopt if none
  // yet.
  std::optional<UpstreamOffset> committable() const;

  // --- What happens to it --------------------------------------------------
  void OnBounds(const PartitionBounds& bounds);
  void OnBatch(std::unique_ptr<RecordBatch> batch, absl::Time now);
  void OnEvent(const PartitionEvent& event, absl::Time now);
  SendResult Send(RecordSink* sink, absl::Time now);
  // Returns whether the records count as copied: an acknowledgement that comes
  // after a failure does not, as its record will be sent again.
  bool OnAck(const Ack& ack, absl::Time now);
  // Ends back-offs and drains; notices stalls.
  void Tick(absl::Time now);
  void SetPaused(bool paused);
  // Lets go of batches that are not sent; they are read again. For when the
  // source client goes away.
  void ForgetHeld();
  // The sink is gone, and with it what was not acknowledged.
  void OnSinkLost(absl::Time now);
  // Sets the partition aside until Restart(): the source topic is gone or new.
  void Suspend(PartitionProblem problem, const std::string& reason);
  // Leaves STOPPED. With `from_start`, copying begins at the log's start again.
  void Restart(bool from_start);

  PartitionState state() const;
  void FillStatus(const std::optional<PartitionBounds>& bounds, absl::Time now,
                  PartitionStatus* status) const;
  // Events since the last call; `flow` is left empty.
  std::vector<EngineEvent> TakeEvents();

 private:
  // A batch on its way to the target.
  struct Sent {
    UpstreamOffset last_offset;
    int64_t bytes;
    int64_t last_timestamp_ms;
  };
  struct Held {
    std::unique_ptr<RecordBatch> batch;  // null: all records were dropped
    // The offsets that this settles, copied or dropped.
    UpstreamOffset first;
    UpstreamOffset through;
    int64_t next = 0;  // index of the first record not handed to the sink
  };

  // Runs the transforms and holds what they leave.
  void HoldTransformed(std::unique_ptr<RecordBatch> batch, absl::Time now);
  // Whether the first held batch must go out record by record.
  bool InIsolation() const;
  // Whether `status` of Send() may just mean that the sink is looking up the
  // target partition.
  bool IsLookup(const absl::Status& status, absl::Time now);
  void CheckSilence(absl::Duration silence);
  void SplitFirstHeld();
  absl::Status SendFirstHeld(RecordSink* sink);
  void UpdateCommittable();
  void OnRefused(const absl::Status& status, UpstreamOffset first,
                 UpstreamOffset last, absl::Time now);
  // Sets the partition back to `resume`. `from_target`: what is held is after
  // the failed record and must not be sent.
  // Reports nothing if `probing` for the one record that is refused.
  void Fail(PartitionProblem problem, UpstreamOffset resume, bool from_target,
            bool probing, std::string reason, absl::Time now);
  void AfterDrain(absl::Time now);
  // The problem is over: something went well.
  void Recovered();
  void Jump(UpstreamOffset to);
  void PopSent(UpstreamOffset through, absl::Time now);
  void Report(EngineEvent::Kind kind, LogLevel level, std::string message);

  const PartitionPlan plan_;
  const PartitionOptions* const options_;

  PartitionState state_ = PARTITION_RESOLVING;
  PartitionProblem problem_ = PROBLEM_NONE;
  std::string reason_;
  bool problem_reported_ = false;
  bool paused_ = false;
  bool stalled_ = false;
  bool out_of_range_ = false;  // the source does not have next_read_
  bool from_start_ = false;    // the operator asked for the log's start

  std::optional<Stretch> stretch_;
  UpstreamOffset base_;  // where this stretch of copying began
  UpstreamOffset next_read_;
  std::optional<UpstreamOffset> source_end_;  // nothing was read since
  UpstreamOffset resume_;                     // where to go on after draining
  // Up to here records are sent one by one, to find the one that is refused.
  std::optional<UpstreamOffset> isolate_through_;
  absl::Time retry_at_ = absl::InfinitePast();
  absl::Duration backoff_ = absl::ZeroDuration();
  absl::Time last_ack_ = absl::InfinitePast();
  absl::Time unknown_since_ = absl::InfiniteFuture();

  std::deque<Held> held_;
  std::deque<Sent> sent_;
  int64_t in_flight_records_ = 0;
  int64_t in_flight_bytes_ = 0;
  Progress progress_;
  std::optional<UpstreamOffset> committable_;

  int64_t records_ = 0;
  int64_t bytes_ = 0;
  int64_t dropped_ = 0;
  int64_t restarts_ = 0;
  std::optional<UpstreamOffset> acked_;
  WindowedStat record_age_;
  WindowedStat replication_latency_;
  std::vector<EngineEvent> events_;
};

}  // namespace mirror

#endif  // MIRROR_REPLICATION_PARTITION_REPLICATOR_H_
