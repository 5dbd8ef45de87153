// SPDX-License-Identifier: Apache-2.0
//
// What one partition does from fetch to acknowledgement. It owns no client: the
// loop gives it batches, acknowledgements and the time, and reads off what it
// wants (to be assigned? from where?). MM2's WorkerSourceTask in small, except
// that a failure concerns this partition only.
//
//   fetch --OnBatch--> transforms --> held --Send--> sink --OnAck--> progress
//
//   RESOLVING --bounds known--> RUNNING --failure--> DRAINING --drained-->
//   BACKING_OFF --time--> RUNNING; a gap goes back to RESOLVING after draining,
//   and from there to STOPPED if the policy says so. SendWindow finds a record
//   that the target rejects; then the policy may settle it.

#ifndef MIRROR_REPLICATION_PARTITION_REPLICATOR_H_
#define MIRROR_REPLICATION_PARTITION_REPLICATOR_H_

#include <cstdint>
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
#include "mirror/cluster/topic_limits.h"
#include "mirror/flow_options.h"
#include "mirror/model/offset.h"
#include "mirror/model/position.h"
#include "mirror/model/record.h"
#include "mirror/model/topic_partition.h"
#include "mirror/replication/epoch_history.h"
#include "mirror/replication/partition_options.h"
#include "mirror/replication/partition_stats.h"
#include "mirror/replication/send_window.h"
#include "mirror/replication/target_change.h"
#include "mirror/runtime/clock.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

// Invariants:
//  - Records go to the sink in upstream order; after a failure none goes out
//    until all that are in flight have been answered, and then the failed one
//    is the first.
//  - committable() never passes a record that is not acknowledged or dropped.
// Thread safety: thread-compatible; the loop's lock guards it.
class PartitionReplicator {
 public:
  using SendResult = SendWindow::Result;

  // `options` and `clock` must outlive the partition. `clock` only says what
  // calendar time a `now` is.
  PartitionReplicator(PartitionPlan plan, const PartitionOptions* options,
                      Clock* clock);

  const TopicPartition& source() const { return plan_.source; }
  const TopicPartition& target() const { return plan_.target; }
  // Of the source topic that is copied; empty if unknown.
  const std::string& topic_id() const { return topic_id_; }
  const std::optional<TargetLog>& target_log() const {
    return plan_.target_log;
  }

  // --- What it wants -------------------------------------------------------
  // Whether it should be assigned at the source, and from which offset on.
  bool WantsToRead() const;
  StartPosition next() const {
    return {plan_.source, next_read_, epochs_.Before(next_read_), topic_id_};
  }
  // Whether it waits for OnBounds().
  bool NeedsBounds() const;
  // Whether it holds records back that Send() can move.
  bool HasHeld() const { return window_.HasHeld(); }
  int64_t held_bytes() const { return window_.held_bytes(); }
  // Of records in flight without an answer for a while.
  int64_t OverdueBytes(absl::Time now) const {
    return window_.OverdueBytes(now);
  }
  int64_t in_flight_bytes() const { return window_.in_flight_bytes(); }
  int64_t sink_bytes() const { return window_.sink_bytes(); }
  // A dead letter counts.
  bool HasInFlight() const {
    return window_.in_flight() > 0 || letter_.has_value();
  }
  // Whether Tick() may change something although nothing else happens.
  bool WaitsForTime() const {
    return HasInFlight() || HasHeld() || state_ == PARTITION_DRAINING ||
           state_ == PARTITION_BACKING_OFF;
  }
  // Where the source's log was found to end, once all before is copied.
  std::optional<UpstreamOffset> passed() const;
  // Makes what is passed count as done with, before retention takes it away.
  void SettlePassed();
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
  // The last source offset of the prefix that is done with; nullopt if none is
  // yet, -1 if copying begins at the log's start. With has_copies() false it
  // only tells where copying begins.
  std::optional<UpstreamOffset> committable() const;
  // The leader epoch of the last offset that is done with; -1 if unknown.
  int32_t committable_epoch() const {
    return committable_.has_value() ? epochs_.Before(*committable_ + 1) : -1;
  }
  // Whether any copy was ever made, as far as is known.
  bool has_copies() const { return has_copies_; }
  // Where the target's log ends as far as this partition wrote it; nullopt if
  // that is not certain now.
  std::optional<DownstreamOffset> target_end() const {
    return HasInFlight() ? std::nullopt : target_end_;
  }
  // A record for the dead-letter topic, if there is one. OnDeadLettered() must
  // follow.
  std::optional<Record> TakeDeadLetter() {
    return std::exchange(dead_letter_, std::nullopt);
  }
  // What it means that the target's log ends at `end`, where by our own copies
  // it should end at `expected`; nothing, if others may write there.
  std::optional<TargetChange> JudgeTargetEnd(DownstreamOffset expected,
                                             DownstreamOffset end) const;
  // What happened to the target, for OnTargetChange(): by the last
  // acknowledgement, or while STOPPED for another reason.
  std::optional<TargetChange> TakeTargetChange() {
    return std::exchange(target_change_, std::nullopt);
  }
  // What will never be copied, to be noted before the progress behind it.
  std::vector<SkippedRange> TakeSkipped() {
    return std::exchange(skipped_, {});
  }

  // --- What happens to it --------------------------------------------------
  void OnBounds(const PartitionBounds& bounds, absl::Time now);
  void OnNoBounds(const absl::Status& why);
  void OnBatch(std::unique_ptr<RecordBatch> batch, absl::Time now);
  void OnEvent(const PartitionEvent& event, absl::Time now);
  // As SendWindow::Send(). kFailed and kRejected are dealt with.
  SendResult Send(RecordSink* sink, absl::Time now, const SinkShare& share);
  // It holds too much for how slowly it goes: it is not read until it has
  // drained to half.
  void Choke() { choked_above_ = window_.held_bytes() / 2; }
  // What the target topic takes.
  void SetLimits(const TopicLimits& limits) { window_.SetLimits(limits); }
  bool TakeLimitsDoubt() { return window_.TakeDoubt(); }
  // Returns whether the records count as copied: an acknowledgement that comes
  // after a failure does not, as its record will be sent again.
  bool OnAck(const Ack& ack, absl::Time now);
  // Ends back-offs and drains; notices stalls.
  void Tick(absl::Time now);
  void SetPaused(bool paused);
  // The record was written to the dead-letter topic, or was refused there.
  void OnDeadLettered(const absl::Status& status, absl::Time now);
  // Something happened to the copies that are on the target. `lost` are the
  // source records of which the copies are gone.
  void OnTargetChange(const TargetChange& change,
                      const std::optional<SkippedRange>& lost, absl::Time now);
  bool AwaitsDecision() const;  // STOPPED until an operator decides
  bool WaitsForOperator() const { return paused_ || AwaitsDecision(); }
  // Reads and sends nothing more.
  void Leave();
  // Whether it was asked to leave, and nothing of it is in flight.
  bool HasLeft() const {
    return leaving_ && !HasHeld() && !HasInFlight() &&
           !dead_letter_.has_value();
  }
  // Drops batches that are not sent, as the source client goes away.
  void ForgetHeld();
  // The sink is gone, and with it what was not acknowledged.
  void OnSinkLost(absl::Time now);
  // Sets the partition aside until Restart(): the source topic is gone or new.
  void Suspend(PartitionProblem problem, const std::string& reason);
  // The source topic is there again: leaves STOPPED, with what comes next if
  // that is still there, unless an operator's decision is awaited.
  void Restart();
  // The source topic is another one than the one copied so far, which is known
  // to have ended at `known_end`. A decision that is awaited comes first.
  void OnSourceRecreated(const std::string& topic_id,
                         std::optional<UpstreamOffset> known_end,
                         absl::Time now);
  // Begins at the log's start again, of the topic with this id.
  void StartOver(const std::string& topic_id);
  // The operator's decision for a partition that is STOPPED; not kStop.
  // FailedPrecondition: it is not.
  absl::Status Resolve(LossPolicy decision, absl::Time now);
  // Whether it is STOPPED as copies are gone from the target.
  bool copies_are_lost() const { return lost_.has_value(); }
  // The same, or will be once what it is STOPPED for now is decided.
  bool target_is_undecided() const {
    return lost_.has_value() || target_change_.has_value();
  }

  PartitionState state() const;
  void FillStatus(const std::optional<PartitionBounds>& bounds, absl::Time now,
                  PartitionStatus* status) const;
  // Events since the last call; `flow` is left empty.
  std::vector<EngineEvent> TakeEvents();

 private:
  // Whether others who write now have been doing so for a while.
  bool OthersKeepWriting(absl::Time now);
  // Runs the transforms and holds what they leave.
  void HoldTransformed(std::unique_ptr<RecordBatch> batch, absl::Time now);
  void CheckSilence(absl::Duration silence);
  void Unchoke();
  void UpdateCommittable();
  // Records were not written, as the ack says.
  void OnFailed(const Ack& ack, absl::Time now);
  // The record that window_.rejected() tells of was sent alone and rejected.
  void OnRejected(const absl::Status& status, absl::Time now);
  // The record cannot be shown to the transforms in full.
  void OnHidden(UpstreamOffset offset, const absl::Status& why, absl::Time now);
  // Counts, and tells of the first.
  void OnRetimed(const Ack& ack);
  // Sets the partition back to `resume`. `from_target`: what is held is after
  // the failed record and must not be sent.
  // Reports nothing, and does not wait, if `quiet`: the next step tells.
  void Fail(PartitionProblem problem, UpstreamOffset resume, bool from_target,
            bool quiet, std::string reason, const absl::Status& cause,
            absl::Time now);
  void AfterDrain(absl::Time now);
  void LeaveStopped();
  // Notes that the record is left out of the copy.
  void NoteRejected(UpstreamOffset offset, SkipReason reason,
                    const std::string& why, absl::Time now);
  void NoteSkipped(SkippedRange range, absl::Time now);
  // Notices by an acknowledgement that others changed the target's log.
  void CheckTarget(const Ack& ack);
  // The problem is over: something went well.
  void Recovered();
  void Jump(UpstreamOffset to);
  void Report(EngineEvent::Kind kind, LogLevel level, std::string message);

  const PartitionPlan plan_;
  const PartitionOptions* const options_;
  Clock* const clock_;

  PartitionState state_ = PARTITION_RESOLVING;
  PartitionProblem problem_ = PROBLEM_NONE;
  std::string reason_;
  bool problem_reported_ = false;
  bool paused_ = false;
  bool leaving_ = false;
  bool stalled_ = false;
  std::optional<int64_t> choked_above_;
  bool asks_bounds_ = false;  // the source does not have next_read_
  std::optional<UpstreamOffset> diverged_at_;
  bool from_start_ = false;  // the operator asked for the log's start
  std::optional<LossPolicy> decision_;  // the operator's, for this gap
  std::string topic_id_;                // that the offsets belong to
  // If STOPPED, and that is another now: which, and what the old one had more.
  std::string new_topic_id_;
  std::optional<SkippedRange> recreated_;

  std::optional<Stretch> stretch_;
  UpstreamOffset base_;  // where this stretch of copying began
  UpstreamOffset next_read_;
  std::optional<UpstreamOffset> source_end_;  // nothing was read since
  UpstreamOffset resume_;                     // where to go on after draining
  // The record that transforms cannot be shown, if the policy is to settle
  // that.
  std::optional<UpstreamOffset> hidden_;
  std::string hidden_why_;
  // The record that is in flight as a dead letter.
  std::optional<UpstreamOffset> letter_;
  std::string letter_why_;
  std::optional<Record> dead_letter_;
  absl::Time retry_at_ = absl::InfinitePast();
  absl::Duration backoff_ = absl::ZeroDuration();

  SendWindow window_;
  std::optional<UpstreamOffset> committable_;
  bool has_copies_ = false;

  EpochHistory epochs_;
  std::optional<UpstreamOffset> acked_;
  // Where the next copy should land, as nothing but copies came since the last.
  std::optional<DownstreamOffset> target_end_;
  std::optional<TargetChange> target_change_;
  std::optional<SkippedRange> lost_;  // until the operator decides
  // When others began to write to the target, and when they last did.
  absl::Time foreign_since_ = absl::InfinitePast();
  absl::Time foreign_last_ = absl::InfinitePast();
  PartitionStats stats_;
  std::vector<SkippedRange> skipped_;
  std::vector<EngineEvent> events_;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_PARTITION_REPLICATOR_H_
