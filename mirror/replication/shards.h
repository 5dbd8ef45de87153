// SPDX-License-Identifier: Apache-2.0
//
// The shards that a loop copies. A shard is a partition of the index topic and
// the source partitions whose positions it holds; it commits by itself.

#ifndef MIRROR_REPLICATION_SHARDS_H_
#define MIRROR_REPLICATION_SHARDS_H_

#include <cstdint>
#include <map>
#include <utility>

#include "absl/time/time.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/flow_options.h"
#include "mirror/model/topic_partition.h"
#include "mirror/progress/commit_writer.h"
#include "mirror/progress/shard_of.h"
#include "mirror/replication/commit_cycle.h"
#include "mirror/replication/copy_loop_options.h"
#include "mirror/runtime/clock.h"
#include "mirror/sync/offset_sync_store.h"

namespace mirror::internal {

// Thread safety: thread-compatible. Lifetime: the store and the clock must
// outlive it.
class Shards {
 public:
  Shards(const CopyLoopOptions& options, Clock* clock)
      : store_(options.store), clock_(clock) {
    options_.writer.source_alias = options.partition.source_alias;
    options_.writer.target_alias = options.partition.target_alias;
    options_.writer.connector = options.offset_storage_connector;
    options_.writer.offset_storage_topic = options.offset_storage_topic;
    options_.writer.index_topic = options.index_topic;
    SetPace(options.partition.delivery);
  }

  // How often shards commit.
  void SetPace(const DeliveryOptions& delivery) {
    options_.interval = delivery.offset_flush_interval;
    options_.max_bytes = delivery.offset_flush_bytes;
    for (auto& [shard, cycle] : shards_) {
      cycle.SetPace(options_.interval, options_.max_bytes / index_partitions_);
    }
  }

  // How many partitions the two topics have; before the first For().
  void SetPartitions(int32_t progress, int32_t index) {
    options_.writer.offset_storage_partitions = progress;
    index_partitions_ = index;
  }
  // The one that the source partition belongs to.
  CommitCycle* For(const TopicPartition& source) {
    CommitCycleOptions options = options_;
    options.writer.index_partition = ShardOf(source, index_partitions_);
    options.max_bytes /= index_partitions_;
    const int32_t shard = options.writer.index_partition;
    return &shards_.try_emplace(shard, std::move(options), store_, clock_)
                .first->second;
  }
  // Gives an ack to the shard that sent its record. False: none did.
  bool OnAck(const Ack& ack) {
    const CommitWriterOptions& topics = options_.writer;
    if (ack.target.topic != topics.index_topic &&
        ack.target.topic != topics.offset_storage_topic) {
      return false;
    }
    const auto shard =
        shards_.find(CommitWriter::WriterOf(ack, topics.index_topic));
    if (shard == shards_.end()) return false;
    shard->second.OnAck(ack);
    return true;
  }
  std::map<int32_t, CommitCycle>& all() { return shards_; }

 private:
  CommitCycleOptions options_;  // max_bytes: of all shards together
  OffsetSyncStore* const store_;
  Clock* const clock_;
  int32_t index_partitions_ = 1;
  // By index partition; nodes keep their addresses.
  std::map<int32_t, CommitCycle> shards_;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_SHARDS_H_
