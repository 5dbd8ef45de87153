// SPDX-License-Identifier: Apache-2.0
//
// Reads what a flow has stored on its clusters, one topic at a time: the part
// of FlowMemory that waits for a cluster (Connect's KafkaBasedLog).
//
//   StoredTopic index{"mm2-offset-index.A.internal", {{3}, true}};
//   absl::Status status = reader.Read(&target, &index, [] {});
//   index.records.TakeAll([](const RecordView& record) { ... });

#ifndef MIRROR_FLOW_MEMORY_READER_H_
#define MIRROR_FLOW_MEMORY_READER_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/compacted_records.h"
#include "mirror/cluster/topic_follower.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/mutex.h"

namespace mirror::internal {

// A topic, and how far it is read; lives on between attempts.
struct StoredTopic {
  std::string topic;
  FollowerOptions options = {};
  // Null: it is read from its start.
  std::shared_ptr<TopicFollower> follower = nullptr;
  // Read, and not taken yet.
  CompactedRecords records = {};
};

// Thread safety: Cancel() and Doing() are thread-safe, the rest belongs to one
// thread.
// Lifetime: `clock` must outlive it, and clusters the topics.
// Errors: those of TopicFollower, and Cancelled.
class MemoryReader {
 public:
  MemoryReader(std::string client_id, Clock* clock);

  // Visits what was added to the topic since the last call; see TopicFollower.
  absl::Status CatchUp(Cluster* cluster, StoredTopic* topic,
                       TopicFollower::Visit visit,
                       absl::FunctionRef<void()> on_reset);
  // The same, into `topic->records`, which a reset clears.
  absl::Status Read(Cluster* cluster, StoredTopic* topic,
                    absl::FunctionRef<void()> on_reset);

  // Makes a running call return soon, and all later ones.
  void Cancel();

  // How far the running call is, for the operator; see FlowMemory::Doing().
  std::string Doing() const;

 private:
  absl::Status Open(Cluster* cluster, StoredTopic* topic);

  const std::string client_id_;
  Clock* const clock_;

  mutable Mutex mu_;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  // The one that reads now, and what.
  std::shared_ptr<TopicFollower> follower_ ABSL_GUARDED_BY(mu_);
  std::string topic_ ABSL_GUARDED_BY(mu_);
};

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_MEMORY_READER_H_
