// SPDX-License-Identifier: Apache-2.0

#include "mirror/testing/fake_admin.h"

#include <functional>

#include "absl/strings/str_cat.h"
#include "mirror/cluster/errors.h"

namespace mirror::internal {
namespace {

TopicDescription Describe(const std::string& name, const FakeTopic& topic) {
  return {name, static_cast<int32_t>(topic.partitions.size()), topic.id};
}

int64_t OffsetAt(const FakePartition& partition, OffsetSpec spec) {
  if (spec == OffsetSpec::kEarliest) return partition.log.start();
  return spec == OffsetSpec::kLatest ? partition.StableEnd()
                                     : partition.log.end();
}

// KRaft's limit for one request, which is refused as a whole.
constexpr int64_t kMaxNewPartitions = 10000;

absl::Status CheckSize(absl::Span<const NewTopic> topics) {
  int64_t partitions = 0;
  for (const NewTopic& topic : topics) partitions += topic.partitions;
  if (partitions <= kMaxNewPartitions) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "Excessively large number of partitions per request. "
      "(POLICY_VIOLATION)");
}

}  // namespace

absl::Status FakeAdminBase::Ready() const {
  if (cancelled_) {
    return absl::CancelledError(
        absl::StrCat("cluster ", state_->alias, ": the client is closing"));
  }
  return state_->Reachable();
}

void FakeAdminBase::MarkCancelled() {
  MutexLock lock(&state_->mu);
  cancelled_ = true;
}

absl::StatusOr<std::string> FakeClusterAdmin::ClusterId() {
  MutexLock lock(&state_->mu);
  if (absl::Status ready = Ready(); !ready.ok()) return ready;
  return state_->cluster_id;
}

absl::StatusOr<std::vector<TopicDescription>> FakeClusterAdmin::ListTopics() {
  MutexLock lock(&state_->mu);
  if (absl::Status ready = Ready(); !ready.ok()) return ready;
  std::vector<TopicDescription> result;
  for (const auto& [name, topic] : state_->topics) {
    if (state_->describe_failures.count(name) > 0) continue;
    result.push_back(Describe(name, topic));
    result.back().id.clear();
  }
  return result;
}

std::vector<absl::StatusOr<TopicDescription>> FakeClusterAdmin::DescribeTopics(
    absl::Span<const std::string> topics) {
  MutexLock lock(&state_->mu);
  const absl::Status ready = Ready();
  std::vector<absl::StatusOr<TopicDescription>> result;
  for (const std::string& name : topics) {
    const auto it = state_->topics.find(name);
    const auto failure = state_->describe_failures.find(name);
    if (!ready.ok()) {
      result.push_back(ready);
    } else if (failure != state_->describe_failures.end()) {
      result.push_back(failure->second);
    } else if (it == state_->topics.end()) {
      result.push_back(state_->NoTopic(name));
    } else {
      result.push_back(Describe(name, it->second));
      if (state_->hide_topic_ids) result.back()->id.clear();
    }
  }
  return result;
}

std::vector<absl::Status> FakeClusterAdmin::CreateTopics(
    absl::Span<const NewTopic> topics) {
  MutexLock lock(&state_->mu);
  absl::Status refusal = Ready();
  refusal.Update(state_->create_topics_refusal);
  refusal.Update(CheckSize(topics));
  std::vector<absl::Status> result;
  for (const NewTopic& topic : topics) {
    result.push_back(refusal.ok() ? state_->Create(topic) : refusal);
  }
  return result;
}

absl::Status FakeClusterAdmin::CreatePartitions(const std::string& topic,
                                                int32_t count) {
  MutexLock lock(&state_->mu);
  if (absl::Status ready = Ready(); !ready.ok()) return ready;
  const auto it = state_->topics.find(topic);
  if (it == state_->topics.end()) return state_->NoTopic(topic);
  std::vector<FakePartition>& partitions = it->second.partitions;
  if (count <= static_cast<int32_t>(partitions.size())) {
    return state_->Error(absl::StatusCode::kInvalidArgument, topic,
                         absl::StrCat("has ", partitions.size(),
                                      " partitions; ", count, " is not more"));
  }
  partitions.resize(count);
  return absl::OkStatus();
}

std::vector<absl::Status> FakeClusterAdmin::DeleteTopics(
    absl::Span<const std::string> topics) {
  MutexLock lock(&state_->mu);
  const absl::Status ready = Ready();
  std::vector<absl::Status> result;
  for (const std::string& topic : topics) {
    result.push_back(ready.ok() ? state_->Delete(topic) : ready);
  }
  return result;
}

std::vector<absl::StatusOr<int64_t>> FakeClusterAdmin::ListOffsets(
    absl::Span<const TopicPartition> partitions, OffsetSpec spec) {
  MutexLock lock(&state_->mu);
  const absl::Status ready = Ready();
  std::vector<absl::StatusOr<int64_t>> result;
  for (const TopicPartition& tp : partitions) {
    const FakePartition* partition = state_->Find(tp);
    if (!ready.ok()) {
      result.push_back(ready);
    } else if (partition == nullptr) {
      result.push_back(state_->NoTopic(tp.ToString()));
    } else if (partition->down) {
      result.push_back(NoLeader(state_->alias, tp.topic, tp.partition));
    } else {
      result.push_back(OffsetAt(*partition, spec));
    }
  }
  return result;
}

std::vector<absl::StatusOr<std::vector<TopicConfig>>>
FakeClusterAdmin::DescribeTopicConfigs(absl::Span<const std::string> topics) {
  MutexLock lock(&state_->mu);
  const absl::Status ready = Ready();
  std::vector<absl::StatusOr<std::vector<TopicConfig>>> result;
  for (const std::string& topic : topics) {
    if (ready.ok()) {
      result.push_back(state_->DescribeConfigs(topic));
    } else {
      result.emplace_back(ready);
    }
  }
  return result;
}

std::vector<absl::Status> FakeClusterAdmin::AlterTopicConfigs(
    absl::Span<const TopicConfigOps> topics) {
  MutexLock lock(&state_->mu);
  const absl::Status ready = Ready();
  std::vector<absl::Status> result;
  for (const TopicConfigOps& topic : topics) {
    result.push_back(ready.ok() ? state_->AlterConfigs(topic) : ready);
  }
  return result;
}

absl::StatusOr<std::vector<std::string>> FakeGroupAdmin::ListGroups() {
  MutexLock lock(&state_->mu);
  if (absl::Status ready = Ready(); !ready.ok()) return ready;
  std::vector<std::string> result;
  for (const auto& [name, group] : state_->groups) result.push_back(name);
  return result;
}

std::vector<absl::StatusOr<GroupState>> FakeGroupAdmin::DescribeGroups(
    absl::Span<const std::string> groups) {
  MutexLock lock(&state_->mu);
  const absl::Status ready = Ready();
  std::vector<absl::StatusOr<GroupState>> result;
  for (const std::string& name : groups) {
    const auto it = state_->groups.find(name);
    absl::Status failure = ready;
    failure.Update(state_->GroupFailure(name));
    if (!failure.ok()) {
      result.push_back(failure);
    } else if (it == state_->groups.end()) {
      result.push_back(GroupState::kAbsent);
    } else {
      result.push_back(it->second.InUse() ? GroupState::kActive
                                          : GroupState::kEmpty);
    }
  }
  return result;
}

std::vector<absl::StatusOr<GroupOffsets>> FakeGroupAdmin::ListGroupOffsets(
    absl::Span<const std::string> groups) {
  auto result = OffsetsOf(groups);
  std::function<void()> then;
  {
    MutexLock lock(&state_->mu);
    then = state_->on_group_offsets_listed;
  }
  if (then) then();
  return result;
}

std::vector<absl::StatusOr<GroupOffsets>> FakeGroupAdmin::OffsetsOf(
    absl::Span<const std::string> groups) {
  MutexLock lock(&state_->mu);
  const absl::Status ready = Ready();
  std::vector<absl::StatusOr<GroupOffsets>> result;
  for (const std::string& name : groups) {
    const auto it = state_->groups.find(name);
    absl::Status failure = ready;
    failure.Update(state_->GroupFailure(name));
    if (!failure.ok()) {
      result.push_back(failure);
    } else {
      result.push_back(it == state_->groups.end() ? GroupOffsets()
                                                  : it->second.offsets);
    }
  }
  return result;
}

std::vector<absl::StatusOr<GroupOffsetResults>>
FakeGroupAdmin::AlterOffsetsOfGroups(
    absl::Span<const std::pair<std::string, GroupOffsets>> groups) {
  MutexLock lock(&state_->mu);
  std::vector<absl::StatusOr<GroupOffsetResults>> results;
  for (const auto& [group, offsets] : groups) {
    results.push_back(SetOffsets(group, offsets));
  }
  return results;
}

absl::StatusOr<GroupOffsetResults> FakeGroupAdmin::SetOffsets(
    const std::string& group, const GroupOffsets& offsets) {
  absl::Status failure = Ready();
  failure.Update(state_->GroupFailure(group));
  if (!failure.ok()) return failure;
  const auto it = state_->groups.find(group);
  const bool active = it != state_->groups.end() && it->second.InUse();
  GroupOffsetResults result;
  for (const auto& [tp, offset] : offsets) {
    absl::Status& status = result[tp];
    if (active) {
      status = state_->Error(absl::StatusCode::kFailedPrecondition,
                             absl::StrCat("group ", group, ": ", tp.ToString()),
                             "the group has members");
    } else if (const auto refusal =
                   state_->set_offset_failures.find(tp.ToString());
               refusal != state_->set_offset_failures.end()) {
      status = state_->Error(refusal->second.code(),
                             absl::StrCat("group ", group, ": ", tp.ToString()),
                             refusal->second.message());
    } else if (state_->Find(tp) == nullptr) {
      status =
          state_->NoTopic(absl::StrCat("group ", group, ": ", tp.ToString()));
    } else {
      state_->groups[group].offsets[tp] = offset;
    }
  }
  return result;
}

}  // namespace mirror::internal
