// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/target_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/replication/record_fingerprint.h"

namespace mirror::internal {
namespace {

// Of one Step(): some 10 ms, and less if nothing comes.
constexpr int kPollsPerStep = 8;

}  // namespace

void TargetReader::Add(std::vector<Request> requests, absl::Time now) {
  for (Request& request : requests) {
    waiting_.push_back({std::move(request), now + options_.patience});
  }
}

void TargetReader::Forget(const TopicPartition& source) {
  const auto is_of = [&source](const auto& item) {
    return item.source == source;
  };
  waiting_.erase(std::remove_if(waiting_.begin(), waiting_.end(),
                                [&](const Waiting& waiting) {
                                  return is_of(waiting.request);
                                }),
                 waiting_.end());
  answers_.erase(std::remove_if(answers_.begin(), answers_.end(), is_of),
                 answers_.end());
  for (auto it = reading_.begin(); it != reading_.end();) {
    it = is_of(it->second.request) ? reading_.erase(it) : std::next(it);
  }
}

void TargetReader::Step(absl::Time now) {
  if (idle()) return;
  if (absl::Status status = Begin(now); !status.ok()) FinishAll(status);
  Poll(now);
  if (reading_.empty()) client_.reset();
}

absl::Status TargetReader::Begin(absl::Time now) {
  std::vector<StartPosition> starts;
  while (!waiting_.empty()) {
    const Request& request = waiting_.front().request;
    const auto& range = request.range;
    const int64_t records = range.end.has_value() ? *range.end - range.from : 1;
    const bool never_fits = records > options_.max_records;
    if (never_fits || now >= waiting_.front().give_up) {
      answers_.push_back(
          {request.source,
           absl::ResourceExhaustedError(absl::StrCat(
               records, " records are there, and at most ",
               options_.max_records, " of all partitions are read"))});
      waiting_.pop_front();
      continue;
    }
    if (held_ + Expected() + records > options_.max_records) break;
    starts.push_back({request.target, UpstreamOffset(range.from.value())});
    Reading reading{request, {}, 0, now + options_.patience};
    reading_.insert_or_assign(request.target, std::move(reading));
    waiting_.pop_front();
  }
  if (starts.empty()) return absl::OkStatus();
  if (client_ == nullptr) {
    SourceOptions options;
    options.client_id = options_.client_id;
    auto made = cluster_->NewSource(options);
    if (!made.ok()) return made.status();
    client_ = *std::move(made);
  }
  return client_->Assign(starts);
}

int64_t TargetReader::Expected() const {
  int64_t records = 0;
  for (const auto& [target, reading] : reading_) {
    const auto& range = reading.request.range;
    const auto read = static_cast<int64_t>(reading.records.size());
    const int64_t all = range.end.has_value() ? *range.end - range.from : 1;
    records += std::max(read, all);
  }
  return records;
}

void TargetReader::Poll(absl::Time now) {
  for (int i = 0; i < kPollsPerStep && !reading_.empty(); ++i) {
    Fetched fetched;
    const absl::Status status = client_->Poll(absl::ZeroDuration(), &fetched);
    for (const auto& batch : fetched.batches) Take(*batch);
    for (const PartitionEvent& event : fetched.events) Take(event);
    if (!status.ok()) FinishAll(status);
    if (fetched.batches.empty() && fetched.events.empty()) break;
  }
  std::vector<TopicPartition> late;
  for (const auto& [target, reading] : reading_) {
    if (now >= reading.give_up) late.push_back(target);
  }
  for (const TopicPartition& target : late) {
    Finish(target,
           absl::DeadlineExceededError(absl::StrCat(
               "nothing came for ", absl::FormatDuration(options_.patience),
               ", or a transaction is open there for that long")));
  }
}

void TargetReader::Take(const RecordBatch& batch) {
  const auto it = reading_.find(batch.topic_partition());
  if (it == reading_.end()) return;
  Reading& reading = it->second;
  const auto& range = reading.request.range;
  for (int64_t i = 0; i < batch.count(); ++i) {
    reading.bytes += batch.BoundsAt(i).bytes;
    const auto fingerprint = FingerprintOf(batch, i, range.timestamps);
    if (!fingerprint.has_value()) continue;
    reading.records.push_back(
        {DownstreamOffset(batch.OffsetAt(i).value()), *fingerprint});
  }
  const auto count = static_cast<int64_t>(reading.records.size());
  if (reading.bytes > options_.max_bytes || count > options_.max_records) {
    Finish(batch.topic_partition(),
           absl::ResourceExhaustedError(
               absl::StrCat("more than ", options_.max_records, " records or ",
                            options_.max_bytes, " bytes are there")));
  } else if (range.end.has_value() &&
             batch.last_offset().value() + 1 >= range.end->value()) {
    Finish(batch.topic_partition(), absl::OkStatus());
  }
}

void TargetReader::Take(const PartitionEvent& event) {
  const auto it = reading_.find(event.topic_partition);
  if (it == reading_.end()) return;
  const auto& end = it->second.request.range.end;
  if (event.kind == PartitionEvent::Kind::kError) {
    Finish(event.topic_partition, event.status);
  } else if (!end.has_value() || event.offset.value() >= end->value()) {
    Finish(event.topic_partition, absl::OkStatus());
  }
}

void TargetReader::Finish(const TopicPartition& target,
                          const absl::Status& status) {
  const auto it = reading_.find(target);
  Answer answer{it->second.request.source, std::move(it->second.records)};
  if (!status.ok()) answer.records = status;
  answers_.push_back(std::move(answer));
  reading_.erase(it);
  // What is still fetched is not waited for.
  if (!reading_.empty()) client_->Unassign({target}).IgnoreError();
}

void TargetReader::FinishAll(const absl::Status& status) {
  for (const auto& [target, reading] : reading_) {
    answers_.push_back({reading.request.source, status});
  }
  reading_.clear();
}

}  // namespace mirror::internal
