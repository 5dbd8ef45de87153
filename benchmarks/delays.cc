// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "benchmarks/data_path.h"
#include "mirror/cluster/record_batch.h"

namespace mirror::benchmark {
namespace {

// So long without a new copy, and the measurement has failed.
constexpr absl::Duration kPatience = absl::Seconds(30);
// How long a turn waits for copies, and so how evenly records are written.
constexpr absl::Duration kTurn = absl::Milliseconds(1);

absl::Status AwaitTopic(Cluster* cluster, const CopyJob& job) {
  const auto admin = cluster->NewAdmin("bench");
  if (!admin.ok()) return admin.status();
  const absl::Time deadline = absl::Now() + kPatience;
  while (absl::Now() < deadline) {
    const auto topic = (*admin)->DescribeTopics({job.target_topic()}).front();
    if (topic.ok() && topic->partitions == job.partitions) {
      return absl::OkStatus();
    }
    absl::SleepFor(absl::Milliseconds(20));
  }
  return absl::DeadlineExceededError("the target topic is not created");
}

absl::Status AssignAll(RecordSource* copies, const CopyJob& job) {
  std::vector<StartPosition> starts;
  for (int32_t i = 0; i < job.partitions; ++i) {
    starts.push_back({{job.target_topic(), i}, UpstreamOffset(0)});
  }
  return copies->Assign(starts);
}

// A record of 100 bytes that says when it was written, and as which one.
Record Stamped(int64_t number, absl::Time now) {
  Record record;
  record.offset = UpstreamOffset(number);
  record.timestamp_ms = absl::ToUnixMillis(now);
  record.value = absl::StrFormat("%020d%-80d", absl::ToUnixNanos(now), number);
  return record;
}

class Stream {
 public:
  Stream(const CopyJob& job, const Traffic& traffic)
      : job_(job), traffic_(traffic) {}

  // Writes what is due by now, or as much as there is room for.
  absl::Status Write(RecordSink* originals) {
    const auto due =
        traffic_.burst *
        static_cast<int64_t>(absl::ToDoubleSeconds(absl::Now() - start_) *
                             static_cast<double>(traffic_.rate) /
                             static_cast<double>(traffic_.burst));
    absl::Status status;
    while (status.ok() && written_ < std::min(due, job_.records)) {
      const TopicPartition to = {
          job_.topic,
          static_cast<int32_t>(written_ / traffic_.burst % job_.partitions)};
      OwnedRecordBatch batch(to, {Stamped(written_, absl::Now())});
      int64_t next = 0;
      status = originals->Send(to, &batch, &next);
      if (next == 0) break;
      ++written_;
    }
    // The sink has just begun to look the topic up.
    if (absl::IsNotFound(status)) status = absl::OkStatus();
    std::vector<Ack> acks;
    status.Update(originals->Poll(absl::ZeroDuration(), &acks));
    for (const Ack& ack : acks) status.Update(ack.status);
    return status;
  }

  absl::Status Read(RecordSource* copies) {
    Fetched fetched;
    absl::Status status = copies->Poll(kTurn, &fetched);
    const absl::Time now = absl::Now();
    for (const auto& batch : fetched.batches) {
      for (int64_t i = 0; i < batch->count(); ++i) {
        Note(*batch->ToRecord(i).value, now);
      }
    }
    for (const PartitionEvent& event : fetched.events) {
      status.Update(event.status);
    }
    if (now > last_ + kPatience) {
      status.Update(absl::DeadlineExceededError(absl::StrCat(
          read_, " of ", job_.records, " records have been copied")));
    }
    return status;
  }

  bool done() const { return read_ >= job_.records; }
  std::vector<absl::Duration> TakeDelays() {
    std::sort(delays_.begin(), delays_.end());
    return std::move(delays_);
  }

 private:
  void Note(const std::string& value, absl::Time now) {
    int64_t nanos = 0;
    int64_t number = 0;
    if (!absl::SimpleAtoi(value.substr(0, 20), &nanos) ||
        !absl::SimpleAtoi(value.substr(20), &number)) {
      return;
    }
    ++read_;
    last_ = now;
    if (number < traffic_.warm_up) return;
    delays_.push_back(now - absl::FromUnixNanos(nanos));
  }

  const CopyJob& job_;
  const Traffic traffic_;
  const absl::Time start_ = absl::Now();
  absl::Time last_ = absl::Now();
  int64_t written_ = 0;
  int64_t read_ = 0;
  std::vector<absl::Duration> delays_;
};

}  // namespace

absl::StatusOr<std::vector<absl::Duration>> MeasureDelays(
    const CopyJob& job, const Traffic& traffic) {
  // A burst is one batch.
  const auto source =
      Connect(job.source, {{"linger.ms", traffic.burst > 1 ? "1" : "0"}});
  if (!source.ok()) return source.status();
  const auto target = Connect(job.target);
  if (!target.ok()) return target.status();
  const auto originals = (*source)->NewSink({"bench"});
  if (!originals.ok()) return originals.status();
  const auto copies = (*target)->NewSource({"bench"});
  if (!copies.ok()) return copies.status();
  absl::Status status = AwaitTopic(target->get(), job);
  if (status.ok()) status = AssignAll(copies->get(), job);
  Stream stream(job, traffic);
  while (status.ok() && !stream.done()) {
    status = stream.Write(originals->get());
    status.Update(stream.Read(copies->get()));
  }
  if (!status.ok()) return status;
  return stream.TakeDelays();
}

}  // namespace mirror::benchmark
