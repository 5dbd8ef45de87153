// SPDX-License-Identifier: Apache-2.0

#include "mirror/cluster/topic_reader.h"

#include <memory>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "mirror/cluster/errors.h"

namespace mirror {
namespace {

// Where each partition's log starts.
absl::StatusOr<std::vector<StartPosition>> Starts(ClusterAdmin* admin,
                                                  const std::string& topic,
                                                  int32_t partitions) {
  std::vector<TopicPartition> all;
  for (int32_t i = 0; i < partitions; ++i) all.push_back({topic, i});
  const auto offsets = admin->ListOffsets(all, OffsetSpec::kEarliest);
  std::vector<StartPosition> starts;
  for (size_t i = 0; i < all.size(); ++i) {
    if (!offsets[i].ok()) {
      return Annotate(offsets[i].status(), all[i].ToString());
    }
    starts.push_back({all[i], UpstreamOffset(*offsets[i])});
  }
  return starts;
}

}  // namespace

absl::Status ReadTopicToEnd(
    RecordSource* source, ClusterAdmin* admin, const std::string& topic,
    int32_t partitions, Clock* clock, absl::Time deadline,
    absl::FunctionRef<bool()> keep_waiting,
    absl::FunctionRef<void(const TopicPartition&, const Record&)> visit) {
  const auto starts = Starts(admin, topic, partitions);
  if (!starts.ok()) return starts.status();
  std::set<TopicPartition> unfinished;
  for (const StartPosition& start : *starts) {
    unfinished.insert(start.topic_partition);
  }
  const std::vector<TopicPartition> all(unfinished.begin(), unfinished.end());
  absl::Status status = source->Assign(*starts);
  while (status.ok() && !unfinished.empty()) {
    Fetched fetched;
    status = source->Poll(absl::Milliseconds(50), &fetched);
    for (const std::unique_ptr<RecordBatch>& batch : fetched.batches) {
      for (int64_t i = 0; i < batch->count(); ++i) {
        visit(batch->topic_partition(), batch->ToRecord(i));
      }
    }
    for (const PartitionEvent& event : fetched.events) {
      if (event.kind == PartitionEvent::Kind::kEnd) {
        unfinished.erase(event.topic_partition);
      } else if (status.ok()) {
        status = Annotate(event.status, event.topic_partition.ToString());
      }
    }
    if (!status.ok() || unfinished.empty()) break;
    if (!keep_waiting()) {
      status = absl::CancelledError(absl::StrCat("reading topic ", topic));
    } else if (clock->Now() >= deadline) {
      status = absl::DeadlineExceededError(absl::StrCat(
          "topic ", topic, " was not read to its end in time; ",
          unfinished.begin()->ToString(), " is missing",
          fetched.cluster_status.ok()
              ? ""
              : absl::StrCat(": ", fetched.cluster_status.message())));
    }
  }
  const absl::Status unassigned = source->Unassign(all);
  return status.ok() ? unassigned : status;
}

}  // namespace mirror
