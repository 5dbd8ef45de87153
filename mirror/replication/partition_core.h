// SPDX-License-Identifier: Apache-2.0
//
// What the two sides of a Partition share: its state, its collaborators, and
// the few steps that both take. Part of Partition; no other class uses it.

#ifndef MIRROR_REPLICATION_PARTITION_CORE_H_
#define MIRROR_REPLICATION_PARTITION_CORE_H_

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mirror/model/offset.h"
#include "mirror/replication/copy_index.h"
#include "mirror/replication/copy_state.h"
#include "mirror/replication/partition_event.h"
#include "mirror/replication/partition_health.h"
#include "mirror/replication/partition_options.h"
#include "mirror/replication/partition_progress.h"
#include "mirror/replication/partition_stats.h"
#include "mirror/replication/partition_text.h"
#include "mirror/replication/rejected_records.h"
#include "mirror/replication/send_window.h"
#include "mirror/replication/source_log.h"
#include "mirror/replication/target_guard.h"
#include "mirror/runtime/clock.h"
#include "mirror/sync/skipped_range.h"
#include "mirror/telemetry/engine_event.h"

namespace mirror::internal {

// Thread safety: thread-compatible.
struct PartitionCore {
  // How a failure is reported: now, with a wait before the next attempt; or by
  // the step that comes next.
  enum class Reporting { kNow, kLater };
  enum class Side { kSource, kTarget };

  PartitionCore(PartitionPlan partition_plan,
                const PartitionOptions* partition_options,
                CopyIndex* copy_index, Clock* partition_clock);
  PartitionCore(const PartitionCore&) = delete;
  PartitionCore& operator=(const PartitionCore&) = delete;

  bool MayRead() const { return state.may_read() && !paused && !leaving; }
  bool HasHeld() const { return window.HasHeld(); }
  // A dead letter counts.
  bool HasInFlight() const {
    return window.in_flight() > 0 || rejected.letter_in_flight();
  }
  // Whether copies are gone, and an operator is to decide about it.
  bool CopiesAreLost() const;

  // Something failed: drains, to resume at `resume`. `question`: what to ask
  // the source then, instead of a wait.
  void Fail(PartitionProblem problem, UpstreamOffset resume, Side side,
            Reporting reporting, std::string reason, const absl::Status& cause,
            std::optional<CopyState::Question> question = std::nullopt);
  void Stop(PartitionProblem cause, const std::string& reason);
  // From the log's start, of the topic with this id.
  void StartOver(const std::string& id);
  // Records that are not sent are read again.
  void DropHeld();
  void BeginRun(UpstreamOffset first, bool from_start = false);
  void UpdateDone();
  // The record is skipped, and what is behind it may be sent.
  void Settle(const RejectedRecords::Rejected& record, SkipReason reason);
  // Something went well.
  void Recovered();
  void NoteSkipped(SkippedRange range);
  // Returns the event, which may be completed at once.
  EngineEvent& Report(EngineEvent::Kind kind, LogLevel level,
                      std::string message);
  void Emit(Effect effect) { effects->push_back(std::move(effect)); }

  const PartitionPlan plan;
  const PartitionOptions* const options;
  Clock* const clock;
  const PartitionText text;
  CopyIndex* const index;
  // Which source topic the offsets belong to; empty if unknown.
  std::string topic_id;

  CopyState state;
  PartitionHealth health;
  SourceLog log;
  SendWindow window;
  RejectedRecords rejected;
  TargetGuard guard;
  PartitionProgress progress;
  PartitionStats stats;
  UpstreamOffset base;      // where this stretch of copying began
  bool run_is_new = false;  // nothing was acknowledged since it began
  std::optional<UpstreamOffset> acked;

  // The operator's and the loop's wishes, in every state.
  bool paused = false;
  bool leaving = false;
  // Of the call that is running.
  absl::Time now;
  Effects* effects = nullptr;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_PARTITION_CORE_H_
