// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/progress_writer.h"

#include "absl/strings/str_cat.h"
#include "mirror/cluster/errors.h"
#include "mirror/model/murmur2.h"
#include "mirror/replication/connect_offset.h"
#include "mirror/replication/shard_of.h"

namespace mirror {
namespace {

// Progress does not wait longer for an index that is refused: what is copied
// twice after a kill grows by the second, a hole in the index only makes
// answers lower bounds. It does wait for one that is not answered: the answer
// will come.
constexpr int kRefusalsBorne = 30;  // in a row

}  // namespace

void ProgressWriter::SetPartitions(int32_t progress, int32_t index) {
  progress_partitions_ = progress;
  index_partitions_ = index;
}

void ProgressWriter::Begin(std::vector<CopiedThrough> copied,
                           absl::Span<const TopicPartition> partitions,
                           absl::Time now) {
  for (CopiedThrough& through : copied) {
    if (busy_.count(through.source) > 0) continue;
    waiting_.push_back(std::move(through));
  }
  QueueIndex(partitions, now);
}

void ProgressWriter::QueueIndex(absl::Span<const TopicPartition> partitions,
                                absl::Time now) {
  absl::StatusOr<IndexFlush> flush = store_->PrepareFlush(partitions);
  flush_status_ = flush.status();
  if (!flush.ok()) return;
  flush_ = *std::move(flush);
  std::map<int32_t, std::vector<Record>> records;
  for (const IndexRecord& segment : flush_.records()) {
    Record record;
    record.key = segment.key;
    record.value = segment.value;
    records[ShardOf(segment.topic_partition, index_partitions_)].push_back(
        std::move(record));
  }
  for (auto& [partition, batch] : records) {
    index_.Add(partition, std::move(batch), now);
  }
}

void ProgressWriter::Step(RecordSink* sink, absl::Time now) {
  index_.Send(sink, now);
  CollectIndex();
  if (!waiting_.empty() && index_.idle()) {
    refusals_ = flush_status_.ok() ? 0 : refusals_ + 1;
    if (refusals_ == 0 || refusals_ > kRefusalsBorne) {
      QueueProgress(now);
    } else {
      waiting_.clear();  // once more at the next Begin()
    }
  }
  progress_.Send(sink, now);
  CollectProgress();
}

void ProgressWriter::CollectIndex() {
  for (const TopicQueue::Outcome& outcome : index_.TakeOutcomes()) {
    flush_status_.Update(outcome.status);
  }
  if (!index_.idle() || flush_.records().empty()) return;
  if (flush_status_.ok()) store_->CommitFlush(flush_);
  flush_ = IndexFlush();
}

void ProgressWriter::QueueProgress(absl::Time now) {
  Note(options_.index_topic, flush_status_,
       "until then translated offsets after a failover may be lower bounds",
       &index_failing_);
  std::map<int32_t, std::vector<Record>> records;
  std::map<int32_t, std::vector<CopiedThrough>> offsets;
  for (CopiedThrough& through : waiting_) {
    Record record;
    record.key =
        SourceOffsetKey{options_.source_alias, through.source}.Encode();
    record.value = EncodeConnectOffsetValue(through.offset);
    const int32_t partition =
        PartitionForKey(*record.key, progress_partitions_);
    records[partition].push_back(std::move(record));
    offsets[partition].push_back(std::move(through));
  }
  waiting_.clear();
  for (auto& [partition, batch] : records) {
    int64_t id = progress_.Add(partition, std::move(batch), now);
    for (CopiedThrough& through : offsets[partition]) {
      busy_.insert(through.source);
      under_way_.emplace(id++, std::move(through));
    }
  }
}

void ProgressWriter::OnAck(const Ack& ack) {
  (progress_.Owns(ack) ? progress_ : index_).OnAck(ack);
}

void ProgressWriter::CollectProgress() {
  for (const TopicQueue::Outcome& outcome : progress_.TakeOutcomes()) {
    for (int64_t i = 0; i < outcome.count; ++i) {
      const auto it = under_way_.find(outcome.first + i);
      if (it == under_way_.end()) continue;
      busy_.erase(it->second.source);
      if (outcome.status.ok()) committed_.push_back(std::move(it->second));
      under_way_.erase(it);
    }
    Note(options_.progress_topic, outcome.status,
         "until then a restart copies records again", &progress_failing_);
  }
}

void ProgressWriter::Note(const std::string& topic, const absl::Status& status,
                          absl::string_view consequence, bool* failing) {
  if (!status.ok() && !*failing) {
    troubles_.push_back(absl::Status(
        status.code(),
        absl::StrCat(
            "topic ", topic, " on cluster ", options_.target_alias,
            " was not written: ",
            WithGrant(status, absl::StrCat("WRITE on topic ", topic)).message(),
            "; tried again at every commit, ", consequence)));
  }
  *failing = !status.ok();
}

void ProgressWriter::OnSinkLost() {
  waiting_.clear();
  index_.Clear();
  flush_ = IndexFlush();
  progress_.Clear();
  under_way_.clear();
  busy_.clear();
}

}  // namespace mirror
