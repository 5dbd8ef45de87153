// SPDX-License-Identifier: Apache-2.0
//
// Writes checkpoints: where each consumer group of the source can resume on the
// target. MM2's MirrorCheckpointConnector and MirrorCheckpointTask (KIP-382),
// with MM2's rules and bytes; docs/formats/checkpoint.md says what differs.
//
//   auto emitter = CheckpointEmitter::Create(&a, &b, options, &store, clock);
//   while (!stopped) {
//     Report((*emitter)->RunOnce());
//     Sleep((*emitter)->TimeToNextTurn());
//   }
//
// An engine runs one per flow. A program without an engine fills the store by
// an OffsetSyncReader; see examples/standalone_parts.cc.

#ifndef MIRROR_CHECKPOINT_CHECKPOINT_EMITTER_H_
#define MIRROR_CHECKPOINT_CHECKPOINT_EMITTER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/checkpoint/checkpoint.h"
#include "mirror/checkpoint/checkpoint_topic.h"
#include "mirror/checkpoint/checkpoint_translator.h"
#include "mirror/checkpoint/group_problems.h"
#include "mirror/checkpoint/owned_partitions.h"
#include "mirror/checkpoint/source_groups.h"
#include "mirror/checkpoint/target_logs.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/group_admin.h"
#include "mirror/flow_options.h"
#include "mirror/model/topic_partition.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/replication_policy.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/live_value.h"
#include "mirror/runtime/mutex.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror {

struct CheckpointEmitterOptions {
  CheckpointOptions checkpoints;
  // Required.
  std::shared_ptr<const ReplicationPolicy> policy;
  std::shared_ptr<const GroupFilter> groups;
  std::shared_ptr<const TopicFilter> topics;
  std::string client_id;
  // Which partitions' checkpoints and group offsets are this process's, if
  // several share the flow; null: all. It translates, writes, corrects and
  // deletes these, of all groups, and leaves the others alone. A partition is
  // owned once `offsets` has what is stored of it and its former owner has
  // ended, and must not be in `offsets` from an earlier time. Asked once per
  // round and partition, with no lock held; must be thread-safe.
  std::function<bool(const TopicPartition& source)> owns;
  // Whether the source has answered and is another cluster than the target;
  // null: it has. Before that only stale checkpoints are corrected, which needs
  // the target alone. Asked at every turn; must be thread-safe.
  std::function<bool()> source_is_ready;
  // Called by RunOnce() with no lock held; may be null.
  std::function<void(EngineEvent)> on_event;
};

// Purpose: finds groups, fetches their offsets, translates them and writes
// what is new; see CheckpointStore::ShouldEmit. A checkpoint is deleted when
// the group has no position in that partition any more, as long as the topic
// itself is there to tell. A checkpoint of a target log that is gone is
// corrected or withdrawn at the next round, whether the source answers or not;
// see TargetLogs.
// Thread safety: RunOnce() and TimeToNextTurn() belong to one thread; the rest
// is thread-safe and waits for no cluster.
// Lifetime: clusters, `offsets` and `clock` must outlive the emitter.
// Errors: what concerns one group is a GroupProblem of the status; a Status
// means that nothing can be done at present.
class CheckpointEmitter {
 public:
  // Contacts no cluster. InvalidArgument for settings that the clients refuse.
  static absl::StatusOr<std::unique_ptr<CheckpointEmitter>> Create(
      Cluster* source, Cluster* target, CheckpointEmitterOptions options,
      const OffsetSyncStore* offsets, Clock* clock);

  // Does what is due: looks for new groups, reads what was added to the
  // checkpoints topic, writes checkpoints. `offsets` should be up to date
  // before the first call. An error names the cluster; the next call
  // retries what is missing.
  absl::Status RunOnce();

  // When RunOnce() wants to be called next.
  absl::Duration TimeToNextTurn() const;

  // From the next call of RunOnce() on, in which all is due.
  void SetIntervals(const CheckpointOptions& checkpoints) {
    intervals_.Set(checkpoints);
    all_due_ = true;
  }

  // Checkpoints acknowledged.
  int64_t count() const { return topic_->counts().emitted; }

  // Makes RunOnce() return soon, now and later.
  void Cancel();

  // The groups with checkpoints that are owned, those included that the topic
  // already had.
  std::map<std::string, internal::CheckpointedGroup> Positions() const;
  // See GroupRewinds::Followed().
  void RewindFollowed(const std::string& group, const TopicPartition& tp) {
    topic_->RewindFollowed(group, tp);
  }
  // See CheckpointTopic::StaleCommitSettled().
  void StaleCommitSettled(const std::string& group, const TopicPartition& tp) {
    topic_->StaleCommitSettled(group, tp);
  }
  const internal::CheckpointTranslator& translator() const {
    return translator_;
  }

  // The source topic was deleted for long: the next turn that looks at all
  // groups deletes the checkpoints in it that are owned then. What groups have
  // committed on the target stays.
  void ForgetTopic(const std::string& source_topic);

  void FillStatus(CheckpointStatus* status) const;

 private:
  CheckpointEmitter(const Cluster& source, const Cluster& target,
                    CheckpointEmitterOptions options,
                    const OffsetSyncStore* offsets, Clock* clock);

  // Where the groups of a round can continue, as far as the source says.
  using Translations =
      std::map<std::string,
               absl::StatusOr<std::vector<internal::TranslatedCheckpoint>>>;

  absl::Status Turn(absl::Time now);
  absl::Status ReadTopic();
  // Asks what is owned, and reads what its former owners wrote until then.
  absl::Status ReadOwned();
  // `source`: why the source is not asked.
  absl::Status RoundOfAll(absl::Time now, const absl::Status& source);
  void ForgetAllBut(const std::vector<std::string>& groups);
  absl::Status Round(const std::vector<std::string>& groups,
                     absl::Status source);
  // `offsets`: where the groups stand on the source, in their order.
  absl::Status Translate(
      const std::vector<std::string>& groups,
      const std::vector<absl::StatusOr<GroupOffsets>>& offsets,
      Translations* translations);
  absl::Status LookAtTarget(const std::vector<std::string>& groups,
                            const Translations& translations);
  // Corrects or withdraws the groups' checkpoints of logs that are gone.
  absl::Status CorrectStale(const std::vector<std::string>& groups,
                            absl::Time when);
  absl::StatusOr<internal::CheckpointUpdate> CorrectionOf(
      const internal::Checkpoint& stale);
  void ReportStale(const std::map<std::string, int64_t>& corrected);
  // Deletes the groups' checkpoints of topics that are forgotten.
  absl::Status DeleteForgotten(absl::Time when);
  absl::Status WriteNews(const std::vector<std::string>& groups,
                         const Translations& translations, absl::Time when);
  // Looks at a group that can continue at `positions`: what is new, and where
  // it stands no longer although the topic says so. Returns its problem, empty
  // if none.
  std::string Compare(
      const std::string& group,
      const std::vector<internal::TranslatedCheckpoint>& positions,
      std::vector<internal::CheckpointUpdate>* updates,
      std::vector<internal::CheckpointKey>* gone);
  // Adds deletions of those that are gone for certain.
  absl::Status AddDeletions(const std::vector<internal::CheckpointKey>& gone,
                            std::vector<internal::CheckpointUpdate>* updates);
  void TellEvents();

  const std::string flow_;
  const std::string target_alias_;
  const CheckpointEmitterOptions options_;
  const internal::CheckpointTranslator translator_;
  Clock* const clock_;

  std::unique_ptr<internal::SourceGroups> groups_;
  std::unique_ptr<ClusterAdmin> topics_admin_;
  std::unique_ptr<internal::TargetLogs> logs_;
  std::unique_ptr<internal::CheckpointTopic> topic_;
  internal::LiveValue<CheckpointOptions> intervals_;
  std::atomic<bool> all_due_{false};
  std::atomic<bool> cancelled_{false};

  // Of RunOnce()'s thread.
  absl::Time next_refresh_ = absl::InfinitePast();
  absl::Time next_round_ = absl::InfinitePast();
  std::vector<EngineEvent> events_;
  internal::OwnedPartitions owned_;  // asked in this turn

  mutable Mutex mu_;
  internal::GroupProblems problems_ ABSL_GUARDED_BY(mu_);
  // Groups with a position in a topic of the flow, and how many partitions of
  // each wait for a translation.
  std::map<std::string, int64_t> watched_ ABSL_GUARDED_BY(mu_);
  // Owned when the topic was last read.
  internal::OwnedPartitions owned_and_read_ ABSL_GUARDED_BY(mu_);
  // Target topics whose checkpoints are to be deleted.
  std::set<std::string> forgotten_ ABSL_GUARDED_BY(mu_);
  absl::Status status_ ABSL_GUARDED_BY(mu_);
  absl::Duration last_round_ ABSL_GUARDED_BY(mu_);
};

}  // namespace mirror

#endif  // MIRROR_CHECKPOINT_CHECKPOINT_EMITTER_H_
