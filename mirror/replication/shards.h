// SPDX-License-Identifier: Apache-2.0
//
// The shards that a loop copies. A shard is a partition of the index topic and
// the source partitions whose positions it holds; it commits by itself.
//
// Where several processes share a flow, a loop is given shards, each with a
// writer that another process fences when it takes the shard, and must drop a
// shard at once when it is lost.

#ifndef MIRROR_REPLICATION_SHARDS_H_
#define MIRROR_REPLICATION_SHARDS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
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

struct Shard {
  CommitCycle commits;
  // Null: the loop's sink writes for it.
  std::unique_ptr<RecordSink> writer;
};

struct ShardWriter {
  int32_t shard = 0;
  RecordSink* sink = nullptr;
};

// A shard whose writer is lost, and why.
struct LostShard {
  int32_t shard = 0;
  absl::Status why;
};

// Thread safety: thread-compatible. Lifetime: the store and the clock must
// outlive it.
class Shards {
 public:
  Shards(const CopyLoopOptions& options, Clock* clock)
      : given_(options.shards_are_given), store_(options.store), clock_(clock) {
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
    for (auto& [number, shard] : shards_) {
      shard.commits.SetPace(options_.interval,
                            options_.max_bytes / index_partitions_);
    }
  }

  // How many partitions the two topics have; before anything else.
  void SetPartitions(int32_t progress, int32_t index) {
    options_.writer.offset_storage_partitions = progress;
    index_partitions_ = index;
  }
  // Begins a shard that has a writer of its own. False: it is there, or still
  // to be dropped; the writer stays with the caller.
  bool Give(int32_t number, std::unique_ptr<RecordSink>* writer) {
    if (shards_.count(number) > 0) return false;
    Make(number)->writer = std::move(*writer);
    return true;
  }
  // What the shard has is to be dropped: see dropping(). Nothing of it is
  // committed any more.
  void Drop(int32_t number) {
    if (shards_.count(number) > 0) dropping_.insert(number);
  }
  // The same for a shard whose writer is lost.
  void Lose(int32_t number, absl::Status why) {
    Drop(number);
    lost_.push_back({number, std::move(why)});
  }
  std::vector<LostShard> TakeLost() { return std::exchange(lost_, {}); }
  const std::set<int32_t>& dropping() const { return dropping_; }
  // Ends a shard that has no partition here any more. Returns its writer, whose
  // end may take seconds.
  std::unique_ptr<RecordSink> Remove(int32_t number) {
    dropping_.erase(number);
    auto shard = shards_.extract(number);
    return shard.empty() ? nullptr : std::move(shard.mapped().writer);
  }

  // Deletes what this partition of the progress topic has kept of a source
  // partition since the topic had fewer partitions.
  void DeleteProgress(const TopicPartition& source,
                      int32_t progress_partition) {
    CommitCycle* const commits = For(source);
    if (commits == nullptr) return;  // another process does
    commits->DeleteProgress(source, progress_partition, clock_->Now());
  }

  // Null if there is none.
  Shard* Find(int32_t number) {
    const auto shard = shards_.find(number);
    return shard == shards_.end() ? nullptr : &shard->second;
  }
  // The one that the source partition belongs to. Null if shards are given, and
  // this one is not, or is to be dropped.
  CommitCycle* For(const TopicPartition& source) {
    const int32_t number = ShardOf(source, index_partitions_);
    Shard* shard = Find(number);
    if (shard == nullptr && !given_) shard = Make(number);
    const bool usable = shard != nullptr && dropping_.count(number) == 0;
    return usable ? &shard->commits : nullptr;
  }
  std::vector<ShardWriter> Writers() const {
    std::vector<ShardWriter> writers;
    for (const auto& [number, shard] : shards_) {
      if (shard.writer == nullptr || dropping_.count(number) > 0) continue;
      writers.push_back({number, shard.writer.get()});
    }
    return writers;
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
    shard->second.commits.OnAck(ack);
    return true;
  }
  std::map<int32_t, Shard>& all() { return shards_; }

 private:
  Shard* Make(int32_t number) {
    CommitCycleOptions options = options_;
    options.writer.index_partition = number;
    options.max_bytes /= index_partitions_;
    return &shards_
                .emplace(number,
                         Shard{CommitCycle(std::move(options), store_, clock_),
                               nullptr})
                .first->second;
  }

  CommitCycleOptions options_;  // max_bytes: of all shards together
  const bool given_;            // by Give(), and no others
  OffsetSyncStore* const store_;
  Clock* const clock_;
  int32_t index_partitions_ = 1;
  // By index partition; nodes keep their addresses.
  std::map<int32_t, Shard> shards_;
  std::set<int32_t> dropping_;
  std::vector<LostShard> lost_;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_SHARDS_H_
