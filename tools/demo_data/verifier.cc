// SPDX-License-Identifier: Apache-2.0

#include "tools/demo_data/verifier.h"

#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "mirror/cluster/errors.h"
#include "mirror/model/record.h"

namespace mirror::demo {
namespace {

// One side of the comparison: a topic and what has been read of it and not yet
// been compared.
class Side {
 public:
  // Begins to read every partition at its log's start.
  static absl::StatusOr<std::unique_ptr<Side>> Open(Cluster* cluster,
                                                    const std::string& topic,
                                                    int32_t partitions);

  absl::Status Poll(absl::Duration timeout);
  bool AtEnd() const { return unfinished_ == 0; }
  int64_t read() const { return read_; }
  bool Has(int32_t partition) const { return !lanes_[partition].held.empty(); }
  Record Take(int32_t partition);

  std::string Describe(int32_t partition) const {
    return absl::StrCat(cluster_->alias(), ": ", topic_, "-", partition);
  }

 private:
  struct Lane {
    std::deque<std::unique_ptr<RecordBatch>> held;
    int64_t index = 0;  // of the next record in held.front()
    bool at_end = false;
  };

  Side(Cluster* cluster, std::string topic, int32_t partitions)
      : cluster_(cluster),
        topic_(std::move(topic)),
        lanes_(partitions),
        unfinished_(partitions) {}

  Cluster* const cluster_;
  const std::string topic_;
  std::unique_ptr<RecordSource> source_;  // outlives the batches in lanes_
  std::vector<Lane> lanes_;
  int32_t unfinished_;
  int64_t read_ = 0;
};

absl::StatusOr<std::unique_ptr<Side>> Side::Open(Cluster* cluster,
                                                 const std::string& topic,
                                                 int32_t partitions) {
  auto admin = cluster->NewAdmin("demo-verify");
  if (!admin.ok()) return admin.status();
  std::vector<TopicPartition> all;
  for (int32_t i = 0; i < partitions; ++i) all.push_back({topic, i});
  const auto offsets = (*admin)->ListOffsets(all, OffsetSpec::kEarliest);
  std::vector<StartPosition> starts;
  for (int32_t i = 0; i < partitions; ++i) {
    if (!offsets[i].ok()) {
      return internal::Annotate(offsets[i].status(), all[i].ToString());
    }
    starts.push_back({all[i], UpstreamOffset(*offsets[i])});
  }
  std::unique_ptr<Side> side(new Side(cluster, topic, partitions));
  auto source = cluster->NewSource({"demo-verify"});
  if (!source.ok()) return source.status();
  side->source_ = *std::move(source);
  if (absl::Status status = side->source_->Assign(starts); !status.ok()) {
    return status;
  }
  return side;
}

absl::Status Side::Poll(absl::Duration timeout) {
  Fetched fetched;
  if (absl::Status status = source_->Poll(timeout, &fetched); !status.ok()) {
    return status;
  }
  for (std::unique_ptr<RecordBatch>& batch : fetched.batches) {
    read_ += batch->count();
    lanes_[batch->topic_partition().partition].held.push_back(std::move(batch));
  }
  for (const PartitionEvent& event : fetched.events) {
    if (event.kind == PartitionEvent::Kind::kError) return event.status;
    Lane& lane = lanes_[event.topic_partition.partition];
    if (!std::exchange(lane.at_end, true)) --unfinished_;
  }
  return absl::OkStatus();
}

Record Side::Take(int32_t partition) {
  Lane& lane = lanes_[partition];
  Record record = lane.held.front()->ToRecord(lane.index);
  if (++lane.index == lane.held.front()->count()) {
    lane.held.pop_front();
    lane.index = 0;
  }
  return record;
}

// The first thing in which two records differ; null if nothing.
const char* Difference(const Record& a, const Record& b) {
  if (a.key != b.key) return "key";
  if (a.value != b.value) return "value";
  if (a.headers != b.headers) return "headers";
  if (a.timestamp_ms != b.timestamp_ms) return "timestamp";
  return nullptr;
}

void Count(const Record& record, Comparison* result) {
  ++result->records;
  if (record.key.has_value()) {
    result->bytes += static_cast<int64_t>(record.key->size());
  }
  if (record.value.has_value()) {
    result->bytes += static_cast<int64_t>(record.value->size());
  } else {
    ++result->tombstones;
  }
  for (const Header& header : record.headers) {
    result->bytes += static_cast<int64_t>(
        header.key.size() + (header.value ? header.value->size() : 0));
  }
}

// Compares what both sides have of a partition.
absl::Status ComparePartition(int32_t partition, Side* source, Side* target,
                              Comparison* result) {
  while (source->Has(partition) && target->Has(partition)) {
    const Record original = source->Take(partition);
    const Record copy = target->Take(partition);
    if (const char* what = Difference(original, copy)) {
      return absl::DataLossError(absl::StrCat(
          "another ", what, " at ", target->Describe(partition), " offset ",
          copy.offset.value(), " than at ", source->Describe(partition),
          " offset ", original.offset.value()));
    }
    Count(original, result);
  }
  return absl::OkStatus();
}

absl::Status SurplusError(const Side& has, const Side& lacks,
                          int32_t partition) {
  return absl::DataLossError(absl::StrCat(has.Describe(partition),
                                          " has records more than ",
                                          lacks.Describe(partition)));
}

}  // namespace

absl::StatusOr<Comparison> CompareTopic(Cluster* source,
                                        const std::string& source_topic,
                                        int32_t partitions, Cluster* target,
                                        const std::string& target_topic,
                                        absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  auto left = Side::Open(source, source_topic, partitions);
  if (!left.ok()) return left.status();
  auto right = Side::Open(target, target_topic, partitions);
  if (!right.ok()) return right.status();
  Side* const a = left->get();
  Side* const b = right->get();
  Comparison result;
  while (!a->AtEnd() || !b->AtEnd()) {
    // The side that is behind, so that little is held.
    Side* const next = a->AtEnd()               ? b
                       : b->AtEnd()             ? a
                       : a->read() <= b->read() ? a
                                                : b;
    absl::Status status = next->Poll(absl::Milliseconds(20));
    for (int32_t p = 0; status.ok() && p < partitions; ++p) {
      status = ComparePartition(p, a, b, &result);
    }
    if (!status.ok()) return status;
    if (absl::Now() >= deadline) {
      return absl::DeadlineExceededError(
          absl::StrCat("topic ", source_topic, " was not read to its end"));
    }
  }
  for (int32_t p = 0; p < partitions; ++p) {
    if (a->Has(p)) return SurplusError(*a, *b, p);
    if (b->Has(p)) return SurplusError(*b, *a, p);
  }
  return result;
}

}  // namespace mirror::demo
