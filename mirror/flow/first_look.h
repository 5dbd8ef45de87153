// SPDX-License-Identifier: Apache-2.0
//
// A flow's first look at its source: settles, durably, where the partitions
// begin that are there (auto.offset.reset). Whatever has no progress afterwards
// appeared later, and is copied from its log's start. MM2 asks its consumer
// again and again, and so skips what appears later and what was empty.

#ifndef MIRROR_FLOW_FIRST_LOOK_H_
#define MIRROR_FLOW_FIRST_LOOK_H_

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/flow/memory_writer.h"
#include "mirror/flow_options.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"
#include "mirror/policy/topic_selection.h"
#include "mirror/progress/progress_store.h"
#include "mirror/runtime/clock.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/telemetry/engine_event.h"

namespace mirror::internal {

// All partitions of the topics that the flow replicates.
std::vector<TopicPartition> SelectedPartitions(
    const TopicSelection& selection,
    const std::vector<TopicDescription>& topics);

struct FirstLookOptions {
  std::string flow;
  std::string source_alias;
  DeliveryOptions delivery;
  // Progress of shards that other processes have; must outlive the look. May be
  // null.
  const ProgressStore* others = nullptr;
  // Called by Look(); may be null.
  std::function<void(EngineEvent)> on_event;
};

// Purpose: see above. A start is durable before its partition is handed to a
// loop, and the end of the look after all starts.
// Thread safety: thread-compatible.
// Lifetime: what the constructor takes must outlive it.
class FirstLook {
 public:
  FirstLook(FirstLookOptions options, ClusterAdmin* source, Clock* clock,
            ProgressStore* progress, OffsetSyncStore* index,
            MemoryWriter* writer);

  // Call at every look at the source until done(), with the partitions that the
  // flow selects.
  void Look(const std::vector<TopicPartition>& selected);
  bool done() const { return progress_->has_looked(); }
  // Why some of them wait; the next call asks the source again.
  const absl::Status& error() const { return error_; }

  // Whether it is not settled yet where the partition begins.
  bool Holds(const TopicPartition& source) const {
    return pending_.count(source) > 0;
  }
  bool HoldsAny() const { return !pending_.empty(); }

 private:
  // Where a partition begins, and what that skips.
  struct Start {
    TopicPartition source;
    UpstreamOffset log_start;
    UpstreamOffset at;
  };

  bool HasProgress(const TopicPartition& source) const;
  // Asks the source about those that wait.
  std::vector<Start> AskForStarts();
  void Store(const std::vector<Start>& starts);
  void LeaveOut(const Start& start);
  void Settle(const std::vector<Start>& starts);
  void StoreTheEnd();

  const FirstLookOptions options_;
  ClusterAdmin* const source_;
  Clock* const clock_;
  ProgressStore* const progress_;
  OffsetSyncStore* const index_;
  MemoryWriter* const writer_;

  bool began_ = false;
  bool ending_ = false;
  // What is skipped now would have been copied, had the flow looked earlier:
  // it ran before without a first look, or a partition did not answer at it.
  bool late_ = false;
  std::set<TopicPartition> pending_;
  // Of these, the ones whose starts are being written.
  std::set<TopicPartition> storing_;
  absl::Status error_;
};

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_FIRST_LOOK_H_
