// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/bounds_resolver.h"

#include <cstddef>
#include <utility>

#include "mirror/model/offset.h"

namespace mirror::internal {
namespace {

// Of one turn: some 20 ms.
constexpr size_t kMostAtOnce = 2000;
// Leaders are elected within a second or two, or not until an operator acts.
constexpr absl::Duration kRetry = absl::Seconds(1);

}  // namespace

std::vector<TopicPartition> BoundsResolver::Due(
    absl::Span<const TopicPartition> waiting) {
  const absl::Time now = clock_->Now();
  std::map<TopicPartition, Failure> still_failing;
  std::vector<TopicPartition> due;
  for (const TopicPartition& partition : waiting) {
    const auto failure = failures_.find(partition);
    const bool backs_off =
        failure != failures_.end() && now < failure->second.retry_at;
    if (failure != failures_.end()) {
      still_failing[partition] = std::move(failure->second);
    }
    if (!backs_off && due.size() < kMostAtOnce) due.push_back(partition);
  }
  failures_ = std::move(still_failing);
  return due;
}

std::vector<BoundsResolver::Answer> BoundsResolver::Ask(
    absl::Span<const TopicPartition> due) {
  const auto starts = source_->ListOffsets(due, OffsetSpec::kEarliest);
  const auto ends = source_->ListOffsets(due, end_);
  std::vector<Answer> answers;
  for (size_t i = 0; i < due.size(); ++i) {
    absl::Status status = starts[i].status();
    status.Update(ends[i].status());
    if (status.ok()) {
      failures_.erase(due[i]);
      answers.push_back({due[i], PartitionBounds{UpstreamOffset(*starts[i]),
                                                 UpstreamOffset(*ends[i])}});
    } else {
      failures_[due[i]] = {status, clock_->Now() + kRetry};
      answers.push_back({due[i], status});
    }
  }
  return answers;
}

absl::Status BoundsResolver::error() const {
  for (const auto& [partition, failure] : failures_) {
    if (!absl::IsNotFound(failure.status)) return failure.status;
  }
  return absl::OkStatus();
}

}  // namespace mirror::internal
