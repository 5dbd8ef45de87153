// SPDX-License-Identifier: Apache-2.0

#include "mirror/testing/fake_record_sink.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

int64_t ValueBytes(const Record& record) {
  return record.value.has_value() ? record.value->size() : 0;
}

// Gives the record the timestamp with which librdkafka writes it; whether that
// is another one.
bool Retime(Record* record) {
  if (record->timestamp_ms != 0) return false;
  record->timestamp_ms = 1;
  return true;
}

// As librdkafka's batch.size.
constexpr int64_t kBatchSize = 1000000;

}  // namespace

FakeRecordSink::FakeRecordSink(FakeClusterState* state,
                               const SinkOptions& options,
                               std::string transactional_id)
    : state_(state),
      options_(options),
      transactional_id_(std::move(transactional_id)) {
  MutexLock lock(&state_->mu);
  fence_ = state_->fence;
  ++state_->open_sinks;
}

FakeRecordSink::~FakeRecordSink() {
  MutexLock lock(&state_->mu);
  --state_->open_sinks;
  if (state_->down || !Usable().ok() ||
      !state_->Owns(transactional_id_, epoch_).ok()) {
    return;
  }
  std::map<TopicPartition, std::vector<Record>> unanswered;
  for (Produce& produce : produces_) {
    FakePartition* partition = state_->Find(produce.target);
    if (partition == nullptr || partition->down ||
        !Judge(produce).status.ok()) {
      continue;
    }
    auto& records = unanswered[produce.target];
    std::move(produce.records.begin(), produce.records.end(),
              std::back_inserter(records));
  }
  for (auto& [target, records] : unanswered) {
    records.resize(state_->random() % (records.size() + 1));
    for (Record& record : records) {
      Retime(&record);
      Append(target, std::move(record));
    }
  }
}

int64_t FakeRecordSink::Append(const TopicPartition& target, Record record) {
  FakeLog& log = state_->Find(target)->log;
  if (transactional_id_.empty()) return log.Append(std::move(record));
  FakeTransaction& transaction = state_->transactions[transactional_id_];
  if (transaction.open == 0) transaction.open = ++state_->transactions_begun;
  transaction.partitions.insert(target);
  return log.Append(std::move(record), false, transaction.open);
}

void FakeRecordSink::AddRecord(const TopicPartition& target, Record record,
                               int64_t max_batch_bytes,
                               std::deque<Produce>* batches) {
  const int64_t bytes = RecordBytes(record);
  if (batches->empty() || batches->back().bytes + bytes > max_batch_bytes) {
    batches->push_back({target, {}, 0});
  }
  batches->back().bytes += bytes;
  batches->back().records.push_back(std::move(record));
}

absl::Status FakeRecordSink::Send(const TopicPartition& target,
                                  RecordBatch* batch, int64_t* next,
                                  const SendOptions& options) {
  MutexLock lock(&state_->mu);
  if (!Usable().ok()) return absl::OkStatus();  // Poll() returns it
  if (!Knows(target)) return state_->NoTopic(target.ToString());
  const int64_t max_batch = std::min(kBatchSize, options.max_batch_bytes);
  const int64_t all = options_.max_buffered_bytes;
  const int64_t room = options.reserved ? all : all - all / 16;
  std::deque<Produce> batches;
  absl::Status result;
  for (; *next < std::min(options.end, batch->count()); ++*next) {
    Record record = batch->ToRecord(*next);
    if (RecordBytes(record) > state_->client_max_message_bytes) {
      result = state_->Error(
          absl::StatusCode::kInvalidArgument, target.ToString(),
          absl::StrCat("the record at ", record.offset.value(), " has ",
                       RecordBytes(record), " bytes; this client may send ",
                       state_->client_max_message_bytes));
      break;
    }
    const int64_t bytes = ValueBytes(record);
    const bool full =
        !options.reserved && in_flight_ >= state_->max_buffered_records;
    if (full || (buffered_bytes_ > all / 2 && buffered_bytes_ + bytes > room)) {
      break;
    }
    ++in_flight_;
    buffered_bytes_ += bytes;
    AddRecord(target, std::move(record), max_batch, &batches);
  }
  std::move(batches.begin(), batches.end(), std::back_inserter(produces_));
  return result;
}

absl::Status FakeRecordSink::Poll(absl::Duration timeout,
                                  std::vector<Ack>* acks) {
  MutexLock lock(&state_->mu);
  const auto something = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu) {
    if (!Usable().ok()) return true;
    Deliver();
    return !pending_.empty() && !state_->hold_acks;
  };
  if (!something() && state_->waits && timeout > absl::ZeroDuration()) {
    state_->mu.AwaitFor(something, timeout);
  }
  if (absl::Status usable = Usable(); !usable.ok()) return usable;
  if (state_->down) cluster_status_ = state_->Reachable();
  if (state_->down || state_->hold_acks) return absl::OkStatus();
  for (Pending& pending : pending_) {
    in_flight_ -= pending.ack.count;
    buffered_bytes_ -= pending.value_bytes;
    acks->push_back(std::move(pending.ack));
  }
  pending_.clear();
  return absl::OkStatus();
}

absl::Status FakeRecordSink::TakeClusterStatus() {
  return std::exchange(cluster_status_, absl::OkStatus());
}

absl::Status FakeRecordSink::Usable() {
  if (fence_ == state_->fence) return fenced_;
  return absl::FailedPreconditionError(absl::StrCat(
      "cluster ", state_->alias,
      ": this producer is fenced by a newer one; make a new sink"));
}

bool FakeRecordSink::Knows(const TopicPartition& target) {
  // Without a broker the client has only what it heard before.
  if (state_->down) return known_topics_.count(target.topic) > 0;
  if (state_->Find(target) == nullptr) return false;
  known_topics_.insert(target.topic);
  return true;
}

void FakeRecordSink::Deliver() {
  if (state_->down || produces_.empty()) return;
  fenced_ = state_->Owns(transactional_id_, epoch_);
  if (!fenced_.ok()) return;
  std::deque<Produce> stuck;
  for (Produce& produce : produces_) {
    const FakePartition* partition = state_->Find(produce.target);
    if (partition != nullptr && partition->down) {
      stuck.push_back(std::move(produce));
    } else {
      const Verdict verdict = Decide(produce);
      Answer(std::move(produce), verdict);
    }
  }
  produces_ = std::move(stuck);
}

void FakeRecordSink::Drop(const absl::Status& status) {
  MutexLock lock(&state_->mu);
  for (Produce& produce : produces_) Answer(std::move(produce), {status});
  produces_.clear();
}

FakeRecordSink::Verdict FakeRecordSink::Decide(const Produce& produce) {
  if (state_->fail_next_produces == 0) return Judge(produce);
  --state_->fail_next_produces;
  return Failed(state_->next_produce_failure);
}

void FakeRecordSink::Answer(Produce produce, const Verdict& verdict) {
  bool first = true;
  for (Record& record : produce.records) {
    const UpstreamOffset upstream = record.offset;
    const int64_t bytes = ValueBytes(record);
    const bool retimed = Retime(&record);
    // The broker names records without a key, and no others.
    Rejection rejection = verdict.rejection;
    if (rejection == Rejection::kRecord && record.key.has_value()) {
      rejection = Rejection::kNeighbour;
    }
    const int64_t offset =
        verdict.status.ok() ? Append(produce.target, std::move(record)) : 0;
    // One ack covers records without a gap; the log has none here.
    if (first || rejection != pending_.back().ack.rejection ||
        upstream != pending_.back().ack.first + pending_.back().ack.count) {
      pending_.push_back({{produce.target, upstream, DownstreamOffset(offset),
                           0, verdict.status, 0, rejection},
                          0});
      first = false;
    }
    ++pending_.back().ack.count;
    if (retimed) ++pending_.back().ack.retimed;
    pending_.back().value_bytes += bytes;
  }
}

FakeRecordSink::Verdict FakeRecordSink::Failed(absl::Status status) {
  const bool rejected = absl::IsInvalidArgument(status);
  return {std::move(status), rejected ? Rejection::kBatch : Rejection::kNone};
}

FakeRecordSink::Verdict FakeRecordSink::Judge(const Produce& produce) {
  const TopicPartition& target = produce.target;
  absl::Status failure =
      FakeClusterState::FailureFor(state_->produce_failures, target);
  if (!failure.ok()) return Failed(std::move(failure));
  if (state_->Find(target) == nullptr) {
    return {state_->NoTopic(target.ToString())};
  }
  const FakeTopic& topic = state_->topics[target.topic];
  const int64_t limit = topic.MaxMessageBytes();
  if (produce.bytes > limit) {
    return {state_->Error(absl::StatusCode::kInvalidArgument, target.ToString(),
                          absl::StrCat("a batch of ", produce.bytes,
                                       " bytes is larger than the topic's "
                                       "max.message.bytes, ",
                                       limit)),
            Rejection::kTooLarge};
  }
  const bool keyless =
      topic.Compacted() &&
      std::any_of(produce.records.begin(), produce.records.end(),
                  [](const Record& record) { return !record.key.has_value(); });
  if (!keyless) return {};
  const bool is_alone = produce.records.size() == 1;
  return {state_->Error(absl::StatusCode::kInvalidArgument, target.ToString(),
                        "Compacted topic cannot accept message without key"),
          is_alone ? Rejection::kBatch : Rejection::kRecord};
}

}  // namespace mirror::internal
