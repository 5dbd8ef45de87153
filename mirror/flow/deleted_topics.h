// SPDX-License-Identifier: Apache-2.0
//
// Which topics are deleted on the source, since when, and what to do about
// them: after a day a flow forgets what it knows of them, in memory and in its
// progress and index topics. MM2 keeps the offsets of every topic that ever
// was.
//
//   there --not listed, and not found--> gone (a note says since when)
//     <--listed again--   --still not found after a day--> released by loops
//     --> tombstones written --> forgotten

#ifndef MIRROR_FLOW_DELETED_TOPICS_H_
#define MIRROR_FLOW_DELETED_TOPICS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/flow/memory_writer.h"
#include "mirror/model/topic_partition.h"
#include "mirror/progress/progress_store.h"
#include "mirror/runtime/clock.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/telemetry/engine_event.h"

namespace mirror::internal {

struct DeletedTopicsOptions {
  std::string flow;
  std::string source_alias;
  // How long a topic must be gone. InfiniteDuration: nothing is forgotten.
  absl::Duration after = absl::Hours(24);
  // Has the partition's loop release it; OnReleased() follows. Returns whether
  // it was paused or waited for a decision.
  std::function<bool(const TopicPartition&)> release;
  // Nothing is known of the topic's partitions any more.
  std::function<void(const std::string& topic,
                     const std::set<int32_t>& partitions)>
      on_forgotten;
  // May be null.
  std::function<void(EngineEvent)> on_event;
};

// Purpose: see above. A topic counts as gone if the source does not list it and
// says that there is no such topic; one that may not be described stays.
// Records are deleted in an order that loses nothing if the process ends in
// between: progress, index, note.
// Thread safety: thread-compatible; Look() may wait for the source.
// Lifetime: what the constructor takes must outlive it.
class DeletedTopics {
 public:
  DeletedTopics(DeletedTopicsOptions options, ClusterAdmin* source,
                Clock* clock, ProgressStore* progress, OffsetSyncStore* index,
                MemoryWriter* writer);

  // A loop has the partition.
  void Remember(const TopicPartition& source);
  // Takes over what is stored and not known yet: that of shards which were
  // taken since the first Look().
  void RememberStored();
  // Other partitions belong to other processes now.
  void ForgetAllBut(absl::FunctionRef<bool(const TopicPartition&)> owned);
  // Call at each look at the source, with all topics that it lists, and only if
  // both clusters are known to be those of the start.
  void Look(const std::set<std::string>& listed);
  // Whether the topic is about to be forgotten. If it was created again, it
  // waits until that is done.
  bool Holds(const std::string& topic) const;
  // How long topics must be gone, from now on.
  void SetAfter(absl::Duration after) { options_.after = after; }
  // A loop has released the partition.
  void OnReleased(const TopicPartition& source);
  // Moves things on; every turn.
  void Step();

  // How many topics it knows.
  size_t size() const { return remembered_.size(); }

 private:
  struct Remembered {
    std::set<int32_t> partitions;
    // Progress or index topic may have records of it.
    bool stored = false;
  };
  enum class State {
    kUnsure,     // not listed
    kGone,       // not found either
    kReleasing,  // until no loop has a partition of it
    kReleased,
    kDeleting,  // until the tombstones are written
  };
  struct Gone {
    State state = State::kUnsure;
    // When to ask the source again.
    absl::Time next = absl::InfinitePast();
    // Still with loops.
    std::set<int32_t> held;
    // An operator paused some of it, or had a decision to take.
    bool undecided = false;
  };

  void NoteListed(const std::set<std::string>& listed);
  std::vector<std::string> Due(const std::set<std::string>& listed);
  void OnAnswer(const std::string& topic, const absl::Status& answer,
                MemoryRecords* notes);
  // How long to wait for a topic that is gone.
  absl::Duration Wait(const std::string& topic) const;
  void Release(const std::string& topic);
  // Withdraws the topic's note, if there is one.
  void RemoveNote(const std::string& topic, MemoryRecords* notes);
  void Delete(const std::vector<std::string>& topics);
  void Finish(const std::vector<std::string>& topics);
  void Report(const std::string& topic, bool undecided) const;

  DeletedTopicsOptions options_;
  ClusterAdmin* const source_;
  Clock* const clock_;
  ProgressStore* const progress_;
  OffsetSyncStore* const index_;
  MemoryWriter* const writer_;

  bool looked_ = false;
  bool deleting_ = false;
  std::map<std::string, Remembered> remembered_;
  // Of these, those that the source did not list.
  std::map<std::string, Gone> gone_;
};

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_DELETED_TOPICS_H_
