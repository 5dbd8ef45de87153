// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "benchmarks/data_path.h"
#include "mirror/cluster/record_batch.h"

namespace mirror::benchmark {
namespace {

constexpr int64_t kRecordsPerSend = 500;

// Text that compresses about as well as JSON does.
std::string Value(int64_t seed, int64_t bytes) {
  std::string value;
  while (static_cast<int64_t>(value.size()) < bytes) {
    seed = seed * 6364136223846793005 + 1442695040888963407;
    absl::StrAppend(&value, "\"field\":", (seed >> 40) & 0xffffff, ",");
  }
  value.resize(bytes);
  return value;
}

absl::Status SendAll(RecordSink* sink, const TopicPartition& target,
                     const std::vector<Record>& records) {
  OwnedRecordBatch batch(target, records);
  for (int64_t next = 0; next < batch.count();) {
    absl::Status status = sink->Send(target, &batch, &next);
    std::vector<Ack> acks;
    if (status.ok() || absl::IsNotFound(status)) {
      status = sink->Poll(absl::Milliseconds(10), &acks);
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Fill(const CopyJob& job, const RecordShape& shape) {
  const auto cluster =
      Connect(job.source, {{"linger.ms", "20"},
                           {"compression.type", shape.compression},
                           {"batch.num.messages", absl::StrCat(shape.batch)}});
  if (!cluster.ok()) return cluster.status();
  const auto sink = (*cluster)->NewSink({"bench", 64 << 20});
  if (!sink.ok()) return sink.status();
  std::vector<Record> records(kRecordsPerSend);
  for (size_t i = 0; i < records.size(); ++i) {
    records[i].offset = UpstreamOffset(static_cast<int64_t>(i));
    records[i].timestamp_ms = absl::ToUnixMillis(absl::Now());
    records[i].value = Value(static_cast<int64_t>(i), shape.bytes);
  }
  absl::Status status = CreateTopic(job.source, job.topic, job.partitions);
  int32_t partition = 0;
  for (int64_t left = job.records; status.ok() && left > 0;) {
    records.resize(std::min(left, kRecordsPerSend));
    status = SendAll(sink->get(), {job.topic, partition}, records);
    left -= static_cast<int64_t>(records.size());
    partition = (partition + 1) % job.partitions;
  }
  while (status.ok() && (*sink)->in_flight() > 0) {
    std::vector<Ack> acks;
    status = (*sink)->Poll(absl::Milliseconds(100), &acks);
  }
  return status;
}

}  // namespace mirror::benchmark
