// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/topic_rollout.h"

#include <cstdint>
#include <iterator>
#include <utility>

#include "mirror/model/topic_partition.h"

namespace mirror::internal {
namespace {

// Of one turn. Controllers take a second for so many.
constexpr int32_t kCreatedAtOnce = 1000;
constexpr int32_t kHandedOutAtOnce = 2000;
// A partition without a leader for this long has lost it, rather than not got
// it yet.
constexpr absl::Duration kLeaderTimeout = absl::Seconds(10);

}  // namespace

void TopicRollout::Plan(std::vector<TopicToCreate> create,
                        std::vector<MirroredTopic> ready) {
  create_.assign(std::make_move_iterator(create.begin()),
                 std::make_move_iterator(create.end()));
  ready_.assign(std::make_move_iterator(ready.begin()),
                std::make_move_iterator(ready.end()));
}

std::vector<TopicToCreate> TopicRollout::NextSlice() {
  std::vector<TopicToCreate> slice;
  int32_t partitions = 0;
  while (!create_.empty()) {
    partitions += create_.front().topic.partitions;
    if (!slice.empty() && partitions > kCreatedAtOnce) break;
    slice.push_back(std::move(create_.front()));
    create_.pop_front();
  }
  return slice;
}

TopicCreator::Outcome TopicRollout::CreateSome() {
  if (create_.empty()) return {};
  const std::vector<TopicToCreate> slice = NextSlice();
  TopicCreator::Outcome outcome = creator_->Apply(slice, {});
  for (const TopicCreator::Created& created : outcome.created) {
    appearing_[created.topic.name] = clock_->Now() + kLeaderTimeout;
  }
  for (const TopicToCreate& topic : slice) {
    if (appearing_.count(topic.topic.name) == 0) continue;
    ready_.push_back({topic.source, topic.topic.name, topic.topic.partitions,
                      topic.source_id});
  }
  return outcome;
}

std::vector<MirroredTopic> TopicRollout::TakeReady() {
  std::vector<MirroredTopic> turn;
  for (int32_t partitions = 0;
       !ready_.empty() && partitions < kHandedOutAtOnce;) {
    partitions += ready_.front().partitions;
    turn.push_back(std::move(ready_.front()));
    ready_.pop_front();
  }
  LookForLeaders(turn);
  std::vector<MirroredTopic> result;
  for (MirroredTopic& topic : turn) {
    // Those that have to wait let others go first.
    if (appearing_.count(topic.target) > 0) {
      ready_.push_back(std::move(topic));
    } else {
      result.push_back(std::move(topic));
    }
  }
  return result;
}

void TopicRollout::LookForLeaders(const std::vector<MirroredTopic>& topics) {
  // Records for a partition without a leader make the client library look up
  // the whole topic, once per partition.
  std::vector<TopicPartition> all;
  for (const MirroredTopic& topic : topics) {
    if (appearing_.count(topic.target) == 0) continue;
    for (int32_t i = 0; i < topic.partitions; ++i) {
      all.push_back({topic.target, i});
    }
  }
  const auto starts = target_->ListOffsets(all, OffsetSpec::kEarliest);
  std::map<std::string, bool> led;
  for (size_t i = 0; i < all.size(); ++i) {
    led.emplace(all[i].topic, true).first->second &= starts[i].ok();
  }
  for (const auto& [topic, is_led] : led) {
    const auto appearing = appearing_.find(topic);
    if (is_led || clock_->Now() >= appearing->second) {
      appearing_.erase(appearing);
    }
  }
}

}  // namespace mirror::internal
