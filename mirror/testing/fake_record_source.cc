// SPDX-License-Identifier: Apache-2.0

#include "mirror/testing/fake_record_source.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

// A batch that its source counts as long as it lives.
class FakeRecordBatch final : public RecordBatch {
 public:
  FakeRecordBatch(std::unique_ptr<const OwnedRecordBatch> records,
                  std::shared_ptr<std::atomic<int64_t>> live)
      : RecordBatch(
            records->topic_partition(),
            {records->first_offset(), records->last_offset(), records->count(),
             records->value_bytes(), records->last_timestamp_ms(),
             records->leader_epoch(), records->bounds()}),
        records_(std::move(records)),
        live_(std::move(live)) {
    ++*live_;
  }
  ~FakeRecordBatch() override { --*live_; }

  Record ToRecord(int64_t index) const override {
    return records_->ToRecord(index);
  }
  UpstreamOffset OffsetAt(int64_t index) const override {
    return records_->OffsetAt(index);
  }
  RecordBounds BoundsAt(int64_t index) const override {
    return records_->BoundsAt(index);
  }
  RecordView View(int64_t index) const override {
    return records_->View(index);
  }
  // A name with a NUL is not seen whole without a value, as with librdkafka.
  absl::Status Shows(int64_t index) const override {
    for (const Header& header : records_->records()[index].headers) {
      if (!header.value.has_value() &&
          header.key.find('\0') != std::string::npos) {
        return absl::UnimplementedError("a header's name continues");
      }
    }
    return absl::OkStatus();
  }

 private:
  const std::unique_ptr<const OwnedRecordBatch> records_;
  const std::shared_ptr<std::atomic<int64_t>> live_;
};

int64_t ValueBytes(const Record& record) {
  return record.value.has_value() ? record.value->size() : 0;
}

PartitionEvent Stop(const TopicPartition& tp, int64_t offset,
                    absl::Status status) {
  return {tp, PartitionEvent::Kind::kError, UpstreamOffset(offset),
          std::move(status)};
}

}  // namespace

FakeRecordSource::~FakeRecordSource() {
  if (*live_batches_ == 0) return;
  std::fprintf(stderr,
               "FakeCluster %s: a RecordSource was destroyed before %lld of "
               "its batches; with a real cluster this hangs\n",
               state_->alias.c_str(),
               static_cast<long long>(live_batches_->load()));
  std::abort();
}

absl::Status FakeRecordSource::Assign(
    absl::Span<const StartPosition> positions) {
  for (const StartPosition& start : positions) {
    Reader reader;
    reader.position = start.offset.value();
    reader.topic_id = start.topic_id;
    if (start.leader_epoch >= 0) reader.epoch = start.leader_epoch;
    readers_[start.topic_partition] = std::move(reader);
  }
  return absl::OkStatus();
}

absl::Status FakeRecordSource::Unassign(
    absl::Span<const TopicPartition> partitions) {
  for (const TopicPartition& tp : partitions) readers_.erase(tp);
  return absl::OkStatus();
}

absl::Status FakeRecordSource::Poll(absl::Duration timeout, Fetched* fetched) {
  MutexLock lock(&state_->mu);
  const auto collect = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu) {
    return Collect(fetched);
  };
  if (!collect() && state_->waits && timeout > absl::ZeroDuration()) {
    state_->mu.AwaitFor(collect, timeout);
  }
  if (state_->down) fetched->cluster_status = state_->Reachable();
  return absl::OkStatus();
}

std::optional<PartitionBounds> FakeRecordSource::Bounds(
    const TopicPartition& partition) {
  const auto it = readers_.find(partition);
  return it == readers_.end() ? std::nullopt : it->second.bounds;
}

bool FakeRecordSource::Collect(Fetched* fetched) {
  if (state_->down) return false;
  bool any = false;
  int64_t budget = options_.max_buffered_bytes;
  auto it = readers_.upper_bound(last_served_);
  for (size_t left = readers_.size(); left > 0 && budget > 0; --left, ++it) {
    if (it == readers_.end()) it = readers_.begin();
    any |= CollectFrom(it->first, &it->second, &budget, fetched);
    last_served_ = it->first;
  }
  return any;
}

bool FakeRecordSource::CollectFrom(const TopicPartition& tp, Reader* reader,
                                   int64_t* budget, Fetched* fetched) {
  FakePartition* partition = state_->Find(tp);
  // A missing topic looks idle, as it does to the real client.
  if (partition == nullptr || partition->down || reader->stopped) return false;
  if (auto obstacle = Obstacle(tp, *partition, reader)) {
    reader->stopped = true;
    fetched->events.push_back(*std::move(obstacle));
    return true;
  }
  bool any = false;
  std::vector<Record> records = Take(*partition, reader, budget);
  if (!records.empty()) {
    fetched->batches.push_back(std::make_unique<FakeRecordBatch>(
        std::make_unique<OwnedRecordBatch>(
            tp, std::move(records), static_cast<int32_t>(*reader->epoch)),
        live_batches_));
    any = true;
  }
  if (partition->corrupt.count(reader->position) > 0) {
    // The records before it first, as a real client hands out what it has.
    if (any) return true;
    reader->stopped = true;
    fetched->events.push_back(
        Stop(tp, reader->position,
             state_->Error(absl::StatusCode::kDataLoss, tp.ToString(),
                           absl::StrCat("the batch at offset ",
                                        reader->position, " is corrupt"))));
    return true;
  }
  const int64_t end = std::max(EndOf(*partition), reader->position);
  if (reader->position == end && reader->reported_end != end) {
    reader->reported_end = end;
    fetched->events.push_back({tp, PartitionEvent::Kind::kEnd,
                               UpstreamOffset(end), absl::OkStatus()});
    any = true;
  }
  return any;
}

int64_t FakeRecordSource::EndOf(const FakePartition& partition) const {
  return options_.read_committed ? partition.StableEnd() : partition.log.end();
}

std::optional<PartitionEvent> FakeRecordSource::Obstacle(
    const TopicPartition& tp, const FakePartition& partition, Reader* reader) {
  const FakeLog& log = partition.log;
  const std::string& id = state_->topics[tp.topic].id;
  if (reader->topic_id.empty()) reader->topic_id = id;
  if (reader->topic_id != id) {
    return Stop(
        tp, reader->position,
        state_->Error(absl::StatusCode::kFailedPrecondition, tp.ToString(),
                      "the topic was deleted and created again"));
  }
  absl::Status failure =
      FakeClusterState::FailureFor(state_->fetch_failures, tp);
  if (!failure.ok()) return Stop(tp, reader->position, std::move(failure));
  reader->bounds = PartitionBounds{UpstreamOffset(log.start()),
                                   UpstreamOffset(EndOf(partition))};
  const auto diverged_at =
      log.DivergedAt(reader->epoch.value_or(log.epoch()), reader->position);
  if (reader->position >= log.start() && reader->position <= log.end() &&
      !diverged_at.has_value()) {
    return std::nullopt;
  }
  PartitionEvent event =
      Stop(tp, reader->position,
           state_->Error(absl::StatusCode::kOutOfRange, tp.ToString(),
                         absl::StrCat("offset ", reader->position,
                                      " is not in the log, which goes from ",
                                      log.start(), " to ", log.end())));
  if (diverged_at.has_value()) event.diverged_at = UpstreamOffset(*diverged_at);
  return event;
}

std::vector<Record> FakeRecordSource::Take(const FakePartition& partition,
                                           Reader* reader, int64_t* budget) {
  const FakeLog& log = partition.log;
  const auto corrupt = partition.corrupt.lower_bound(reader->position);
  int64_t limit = EndOf(partition);
  if (corrupt != partition.corrupt.end()) limit = std::min(limit, *corrupt);
  std::vector<Record> records;
  for (size_t i = log.IndexFrom(reader->position); i < log.entries().size();
       ++i) {
    const FakeLog::Entry& entry = log.entries()[i];
    const int64_t offset = entry.record.offset.value();
    if (offset >= limit) break;
    if (entry.aborted && options_.read_committed) continue;
    if (!records.empty() && entry.epoch != reader->epoch) return records;
    if (static_cast<int64_t>(records.size()) >= state_->max_batch_records ||
        *budget <= 0) {
      return records;
    }
    records.push_back(entry.record);
    reader->epoch = entry.epoch;
    *budget -= ValueBytes(entry.record);
    reader->position = offset + 1;
  }
  // Nothing is left below the limit but holes.
  if (limit > reader->position) reader->position = limit;
  return records;
}

}  // namespace mirror::internal
