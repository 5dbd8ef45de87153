// SPDX-License-Identifier: Apache-2.0
//
// The half of flow_control.h that watches the copies on the target.

#include <algorithm>
#include <utility>

#include "mirror/cluster/errors.h"
#include "mirror/replication/dead_letter.h"
#include "mirror/replication/flow_control.h"

namespace mirror {

void FlowControl::FillTargetLogs(std::vector<PartitionPlan>* plans) {
  std::vector<PartitionPlan*> unknown;
  std::vector<TopicPartition> targets;
  for (PartitionPlan& plan : *plans) {
    if (created_.count(plan.target.topic) == 0) {
      unknown.push_back(&plan);
      targets.push_back(plan.target);
    } else if (plan.start.has_value()) {
      plan.target_change = TargetDeleted(plan.target, target_cluster_->alias());
    } else {
      plan.target_log = TargetLog{};
    }
  }
  if (unknown.empty()) return;
  const auto starts =
      target_admin_->ListOffsets(targets, OffsetSpec::kEarliest);
  const auto ends = target_admin_->ListOffsets(targets, OffsetSpec::kLogEnd);
  for (size_t i = 0; i < unknown.size(); ++i) {
    PartitionPlan& plan = *unknown[i];
    const bool told = starts[i].ok() && ends[i].ok();
    if (!plan.start.has_value()) {
      // Where the target does not tell, it may hold anything: translations
      // begin as lower bounds.
      plan.target_log =
          told ? TargetLog{DownstreamOffset(*starts[i]),
                           DownstreamOffset(*ends[i])}
               : TargetLog{DownstreamOffset(0), DownstreamOffset(1)};
      continue;
    }
    const DownstreamOffset indexed =
        options_.store->Stats(plan.source).downstream_end;
    // More may stand there than the index tells, by our own hand.
    if (!told || DownstreamOffset(*ends[i]) >= indexed) continue;
    plan.target_change = JudgeTargetEnd(plan.target, target_cluster_->alias(),
                                        indexed, DownstreamOffset(*ends[i]));
  }
}

void FlowControl::CheckTargetTopics(const TopicIds& on_target,
                                    std::vector<TopicToCreate>* create) {
  std::set<std::string> undecided;
  for (auto& [topic, known] : known_) {
    if (known.added.empty() || known.target.empty()) continue;
    const auto there = on_target.find(known.target);
    const std::string id = there == on_target.end() ? "" : there->second;
    if (there == on_target.end() && HasCopied(topic, known) &&
        options_.on_target_change == GapPolicy::kStop) {
      undecided.insert(known.target);
    }
    if (known.target_id.empty() || known.target_id == id) continue;
    known.target_id = id;
    for (size_t i = 0; i < known.added.size(); ++i) {
      const TopicPartition source{topic, static_cast<int32_t>(i)};
      ShardFor(source)->OnTargetChange(
          source, TargetDeleted({known.target, source.partition},
                                target_cluster_->alias()));
    }
  }
  create->erase(std::remove_if(create->begin(), create->end(),
                               [&undecided](const TopicToCreate& create) {
                                 return undecided.count(create.topic.name) > 0;
                               }),
                create->end());
}

bool FlowControl::CreateDeadLetterTopic(const TopicIds& on_target) {
  const std::string& name = options_.dead_letter_topic;
  if (name.empty() || on_target.count(name) > 0) return false;
  const NewTopic topic{name, 1, options_.replication_factor,
                       DeadLetterTopicConfigs()};
  const absl::Status status = target_admin_->CreateTopics({topic})[0];
  const bool there =
      status.ok() || status.code() == absl::StatusCode::kAlreadyExists;
  NoteTopicProblem(
      name,
      there
          ? absl::OkStatus()
          : WithGrant(Annotate(status, "the dead-letter topic is not created"),
                      absl::StrCat("CREATE and WRITE on topic ", name)));
  return status.ok();
}

bool FlowControl::HasCopied(const std::string& topic,
                            const KnownTopic& known) const {
  for (size_t i = 0; i < known.added.size(); ++i) {
    const TopicPartition source{topic, static_cast<int32_t>(i)};
    if (ShardFor(source)->HasCopied(source)) return true;
  }
  return false;
}

void FlowControl::CheckTargetEnds() {
  for (Shard* shard : shards_) {
    const std::vector<Shard::TargetEnd> expected = shard->TargetEnds();
    std::vector<TopicPartition> targets;
    for (const Shard::TargetEnd& end : expected) targets.push_back(end.target);
    const auto ends = target_admin_->ListOffsets(targets, OffsetSpec::kLogEnd);
    for (size_t i = 0; i < expected.size(); ++i) {
      if (!ends[i].ok()) continue;
      shard->JudgeTargetEnd(expected[i], DownstreamOffset(*ends[i]));
    }
  }
}

void FlowControl::NoteTargetIds() {
  for (const auto& [topic, known] : known_) {
    if (known.target_id.empty()) continue;
    for (size_t i = 0; i < known.added.size(); ++i) {
      const TopicPartition source{topic, static_cast<int32_t>(i)};
      // Until the operator has decided, a restart must find it out again.
      if (!known.added[i] || ShardFor(source)->CopiesAreLost(source)) continue;
      options_.store->SetTargetTopicId(source, known.target_id);
    }
  }
}

}  // namespace mirror
