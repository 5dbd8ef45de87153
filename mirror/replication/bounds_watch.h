// SPDX-License-Identifier: Apache-2.0
//
// Keeps up to date where the logs of a loop's partitions begin and end, a few
// partitions at a time. librdkafka takes the longer to tell, the more topics
// there are, so it is not asked about all of them, nor with a lock held.
//
//   watch.Look(&sources);            // no lock
//   for (... : watch.TakeFound()) ...
//   watch.PlanNext(entries, now);    // the loop's lock

#ifndef MIRROR_REPLICATION_BOUNDS_WATCH_H_
#define MIRROR_REPLICATION_BOUNDS_WATCH_H_

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "mirror/cluster/record_source.h"
#include "mirror/model/topic_partition.h"
#include "mirror/replication/loop_entry.h"

namespace mirror::internal {

// Partitions themselves note what batches and ends of logs say.
// Thread safety: used by one thread, which holds the lock of the entries where
// that is said.
class BoundsWatch {
 public:
  explicit BoundsWatch(absl::Duration interval) : interval_(interval) {}

  // Asks about those whose turn it is. Without a lock.
  void Look(
      absl::FunctionRef<std::optional<PartitionBounds>(const TopicPartition&)>
          bounds);
  // What was found since the last call.
  std::vector<std::pair<TopicPartition, PartitionBounds>> TakeFound() {
    return std::exchange(found_, {});
  }
  // Chooses the next that are read, if it is time. With the lock.
  void PlanNext(const std::map<TopicPartition, LoopEntry>& entries,
                absl::Time now);

 private:
  const absl::Duration interval_;
  absl::Time last_ = absl::InfinitePast();
  // The last one whose turn it was.
  TopicPartition cursor_;
  std::vector<TopicPartition> next_;
  std::vector<std::pair<TopicPartition, PartitionBounds>> found_;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_BOUNDS_WATCH_H_
