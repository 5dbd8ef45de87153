// SPDX-License-Identifier: Apache-2.0
//
// The checkpoints topic of a flow and what it says: read at start and whenever
// another client may have written, written in parts, remembered when
// acknowledged. MM2's CheckpointStore with its topic.
//
//   auto topic = CheckpointTopic::Create(&b, "A.checkpoints.internal", -1,
//                                        client_id, clock);
//   (*topic)->Read();
//   if ((*topic)->ShouldEmit(next)) updates.push_back(...);
//   (*topic)->Write(std::move(updates), now);

#ifndef MIRROR_CHECKPOINT_CHECKPOINT_TOPIC_H_
#define MIRROR_CHECKPOINT_CHECKPOINT_TOPIC_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/checkpoint/checkpoint_store.h"
#include "mirror/checkpoint/checkpoint_translator.h"
#include "mirror/checkpoint/group_rewinds.h"
#include "mirror/checkpoint/owned_partitions.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/internal_topic.h"
#include "mirror/cluster/topic_follower.h"
#include "mirror/model/offset.h"
#include "mirror/model/record.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/mutex.h"

namespace mirror::internal {

// A record to write, and what it says. A value type.
class CheckpointUpdate {
 public:
  // InvalidArgument if a string is over 32767 bytes.
  static absl::StatusOr<CheckpointUpdate> Write(TranslatedCheckpoint next);
  // The same for one that takes the place of a stale one: its stale_through
  // counts, whatever was settled before.
  static absl::StatusOr<CheckpointUpdate> Correct(TranslatedCheckpoint next);
  // `key` is one that was read or written. `stale_through`: as
  // Checkpoint::stale_through, for the next checkpoint of that key; the topic
  // cannot say it.
  static CheckpointUpdate Delete(
      const CheckpointKey& key,
      std::optional<DownstreamOffset> stale_through = std::nullopt);

 private:
  friend class CheckpointTopic;
  Record record_;
  CheckpointKey key_;
  std::optional<TranslatedCheckpoint> next_;  // none: deletes
  std::optional<DownstreamOffset> stale_through_;
  bool corrects_ = false;
  bool counts_ = true;
};

// What the topic says of a group, and where the group was reset.
struct CheckpointedGroup {
  GroupCheckpoints checkpoints;
  RewoundFrom rewinds;
};

// Thread safety: Read(), Write() and WriteSettled() belong to one thread; the
// rest is thread-safe and waits for no cluster.
// Lifetime: `cluster` and `clock` must outlive it.
class CheckpointTopic {
 public:
  struct Counts {
    int64_t emitted = 0;
    int64_t deleted = 0;
    int64_t unreadable = 0;
  };

  // Contacts no cluster. InvalidArgument for settings that the clients refuse.
  static absl::StatusOr<std::unique_ptr<CheckpointTopic>> Create(
      Cluster* cluster, const std::string& name, int32_t replication_factor,
      const std::string& client_id, Clock* clock);

  // Creates the topic if it is missing, and reads what was added to it. Errors
  // name cluster and topic.
  absl::Status Read();

  // Writes the updates with the time `when`, in their order. After an error the
  // first of them may be written, and are remembered if that is certain.
  absl::Status Write(std::vector<CheckpointUpdate> updates, absl::Time when);

  // Writes what StaleCommitSettled() has noted.
  absl::Status WriteSettled(absl::Time when);

  // Makes Read() and Write() return soon, now and later.
  void Cancel();

  // As CheckpointStore::ShouldEmit().
  bool ShouldEmit(const TranslatedCheckpoint& next) const;
  // The groups that have checkpoints.
  std::vector<std::string> Groups() const;
  CheckpointedGroup Of(const std::string& group) const;
  // The target partitions of which anything is known.
  std::set<TopicPartition> Partitions() const;
  // Drops what this process alone knows of other partitions: another one takes
  // care of them now, and may do so differently.
  void ForgetAllBut(const OwnedPartitions& owned);
  // See GroupRewinds::Followed().
  void RewindFollowed(const std::string& group, const TopicPartition& tp);
  // What the group committed up to Checkpoint::stale_through is dealt with. The
  // next WriteSettled() says so in the topic.
  void StaleCommitSettled(const std::string& group, const TopicPartition& tp);
  bool HasSettled() const;
  // What the next checkpoint of the group must have as its stale_through.
  std::optional<DownstreamOffset> StaleThrough(const std::string& group,
                                               const TopicPartition& tp) const;

  const std::string& name() const { return name_; }
  // Checkpoints written and deleted, records that are none.
  Counts counts() const;

 private:
  CheckpointTopic(std::string name, std::unique_ptr<TopicFollower> follower,
                  std::unique_ptr<InternalTopicWriter> writer)
      : name_(std::move(name)),
        follower_(std::move(follower)),
        writer_(std::move(writer)) {}
  void NoteAcked(CheckpointUpdate update) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::string name_;
  const std::unique_ptr<TopicFollower> follower_;
  const std::unique_ptr<InternalTopicWriter> writer_;

  mutable Mutex mu_;
  CheckpointStore store_ ABSL_GUARDED_BY(mu_);
  GroupRewinds rewinds_ ABSL_GUARDED_BY(mu_);
  using Key = std::pair<std::string, TopicPartition>;
  // Settled, and the topic does not say so yet.
  std::set<Key> settled_ ABSL_GUARDED_BY(mu_);
  // Of checkpoints that were withdrawn.
  std::map<Key, DownstreamOffset> withdrawn_ ABSL_GUARDED_BY(mu_);
  Counts counts_ ABSL_GUARDED_BY(mu_);
};

}  // namespace mirror::internal

#endif  // MIRROR_CHECKPOINT_CHECKPOINT_TOPIC_H_
