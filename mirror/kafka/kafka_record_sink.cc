// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/kafka_record_sink.h"

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

// A quarter from one to the next, so that there are few lanes. librdkafka's
// batch.size is of the whole request, so batches are a little smaller.
constexpr int64_t kBatchSizes[] = {250000, 62500, 15000, 3750, 900};

}  // namespace

int64_t LaneBatchSize(int64_t max_batch_bytes, int64_t main_batch_size) {
  if (main_batch_size <= max_batch_bytes) return main_batch_size;
  for (const int64_t size : kBatchSizes) {
    if (size <= max_batch_bytes && size < main_batch_size) return size;
  }
  // Smaller still: record by record.
  return 1;
}

absl::StatusOr<std::unique_ptr<KafkaRecordSink>> KafkaRecordSink::Create(
    const ClientSettings& settings, const SinkOptions& options) {
  auto sink = absl::WrapUnique(new KafkaRecordSink(settings, options));
  auto lane =
      ProducerLane::Create(settings, options.client_id, {}, &sink->load_);
  if (!lane.ok()) return lane.status();
  sink->main_ = *std::move(lane);
  sink->main_batch_size_ = sink->main_->Setting("batch.size");
  return sink;
}

absl::StatusOr<ProducerLane*> KafkaRecordSink::LaneFor(
    const SendOptions& options) {
  const int64_t size = LaneBatchSize(options.max_batch_bytes, main_batch_size_);
  // What is probed is no larger than it may be, so one producer will do.
  if (!options.probe && size == main_batch_size_) return main_.get();
  const LaneKey key = {options.probe, options.probe ? 0 : size};
  std::unique_ptr<ProducerLane>& lane = others_[key];
  if (lane != nullptr) return lane.get();
  Properties forced;
  if (options.probe) {
    // One batch each, as a rule: nothing of it may pass a part that is
    // rejected.
    forced = {{"batch.size", "1000000"},
              {"batch.num.messages", "10000"},
              {"linger.ms", "5"}};
  } else {
    forced = {{"batch.size", absl::StrCat(size)}};
  }
  auto made =
      ProducerLane::Create(settings_, options_.client_id, forced, &load_);
  if (!made.ok()) {
    others_.erase(key);
    // Not the record's fault.
    return absl::InternalError(made.status().message());
  }
  lane = *std::move(made);
  lane->Wake(main_.get());
  return lane.get();
}

absl::Status KafkaRecordSink::Send(const TopicPartition& target,
                                   RecordBatch* batch, int64_t* next,
                                   const SendOptions& options) {
  const absl::StatusOr<ProducerLane*> lane = LaneFor(options);
  if (!lane.ok()) return lane.status();
  // A sixteenth is for the library's own records, however little moves.
  const int64_t all = options_.max_buffered_bytes;
  return (*lane)->Send(target, batch, next, options.end,
                       options.reserved ? all : all - all / 16);
}

absl::Status KafkaRecordSink::Poll(absl::Duration timeout,
                                   std::vector<Ack>* acks) {
  absl::Status status = main_->Poll(timeout, acks);
  for (const auto& [key, lane] : others_) {
    status.Update(lane->Poll(absl::ZeroDuration(), acks));
  }
  return status;
}

absl::Status KafkaRecordSink::TakeClusterStatus() {
  absl::Status status = main_->TakeClusterStatus();
  for (const auto& [key, lane] : others_) {
    status.Update(lane->TakeClusterStatus());
  }
  return status;
}

}  // namespace mirror::internal
