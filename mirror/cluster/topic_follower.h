// SPDX-License-Identifier: Apache-2.0
//
// Reads a small topic as a whole and then what is added to it: how progress,
// the offset index and checkpoints come back after a restart, and how a client
// keeps up with them (Kafka Connect's KafkaBasedLog).
//
//   auto follower = TopicFollower::Create(&cluster, topic, "client", clock);
//   absl::Status status = (*follower)->CatchUp(
//       [&](const TopicPartition&, const RecordView& record) { ... },
//       [&] { ... forget all ... });

#ifndef MIRROR_CLUSTER_TOPIC_FOLLOWER_H_
#define MIRROR_CLUSTER_TOPIC_FOLLOWER_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/cluster/record_source.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"
#include "mirror/runtime/clock.h"

namespace mirror::internal {

// How far a follower is, in offsets of all partitions together: holes that
// compaction left count as well.
struct FollowerPosition {
  int64_t read = 0;
  int64_t total = 0;

  friend bool operator==(const FollowerPosition& a, const FollowerPosition& b) {
    return a.read == b.read && a.total == b.total;
  }
};

struct FollowerOptions {
  // Of the topic; empty: all.
  std::set<int32_t> partitions;
  // Where a call ends. False: where the topic ends for readers of committed
  // records, which is before the first open transaction. True: at the end of
  // the log. Another writer's open transaction hides what was committed behind
  // it, so the call waits for the transactions that are open now to end
  // (Connect's KafkaBasedLog does so, too).
  bool to_log_end = false;
};

// Purpose: visits every committed record of a topic once, those of one
// partition in order.
// Thread safety: CatchUp() belongs to one thread at a time; Cancel() and
// position() are thread-safe.
// Lifetime: `cluster` and `clock` must outlive the follower.
class TopicFollower {
 public:
  // The view is valid during the call.
  using Visit =
      absl::FunctionRef<void(const TopicPartition&, const RecordView&)>;

  // A topic from which nothing comes for this long is an error.
  static constexpr absl::Duration kStallTimeout = absl::Seconds(30);
  // The same if open transactions are the reason.
  static constexpr absl::Duration kTransactionTimeout = absl::Seconds(10);

  // Contacts no cluster. InvalidArgument for settings that the clients refuse.
  static absl::StatusOr<std::unique_ptr<TopicFollower>> Create(
      Cluster* cluster, std::string topic, const std::string& client_id,
      Clock* clock, FollowerOptions options = {});

  // Visits what was added since the last call, up to the end that the topic
  // has now. It takes as long as it takes while records come: how long a flow
  // has run must not decide whether it starts. `on_reset` is called before
  // anything else if all that was visited is void, since the topic is gone, was
  // recreated or was truncated.
  // NotFound: there is no such topic or partition (now). DeadlineExceeded:
  // nothing came for kStallTimeout, or for kTransactionTimeout behind an open
  // transaction; the message says which, with the partition and its position.
  // Others are those of the cluster. After any error the next call continues
  // where this one stopped. Messages name cluster and topic.
  absl::Status CatchUp(Visit visit, absl::FunctionRef<void()> on_reset);
  // DeadlineExceeded as well when `deadline` has come, at the latest one
  // request timeout later.
  absl::Status CatchUp(absl::Time deadline, Visit visit,
                       absl::FunctionRef<void()> on_reset);

  // How many partitions the topic had at the last call.
  int32_t partitions() const { return partitions_; }

  // Of the running call, or of the last one.
  FollowerPosition position() const;

  // Makes a running call and all later ones return Cancelled soon.
  void Cancel();

 private:
  // Where a call ends in a partition.
  struct End {
    UpstreamOffset offset;
    // All that is readable was visited; an open transaction hides the rest.
    bool hidden = false;
  };
  // The partitions that have something new.
  using Ends = std::map<TopicPartition, End>;

  TopicFollower(Cluster* cluster, std::string topic, std::string client_id,
                Clock* clock, FollowerOptions options);
  absl::Status MakeSource();
  // Those that are followed.
  std::vector<TopicPartition> Followed() const;
  absl::StatusOr<Ends> FindNews(absl::FunctionRef<void()> on_reset);
  absl::Status Describe(absl::FunctionRef<void()> on_reset);
  void Reset(absl::FunctionRef<void()> on_reset);
  absl::Status Read(absl::Time deadline, Ends unfinished, Visit visit);
  // Visits what was fetched, and takes off the list what is complete. Returns
  // whether there was anything; an error is a partition's.
  absl::StatusOr<bool> Take(const Fetched& fetched, Ends* unfinished,
                            Visit visit);
  void MoveTo(const TopicPartition& tp, UpstreamOffset next);
  static bool AllHidden(const Ends& unfinished);
  absl::Status NotRead(absl::string_view why, const Ends& unfinished,
                       const absl::Status& cluster_status) const;

  Cluster* const cluster_;
  const std::string topic_;
  const std::string client_id_;
  Clock* const clock_;
  const FollowerOptions options_;
  std::unique_ptr<ClusterAdmin> admin_;
  std::unique_ptr<RecordSource> source_;

  std::string topic_id_;
  int32_t partitions_ = 0;
  // The next offset to visit; no entry: the log's start.
  std::map<TopicPartition, UpstreamOffset> next_;
  std::atomic<int64_t> read_{0};
  std::atomic<int64_t> total_{0};
  std::atomic<bool> cancelled_{false};
};

}  // namespace mirror::internal

#endif  // MIRROR_CLUSTER_TOPIC_FOLLOWER_H_
