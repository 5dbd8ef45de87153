// SPDX-License-Identifier: Apache-2.0
//
// What happens to a partition (events), and what it then wants done (effects).
// The partition does no I/O: the loop that owns the clients turns what they say
// into events, and carries effects out, in order.

#ifndef MIRROR_REPLICATION_PARTITION_EVENT_H_
#define MIRROR_REPLICATION_PARTITION_EVENT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/cluster/record_source.h"
#include "mirror/model/offset.h"
#include "mirror/model/position.h"
#include "mirror/model/record.h"
#include "mirror/replication/copy_comparison.h"
#include "mirror/replication/gap_policy.h"
#include "mirror/replication/record_fingerprint.h"
#include "mirror/replication/target_change.h"
#include "mirror/sync/offset_runs.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/sync/skipped_range.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"
#include "mirror/transform/transform_batch.h"

namespace mirror::internal {

namespace event {

// It is given to a loop; once, before all others.
struct Added {
  bool paused = false;
};
// The source says where its log begins and ends, or why it does not.
struct BoundsKnown {
  PartitionBounds bounds;
};
struct BoundsUnknown {
  absl::Status why;
};
// What the target holds, as effect::ReadBack asked; or why that is not known.
struct TargetRead {
  absl::StatusOr<std::vector<TargetRecord>> records;
};
// A batch was read. `transformed`: what the flow's transforms made of it; none
// if it goes through none.
struct Read {
  std::unique_ptr<RecordBatch> batch;
  std::optional<TransformedBatch> transformed = std::nullopt;
};
// The source reached the log's end, or stopped reading; valid during the call.
struct FromSource {
  const PartitionEvent* event;
};
// The target answered; valid during the call.
struct Acked {
  const Ack* ack;
};
// The record was written to the dead-letter topic, or was rejected there.
struct DeadLettered {
  absl::Status status;
};
// Some 20 ms have passed; while wants_ticks().
struct Tick {};
struct Paused {
  bool paused;
};
// It holds too much for how slowly it moves: it is not read until it has
// drained to half.
struct HoldsTooMuch {};
// Something happened to the copies on the target.
struct TargetChanged {
  TargetChange change;
};
// The target's log ends at `end`; it was asked when target_end() was
// `expected`.
struct TargetEndSeen {
  DownstreamOffset expected;
  DownstreamOffset end;
};
// It is to stop reading, to drain, to commit, and to go.
struct Released {};
// The source's client is about to be replaced.
struct SourceClientLost {};
// The target's client is gone, and with it what was not acknowledged.
struct SinkLost {};
// The source topic is missing, or there again.
struct Suspended {
  PartitionProblem problem;
  std::string reason;
};
struct SourceBack {};
// The source topic is another one than the one copied so far.
struct SourceRecreated {
  std::string topic_id;
};
// The operator's decision, not kStop; only if it is stopped.
struct Decided {
  LossPolicy decision;
};
// A commit begins.
struct CommitDue {};
// Progress was stored.
struct Committed {
  UpstreamOffset through;
};

}  // namespace event

using Event = std::variant<
    event::Added, event::BoundsKnown, event::BoundsUnknown, event::TargetRead,
    event::Read, event::FromSource, event::Acked, event::DeadLettered,
    event::Tick, event::Paused, event::HoldsTooMuch, event::TargetChanged,
    event::TargetEndSeen, event::Released, event::SourceClientLost,
    event::SinkLost, event::Suspended, event::SourceBack,
    event::SourceRecreated, event::Decided, event::CommitDue, event::Committed>;

namespace effect {

// The source client reads it from there on, or no longer. An Unassign comes
// before each Assign but the first.
struct Assign {
  StartPosition position;
};
struct Unassign {};
// The source is asked for its bounds until BoundsKnown, or no longer.
struct AskBounds {
  bool ask;
};
// The target partition is read from `from` on, to `end` or, if that is not
// known, to the log's end; event::TargetRead follows.
struct ReadBack {
  DownstreamOffset from;
  std::optional<DownstreamOffset> end;
  Timestamps timestamps = Timestamps::kKept;
};
// Goes to the dead-letter topic; event::DeadLettered follows.
struct DeadLetter {
  Record record;
};
// Will never be copied: noted before the progress behind it.
struct Skipped {
  SkippedRange range;
};
// The copies that the index knows are gone.
struct ForgetCopies {};
// Copying without a break begins: nothing is in flight, and copies at or above
// `first` may be on the target that no acknowledgement reported.
struct BeginRun {
  UpstreamOffset first;
  // All is copied again: positions of what was copied before are void.
  bool from_start = false;
  // What the target held before the first copy, if known.
  std::optional<TargetLog> target_log = std::nullopt;
  // What of that is possible.
  UnindexedCopies unindexed = UnindexedCopies::kPossible;
};
// These records are copied.
struct Copied {
  CopiedRange range;
  // Where the source's log ends, if known, for the first copy of a run.
  UpstreamOffset source_end;
  // Of batches that are copied in full with it.
  int64_t bytes = 0;
};
// The answer to CommitDue: what to store.
struct CommitThrough {
  std::optional<UpstreamOffset> log_start;
  // Records before it are copied or need no copy.
  std::optional<UpstreamOffset> passed;
  // The last source offset that is done with, and its leader epoch.
  std::optional<UpstreamOffset> done;
  int32_t leader_epoch = -1;
  bool has_copies = false;
  // Which source topic is copied; only if that changed.
  std::optional<std::string> topic_id;
  // Whether `done` is not stored yet.
  bool store_progress = false;
  // Whether the index may be written: not while stored progress is ahead.
  bool store_index = false;
};
// The target topic did not do what its limits say.
struct DoubtLimits {};
// For the host; `flow` is empty.
struct Report {
  EngineEvent event;
};
// It was released, and everything is drained and committed.
struct Left {};

}  // namespace effect

using Effect =
    std::variant<effect::Assign, effect::Unassign, effect::AskBounds,
                 effect::ReadBack, effect::DeadLetter, effect::Skipped,
                 effect::ForgetCopies, effect::BeginRun, effect::Copied,
                 effect::CommitThrough, effect::DoubtLimits, effect::Report,
                 effect::Left>;
// Reused from call to call, so that the way of a batch allocates nothing.
using Effects = std::vector<Effect>;

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_PARTITION_EVENT_H_
