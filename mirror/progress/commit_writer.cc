// SPDX-License-Identifier: Apache-2.0

#include "mirror/progress/commit_writer.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "mirror/cluster/errors.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/model/murmur2.h"
#include "mirror/progress/connect_offset.h"

namespace mirror::internal {
namespace {

// Progress does not wait longer for an index that is rejected: what is copied
// twice after a kill grows by the second, a hole in the index only makes
// answers lower bounds. It does wait for one that is not answered: the answer
// will come.
constexpr int kRejectionsBorne = 30;  // in a row
// Unanswered for longer, a partition is reported.
constexpr absl::Duration kSilence = absl::Seconds(10);
// More progress records than any one writer ever sends.
constexpr int kIdBits = 40;

int64_t FirstId(int32_t index_partition) {
  return int64_t{index_partition} << kIdBits;
}

}  // namespace

CommitWriter::CommitWriter(CommitWriterOptions options, OffsetSyncStore* index,
                           Clock* clock)
    : options_(std::move(options)),
      store_(index),
      clock_(clock),
      index_(options_.index_topic),
      progress_(options_.offset_storage_topic,
                FirstId(options_.index_partition)) {}

int32_t CommitWriter::WriterOf(const Ack& ack, const std::string& index_topic) {
  return ack.target.topic == index_topic
             ? ack.target.partition
             : static_cast<int32_t>(ack.first.value() >> kIdBits);
}

void CommitWriter::Begin(std::vector<CopiedThrough> copied,
                         absl::Span<const TopicPartition> partitions,
                         absl::Time now) {
  for (CopiedThrough& through : copied) {
    if (busy_.count(through.source) > 0) continue;
    waiting_.push_back(std::move(through));
  }
  QueueIndex(partitions, now);
}

void CommitWriter::QueueIndex(absl::Span<const TopicPartition> partitions,
                              absl::Time now) {
  absl::StatusOr<IndexFlush> flush = store_->PrepareFlush(partitions);
  flush_status_ = flush.status();
  if (!flush.ok()) return;
  flush_ = *std::move(flush);
  std::vector<Record> records;
  for (const IndexRecord& segment : flush_.records()) {
    Record record;
    record.timestamp_ms = absl::ToUnixMillis(clock_->WallTime());
    record.key = segment.key;
    record.value = segment.value;
    records.push_back(std::move(record));
  }
  index_.Add(options_.index_partition, std::move(records), now);
  index_since_ = now;
}

void CommitWriter::Step(RecordSink* sink, absl::Time now) {
  index_.Send(sink, now);
  CollectIndex();
  if (!waiting_.empty() && index_.idle()) {
    rejections_ = flush_status_.ok() ? 0 : rejections_ + 1;
    if (rejections_ == 0 || rejections_ > kRejectionsBorne) {
      QueueProgress(now);
    } else {
      waiting_.clear();  // once more at the next Begin()
    }
  }
  progress_.Send(sink, now);
  CollectProgress();
  NoteSilence(options_.index_topic, options_.index_partition,
              index_.idle() ? absl::InfiniteFuture() : index_since_, now,
              &index_reported_.silent);
  const auto oldest = in_flight_.begin();
  NoteSilence(options_.offset_storage_topic, -1,
              oldest == in_flight_.end() ? absl::InfiniteFuture()
                                         : oldest->second.since,
              now, &progress_reported_.silent);
}

void CommitWriter::CollectIndex() {
  for (const TopicQueue::Outcome& outcome : index_.TakeOutcomes()) {
    flush_status_.Update(outcome.status);
  }
  if (!index_.idle() || flush_.records().empty()) return;
  if (flush_status_.ok()) store_->CommitFlush(flush_);
  flush_ = IndexFlush();
  // With progress that waits, QueueProgress() reports it.
  if (waiting_.empty()) NoteIndex();
}

void CommitWriter::NoteIndex() {
  Note(options_.index_topic, flush_status_,
       "until then translated offsets after a failover may be lower bounds",
       &index_reported_.rejected);
}

void CommitWriter::DeleteProgress(const TopicPartition& source,
                                  int32_t progress_partition, absl::Time now) {
  progress_.Add(progress_partition, {ProgressOf(source)}, now);
}

Record CommitWriter::ProgressOf(const TopicPartition& source) const {
  Record record;
  SourceOffsetKey key{options_.source_alias, source};
  if (!options_.connector.empty()) key.connector = options_.connector;
  record.key = key.Encode();
  record.timestamp_ms = absl::ToUnixMillis(clock_->WallTime());
  return record;
}

void CommitWriter::QueueProgress(absl::Time now) {
  NoteIndex();
  std::map<int32_t, std::vector<Record>> records;
  std::map<int32_t, std::vector<CopiedThrough>> offsets;
  for (CopiedThrough& through : waiting_) {
    Record record = ProgressOf(through.source);
    record.value = EncodeConnectOffsetValue(through.offset, through.has_copies);
    if (through.growth.has_value()) {
      record.headers.push_back({kOwnHeader, through.growth->Encode()});
    }
    const int32_t partition =
        PartitionForKey(*record.key, options_.offset_storage_partitions);
    records[partition].push_back(std::move(record));
    offsets[partition].push_back(std::move(through));
  }
  waiting_.clear();
  for (auto& [partition, batch] : records) {
    int64_t id = progress_.Add(partition, std::move(batch), now);
    for (CopiedThrough& through : offsets[partition]) {
      busy_.insert(through.source);
      in_flight_.emplace(id++, InFlight{std::move(through), now});
    }
  }
}

void CommitWriter::OnAck(const Ack& ack) {
  (index_.Owns(ack) ? index_ : progress_).OnAck(ack);
}

void CommitWriter::CollectProgress() {
  for (const TopicQueue::Outcome& outcome : progress_.TakeOutcomes()) {
    for (int64_t i = 0; i < outcome.count; ++i) {
      const auto it = in_flight_.find(outcome.first + i);
      if (it == in_flight_.end()) continue;
      CopiedThrough& through = it->second.through;
      busy_.erase(through.source);
      if (outcome.status.ok()) committed_.push_back(std::move(through));
      in_flight_.erase(it);
    }
    Note(options_.offset_storage_topic, outcome.status,
         "until then a restart copies records again",
         &progress_reported_.rejected);
  }
}

void CommitWriter::Note(const std::string& topic, const absl::Status& status,
                        absl::string_view consequence, bool* failing) {
  if (!status.ok() && !*failing) {
    errors_.push_back(absl::Status(
        status.code(),
        absl::StrCat(
            "topic ", topic, " on cluster ", options_.target_alias,
            " was not written: ",
            WithGrant(status, absl::StrCat("WRITE on topic ", topic)).message(),
            "; retried at every commit, ", consequence)));
  }
  *failing = !status.ok();
}

void CommitWriter::NoteSilence(const std::string& topic, int32_t partition,
                               absl::Time since, absl::Time now, bool* silent) {
  if (now - since < kSilence) {
    *silent = false;
    return;
  }
  if (std::exchange(*silent, true)) return;
  errors_.push_back(absl::UnavailableError(absl::StrCat(
      partition < 0 ? "a partition" : absl::StrCat("partition ", partition),
      " of topic ", topic, " on cluster ", options_.target_alias,
      " has not acknowledged a record for ", absl::FormatDuration(kSilence),
      ": it has no leader, or fewer replicas in sync than min.insync.replicas; "
      "copying continues, but progress that belongs there is not committed "
      "until it does, and a restart copies those records again")));
}

bool CommitWriter::Writes(const TopicPartition& source) const {
  const std::vector<IndexRecord>& indexed = flush_.records();
  return busy_.count(source) > 0 ||
         std::any_of(waiting_.begin(), waiting_.end(),
                     [&source](const CopiedThrough& through) {
                       return through.source == source;
                     }) ||
         std::any_of(indexed.begin(), indexed.end(),
                     [&source](const IndexRecord& record) {
                       return record.topic_partition == source;
                     });
}

void CommitWriter::OnSinkLost() {
  waiting_.clear();
  index_.Clear();
  flush_ = IndexFlush();
  progress_.Clear();
  in_flight_.clear();
  busy_.clear();
}

}  // namespace mirror::internal
