// SPDX-License-Identifier: Apache-2.0
//
// Commits translated offsets on the target, so that consumers which move there
// find their place without a client library of ours (sync.group.offsets.*,
// KIP-545). What MM2 gets wrong here is not repeated: see PlanGroupSync().
//
//   auto syncer = GroupOffsetSyncer::Create(&b, options, emitter.get(), clock);
//   PeriodicWorker worker("group-offsets", clock, [&] {
//     Report((*syncer)->RunOnce());
//     return (*syncer)->TimeToNextTurn();
//   });

#ifndef MIRROR_CHECKPOINT_GROUP_OFFSET_SYNCER_H_
#define MIRROR_CHECKPOINT_GROUP_OFFSET_SYNCER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/checkpoint/checkpoint_emitter.h"
#include "mirror/checkpoint/group_offset_sync.h"
#include "mirror/checkpoint/group_problems.h"
#include "mirror/checkpoint/target_logs.h"
#include "mirror/cluster/cluster.h"
#include "mirror/flow_options.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/live_value.h"
#include "mirror/runtime/mutex.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

struct GroupOffsetSyncerOptions {
  CheckpointOptions checkpoints;
  // "S->T", for events.
  std::string flow;
  std::string client_id;
  // Called by RunOnce() with no lock held; may be null.
  std::function<void(EngineEvent)> on_event;
};

// Purpose: takes the groups that have no members on the target to their
// checkpoints, partition by partition, as far as the target's logs and the
// index say that the checkpoints are true. It never takes them back, but for
// two exceptions:
//   - A commit of a target log that is gone (the topic was recreated or
//     truncated) is moved back to the corrected checkpoint, once, also over a
//     restart. One past the end of the log is always of such a log.
//   - With follow_rewinds a group that was reset on the source, to a position
//     whose translation is exact, is reset once on the target too, unless it
//     had got further there than the source had ever taken it. A reset that
//     happens while the process does not run, or ends before the next round, is
//     not followed: the group then shows as ahead.
// Groups are looked at and written in chunks, so that little time lies between
// the two: what a consumer commits in between would be undone.
// Thread safety: RunOnce() and TimeToNextTurn() belong to one thread; the rest
// is thread-safe and waits for no cluster.
// Lifetime: `target`, `checkpoints` and `clock` must outlive the syncer.
// Errors: what concerns one group or partition shows in the status; a Status
// means that nothing can be done at present.
class GroupOffsetSyncer {
 public:
  // Contacts no cluster. InvalidArgument for settings that the clients refuse.
  static absl::StatusOr<std::unique_ptr<GroupOffsetSyncer>> Create(
      Cluster* target, GroupOffsetSyncerOptions options,
      CheckpointEmitter* checkpoints, Clock* clock);

  // One round over all groups that have checkpoints. An error names the
  // cluster; the next call retries.
  absl::Status RunOnce();

  // When RunOnce() wants to be called next.
  absl::Duration TimeToNextTurn() const;
  // From the next round on.
  void SetInterval(absl::Duration interval) { interval_.Set(interval); }

  // Offsets committed.
  int64_t count() const { return written_; }

  // Makes RunOnce() return soon, now and later.
  void Cancel();

  void FillStatus(GroupOffsetSyncStatus* status) const;

 private:
  // A round: the groups that have checkpoints, and what becomes of each.
  struct Round {
    std::map<std::string, CheckpointedGroup> positions;
    std::map<std::string, GroupSync> groups;
    // Something was refused that may go well in a moment.
    bool again = false;
  };

  GroupOffsetSyncer(GroupOffsetSyncerOptions options,
                    std::unique_ptr<GroupAdmin> admin,
                    std::unique_ptr<TargetLogs> logs,
                    CheckpointEmitter* checkpoints, Clock* clock);

  absl::Status Turn(Round* round);
  // Looks at some groups and writes what is to be written.
  absl::Status SyncSome(const std::vector<std::string>& groups, Round* round);
  // Those without members.
  absl::StatusOr<std::vector<std::string>> Describe(
      const std::vector<std::string>& groups, Round* round);
  absl::Status LookAtTarget(const std::vector<std::string>& groups,
                            const Round& round);
  GroupSyncPlan Plan(const std::string& group, const GroupOffsets& committed,
                     Round* round);
  void Write(const std::map<std::string, GroupSyncPlan>& plans, Round* round);
  void NoteResults(const std::string& group, const GroupSyncPlan& plan,
                   const GroupOffsetResults& results, Round* round);
  void SetRefused(const absl::Status& status, const std::string& group,
                  Round* round);
  void TellProblems(const Round& round);

  const GroupOffsetSyncerOptions options_;
  const std::unique_ptr<GroupAdmin> admin_;
  const std::unique_ptr<TargetLogs> logs_;
  CheckpointEmitter* const checkpoints_;
  Clock* const clock_;
  LiveValue<absl::Duration> interval_;
  std::atomic<bool> cancelled_{false};
  std::atomic<int64_t> written_{0};
  std::atomic<int64_t> reset_{0};

  // Of RunOnce()'s thread.
  absl::Time next_ = absl::InfinitePast();
  GroupProblems problems_;

  mutable Mutex mu_;
  std::map<std::string, GroupSync> groups_ ABSL_GUARDED_BY(mu_);
  absl::Status status_ ABSL_GUARDED_BY(mu_);
  absl::Duration last_round_ ABSL_GUARDED_BY(mu_);
};

}  // namespace mirror::internal

#endif  // MIRROR_CHECKPOINT_GROUP_OFFSET_SYNCER_H_
