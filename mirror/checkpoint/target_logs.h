// SPDX-License-Identifier: Apache-2.0
//
// What the target's logs still hold, and so which checkpoints are true. A
// target topic that was recreated or truncated, or a target that was rebuilt,
// leaves checkpoints of a log that is gone: who follows one misses records. MM2
// does not look.
//
//   logs->Look(partitions);
//   if (logs->Judge(checkpoint) == TargetLogs::Verdict::kStale) {
//     auto corrected = logs->Correct(checkpoint);

#ifndef MIRROR_CHECKPOINT_TARGET_LOGS_H_
#define MIRROR_CHECKPOINT_TARGET_LOGS_H_

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mirror/checkpoint/checkpoint.h"
#include "mirror/checkpoint/checkpoint_translator.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"

namespace mirror::internal {

// Thread safety: thread-compatible, but for Cancel().
// Lifetime: `target` and `translator` must outlive it.
class TargetLogs {
 public:
  enum class Verdict {
    kHolds,   // who follows the checkpoint misses nothing, as far as is known
    kStale,   // it is of a log that is gone
    kUnsure,  // the target did not answer for the partition
  };

  // Contacts no cluster. InvalidArgument for settings that the clients refuse.
  static absl::StatusOr<std::unique_ptr<TargetLogs>> Create(
      Cluster* target, const std::string& client_id,
      const CheckpointTranslator* translator);

  // Asks which topics the partitions are of, and where their logs end. What was
  // translated before the call lies below these ends, if the copies are there.
  // An error, which names the cluster: nothing could be asked.
  absl::Status Look(const std::set<TopicPartition>& targets);

  // By the last Look(), which must have had the partition, and the index.
  Verdict Judge(const Checkpoint& checkpoint) const;
  // Where the log ended; nullopt if that is not known.
  std::optional<DownstreamOffset> End(const TopicPartition& target) const;

  // Where the group of a stale checkpoint can continue in the log that is
  // there: a position that misses nothing. nullopt: nowhere, as that log is not
  // the one that is copied to. Unavailable and others: the target does not say.
  absl::StatusOr<std::optional<TranslatedCheckpoint>> Correct(
      const Checkpoint& stale);

  // Makes running calls and all later ones fail soon. Thread-safe.
  void Cancel() { admin_->Cancel(); }

 private:
  enum class Copies { kThere, kGone, kUnsure };
  struct Log {
    Copies copies = Copies::kUnsure;
    // None if it may not be asked for.
    std::optional<DownstreamOffset> end;
  };

  TargetLogs(std::unique_ptr<ClusterAdmin> admin,
             const CheckpointTranslator* translator)
      : admin_(std::move(admin)), translator_(translator) {}

  // Whether the topic holds the copies.
  Copies CopiesIn(const TopicPartition& target,
                  const absl::StatusOr<TopicDescription>& topic) const;

  const std::unique_ptr<ClusterAdmin> admin_;
  const CheckpointTranslator* const translator_;
  std::map<TopicPartition, Log> logs_;
  // Topics that were not there at the last look: a broker that has just started
  // may be behind, so one look proves nothing.
  std::set<std::string> missing_;
};

}  // namespace mirror::internal

#endif  // MIRROR_CHECKPOINT_TARGET_LOGS_H_
