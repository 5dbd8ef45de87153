// SPDX-License-Identifier: Apache-2.0
//
// The RecordSource of a FakeCluster; fake_cluster.h says what it models.

#ifndef MIRROR_TESTING_FAKE_RECORD_SOURCE_H_
#define MIRROR_TESTING_FAKE_RECORD_SOURCE_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/record_source.h"
#include "mirror/testing/fake_cluster_state.h"

namespace mirror::internal {

class FakeRecordSource final : public RecordSource {
 public:
  FakeRecordSource(FakeClusterState* state, const SourceOptions& options)
      : state_(state), options_(options) {}
  // Ends the program if batches are left: with a real client that is a hang.
  ~FakeRecordSource() override;

  absl::Status Assign(absl::Span<const StartPosition> positions) override;
  absl::Status Unassign(absl::Span<const TopicPartition> partitions) override;
  absl::Status Poll(absl::Duration timeout, Fetched* fetched) override;
  std::optional<PartitionBounds> Bounds(
      const TopicPartition& partition) override;

 private:
  // An assigned partition.
  struct Reader {
    int64_t position = 0;
    bool stopped = false;
    // Which topic and which leader epoch the position belongs to; as long as
    // they are not known, those that it is read from first.
    std::string topic_id;
    std::optional<size_t> epoch;
    std::optional<int64_t> reported_end;
    std::optional<PartitionBounds> bounds;
  };
  using Readers = std::map<TopicPartition, Reader>;

  // Fetches once from all partitions; whether there was anything.
  bool Collect(Fetched* fetched) ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu);
  // The same for one partition.
  bool CollectFrom(const TopicPartition& tp, Reader* reader, int64_t* budget,
                   Fetched* fetched) ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu);
  // Where the log ends for this source.
  int64_t EndOf(const FakePartition& partition) const;
  // Why the reader cannot continue where it is, as an event.
  std::optional<PartitionEvent> Obstacle(const TopicPartition& tp,
                                         const FakePartition& partition,
                                         Reader* reader)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu);
  // The records next in turn, of one epoch; moves the reader past them.
  std::vector<Record> Take(const FakePartition& partition, Reader* reader,
                           int64_t* budget)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu);

  FakeClusterState* const state_;
  const SourceOptions options_;
  Readers readers_;
  // Who was served last, so that everybody has a turn under a small budget.
  TopicPartition last_served_;
  const std::shared_ptr<std::atomic<int64_t>> live_batches_ =
      std::make_shared<std::atomic<int64_t>>(0);
};

}  // namespace mirror::internal

#endif  // MIRROR_TESTING_FAKE_RECORD_SOURCE_H_
