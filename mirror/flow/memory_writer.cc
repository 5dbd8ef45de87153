// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/memory_writer.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "mirror/cluster/errors.h"
#include "mirror/model/murmur2.h"
#include "mirror/progress/shard_of.h"

namespace mirror::internal {
namespace {

constexpr absl::Duration kRetry = absl::Seconds(1);
// The client is kept for so long after its last record.
constexpr absl::Duration kIdle = absl::Minutes(1);

Record ToRecord(std::string key, std::optional<std::string> value) {
  Record record;
  record.key = std::move(key);
  record.value = std::move(value);
  return record;
}

}  // namespace

MemoryWriter::MemoryWriter(MemoryWriterOptions options, Cluster* target,
                           Clock* clock)
    : options_(std::move(options)),
      target_(target),
      clock_(clock),
      index_(options_.index_topic),
      progress_(options_.offset_storage_topic) {}

void MemoryWriter::SetPartitions(int32_t progress, int32_t index) {
  progress_partitions_ = progress;
  index_partitions_ = index;
}

void MemoryWriter::Write(MemoryRecords records, std::function<void()> written) {
  jobs_.push_back({std::move(records), std::move(written)});
}

void MemoryWriter::Step() {
  const absl::Time now = clock_->Now();
  if (jobs_.empty()) {
    if (sink_ != nullptr && now - last_use_ >= kIdle) sink_.reset();
    return;
  }
  if (now < retry_at_) return;
  last_use_ = now;
  if (sink_ == nullptr) {
    absl::StatusOr<std::unique_ptr<RecordSink>> sink =
        target_->NewSink({options_.client_id});
    if (!sink.ok()) return Retry(sink.status());
    sink_ = *std::move(sink);
  }
  if (!started_) Start();
  if (absl::Status status = Move(); !status.ok()) {
    sink_.reset();
    return Retry(status);
  }
  if (!index_.idle() || !progress_.idle()) return;
  if (!job_status_.ok()) return Retry(job_status_);
  if (!index_is_written_) {
    index_is_written_ = true;
    std::map<int32_t, std::vector<Record>> records;
    for (const ProgressRecord& record : jobs_.front().records.progress) {
      records[PartitionForKey(record.key, progress_partitions_)].push_back(
          ToRecord(record.key, record.value));
    }
    for (auto& [partition, batch] : records) {
      progress_.Add(partition, std::move(batch), now);
    }
    if (!progress_.idle()) return;
  }
  const std::function<void()> written = std::move(jobs_.front().written);
  jobs_.pop_front();
  started_ = false;
  status_ = absl::OkStatus();
  if (written) written();
}

void MemoryWriter::Start() {
  started_ = true;
  index_is_written_ = false;
  job_status_ = absl::OkStatus();
  std::map<int32_t, std::vector<Record>> records;
  for (const IndexRecord& record : jobs_.front().records.index) {
    records[ShardOf(record.topic_partition, index_partitions_)].push_back(
        ToRecord(record.key, record.value));
  }
  for (auto& [partition, batch] : records) {
    index_.Add(partition, std::move(batch), clock_->Now());
  }
}

absl::Status MemoryWriter::Move() {
  index_.Send(sink_.get(), clock_->Now());
  progress_.Send(sink_.get(), clock_->Now());
  std::vector<Ack> acks;
  absl::Status status = sink_->Poll(absl::ZeroDuration(), &acks);
  for (const Ack& ack : acks) {
    (progress_.Owns(ack) ? progress_ : index_).OnAck(ack);
  }
  CollectOutcomes(&index_);
  CollectOutcomes(&progress_);
  return status;
}

void MemoryWriter::CollectOutcomes(TopicQueue* queue) {
  for (const TopicQueue::Outcome& outcome : queue->TakeOutcomes()) {
    job_status_.Update(
        Annotate(WithGrant(outcome.status,
                           absl::StrCat("WRITE on topic ", queue->topic())),
                 absl::StrCat("writing topic ", queue->topic(), " on cluster ",
                              target_->alias())));
  }
}

void MemoryWriter::Retry(const absl::Status& status) {
  status_ = status;
  started_ = false;
  index_.Clear();
  progress_.Clear();
  retry_at_ = clock_->Now() + kRetry;
}

}  // namespace mirror::internal
