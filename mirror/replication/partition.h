// SPDX-License-Identifier: Apache-2.0
//
// One source partition from fetch to acknowledgement, as a state machine
// without I/O: Handle() takes what happened and adds what is to be done, in
// order. MM2's WorkerSourceTask in small, except that a failure concerns this
// partition only.
//
//   Effects effects;
//   partition.Handle(event::Read{std::move(batch)}, now, &effects);
//   for (Effect& effect : effects) ... carry it out ...
//   partition.Send(sink, now, share, &effects);  // the way of a batch
//
// The states and their transitions are in copy_state.h:
//
//   Resolving --bounds known--> ReadingBack --target read--> Comparing
//   --none equal--> Running --failure--> Draining --answered--> BackingOff
//   --time--> Running. ReadingBack and Comparing come once, and only if the
//   target may hold unknown copies; a gap goes from Draining to
//   Resolving, and from there to Stopped if the policy says so.
//
// What happens to a partition, and what follows (partition_test.cc):
//
//   event           | effect (Report, Assign and Unassign may come with each)
//   ----------------+---------------------------------------------------------
//   Added           | BeginRun if the start is known, else AskBounds
//   BoundsKnown     | [Skipped], BeginRun; or Stopped
//   both, and Tick  | ReadBack first, if the target may hold unknown copies:
//   after SinkLost  | then what is Read is compared, before it is sent
//   TargetRead      | BeginRun, if there are none
//   Read, compared  | once none is equal: Copied, and BeginRun behind
//   Read, then Send | records to the sink; Unassign if it holds too much
//   Acked           | Copied; [ForgetCopies, Skipped] if copies are gone
//   Acked, error    | Draining, or a rejected record is settled: see below
//   Tick            | drained: [Skipped], BeginRun; or AskBounds
//   rejected alone  | Skipped, or DeadLetter, DeadLettered, Skipped
//   TargetChanged   | on.target.change: ForgetCopies, Skipped; or Stopped
//   SourceRecreated | on.source.gap: Skipped, from the start; or Stopped
//   Decided         | [ForgetCopies], Skipped; then as after a failure
//   CommitDue       | CommitThrough
//   Committed       | AskBounds, if that waited for it
//   Released        | Unassign; once drained and committed, Left

#ifndef MIRROR_REPLICATION_PARTITION_H_
#define MIRROR_REPLICATION_PARTITION_H_

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/cluster/record_source.h"
#include "mirror/cluster/topic_limits.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"
#include "mirror/replication/comparing_side.h"
#include "mirror/replication/copy_index.h"
#include "mirror/replication/copy_state.h"
#include "mirror/replication/partition_core.h"
#include "mirror/replication/partition_event.h"
#include "mirror/replication/partition_options.h"
#include "mirror/replication/send_window.h"
#include "mirror/replication/source_side.h"
#include "mirror/replication/target_side.h"
#include "mirror/runtime/clock.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

// Invariants:
//  - Records go to the sink in upstream order; after a failure none is sent
//    until all that are in flight have been answered, and then the failed one
//    is the first.
//  - What is committed never passes a record that is not acknowledged or
//    dropped.
// Thread safety: thread-compatible; the loop's lock guards it.
class Partition {
 public:
  using SendResult = SendWindow::Result;

  // What it takes must outlive the partition. `clock` only says what calendar
  // time a `now` is.
  Partition(PartitionPlan plan, const PartitionOptions* options,
            CopyIndex* index, Clock* clock);
  Partition(const Partition&) = delete;
  Partition& operator=(const Partition&) = delete;

  const TopicPartition& source() const { return core_.plan.source; }
  const TopicPartition& target() const { return core_.plan.target; }

  // Adds to `effects` what is to be done about the event.
  void Handle(Event event, absl::Time now, Effects* effects);
  // Sends what is held, as SendWindow::Send(). kFailed and kRejected are dealt
  // with.
  SendResult Send(RecordSink* sink, absl::Time now, const SinkShare& share,
                  Effects* effects);

  // Whether event::Tick may change something although nothing else happens.
  bool wants_ticks() const;
  // Whether it is assigned, by its effects.
  bool reads() const { return reads_; }
  // Whether its records go through the flow's transforms.
  bool transforms() const { return !core_.plan.is_heartbeats; }
  bool stopped() const { return core_.state.is<CopyState::Stopped>(); }
  bool WaitsForOperator() const {
    return core_.paused || core_.state.AwaitsDecision();
  }
  // Whether copies are gone, and it is not decided yet what happens for that.
  bool TargetIsUndecided() const;
  // Where the target's log ends as far as this partition wrote it; nullopt if
  // that is not certain now.
  std::optional<DownstreamOffset> target_end() const {
    return core_.HasInFlight() ? std::nullopt : core_.guard.end();
  }

  // For the loop's budget.
  bool HasHeld() const { return core_.window.HasHeld(); }
  int64_t held_bytes() const { return core_.window.held_bytes(); }
  int64_t OverdueBytes(absl::Time now) const {
    return core_.window.OverdueBytes(now);
  }
  int64_t sink_bytes() const { return core_.window.sink_bytes(); }
  // What the target topic takes.
  void SetLimits(const TopicLimits& limits) { core_.window.SetLimits(limits); }

  // The source's bounds from the client's own knowledge.
  void NoteBounds(const PartitionBounds& bounds) {
    core_.log.SetBounds(bounds);
  }
  // Whether the next copy needs them, and they are not known.
  bool LacksBounds() const {
    return (core_.run_is_new || comparing_.comparing()) && !core_.log.bounds();
  }
  // How many records of the target it keeps for comparison.
  int64_t compared_records() const {
    const auto* const comparing = core_.state.get<CopyState::Comparing>();
    return comparing == nullptr ? 0 : comparing->comparison.size();
  }
  // Whether a commit would store something.
  bool HasUncommitted() const { return core_.progress.HasUncommitted(); }
  const std::optional<UpstreamOffset>& committed() const {
    return core_.progress.committed();
  }
  void FillStatus(absl::Time now, PartitionStatus* status) const;

 private:
  void On(event::Added event);
  void On(event::Tick event);
  void On(event::Paused event);
  void On(event::Released event);
  void On(event::SourceClientLost event);
  void On(event::Suspended event);
  void On(event::Decided event);
  void On(event::CommitDue event);
  void On(event::Committed event);
  void On(event::BoundsKnown event) { source_.On(std::move(event)); }
  void On(event::BoundsUnknown event) { source_.On(std::move(event)); }
  void On(event::TargetRead event) { comparing_.On(std::move(event)); }
  void On(event::Read event) { source_.On(std::move(event)); }
  void On(event::FromSource event) { source_.On(std::move(event)); }
  void On(event::SourceBack event) { source_.On(std::move(event)); }
  void On(event::SourceRecreated event) {
    comparing_.Abandon();
    comparing_.ExpectNone();
    source_.On(std::move(event));
  }
  void On(event::Acked event) { target_.On(std::move(event)); }
  void On(event::DeadLettered event) { target_.On(std::move(event)); }
  void On(event::HoldsTooMuch event) { target_.On(std::move(event)); }
  void On(event::TargetChanged event) {
    comparing_.Abandon();
    comparing_.ExpectNone();
    target_.On(std::move(event));
  }
  void On(event::TargetEndSeen event) { target_.On(std::move(event)); }
  void On(event::SinkLost event) {
    comparing_.Expect(core_.HasInFlight());
    comparing_.Abandon();
    target_.On(std::move(event));
  }

  // What was in flight is answered.
  void OnDrained();
  // Where the source's log was found to end, once all before is copied.
  std::optional<UpstreamOffset> PassedEnd() const;
  // Adds what follows from the state that it is in now.
  void EmitWishes();

  PartitionCore core_;
  TargetSide target_;
  ComparingSide comparing_;
  SourceSide source_;
  // What was last said by effects.
  bool reads_ = false;
  bool asks_ = false;
  bool left_ = false;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_PARTITION_H_
