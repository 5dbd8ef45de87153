// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/partition_plans.h"

#include <cstddef>

#include "mirror/replication/target_change.h"

namespace mirror::internal {

PartitionPlan PlanPartition(const TopicPartition& source,
                            const std::string& target_topic,
                            const std::string& topic_id,
                            const ProgressStore& progress,
                            const OffsetSyncStore& index) {
  PartitionPlan plan;
  plan.source = source;
  plan.target = {target_topic, source.partition};
  const auto stored = progress.offsets().find(source);
  if (stored != progress.offsets().end()) {
    plan.has_copies = progress.HasCopies(source);
    plan.from_log_start = plan.has_copies && stored->second < UpstreamOffset(0);
    if (!plan.from_log_start) plan.start = stored->second + 1;
  }
  const SourceIdentity indexed = index.Source(source);
  plan.topic_id = indexed.topic_id.empty() ? topic_id : indexed.topic_id;
  // The index may be ahead of the progress, and then its epoch is as good; an
  // older one would raise a false alarm.
  if (plan.start <= index.Stats(source).source_end) {
    plan.leader_epoch = indexed.leader_epoch;
  }
  return plan;
}

void NoteTargetLog(const absl::StatusOr<int64_t>& start,
                   const absl::StatusOr<int64_t>& end, DownstreamOffset indexed,
                   const std::string& alias, PartitionPlan* plan) {
  const bool known = start.ok() && end.ok();
  // More may be there than the index has, by our own hand.
  plan->may_have_unknown_copies = true;
  if (known) plan->target_end = DownstreamOffset(*end);
  if (!plan->has_copies) {
    // Where the target does not say, it may hold anything: translations begin
    // as lower bounds.
    plan->target_log =
        known ? TargetLog{DownstreamOffset(*start), DownstreamOffset(*end)}
              : TargetLog{DownstreamOffset(0), DownstreamOffset(1)};
  } else if (known && DownstreamOffset(*end) < indexed) {
    plan->target_change =
        CompareTargetEnd(plan->target, alias, indexed, DownstreamOffset(*end));
  }
}

void FillTargetLogs(const std::set<std::string>& created,
                    const OffsetSyncStore& index,
                    const std::string& target_alias, ClusterAdmin* target,
                    std::vector<PartitionPlan>* plans) {
  std::vector<PartitionPlan*> unknown;
  std::vector<TopicPartition> targets;
  for (PartitionPlan& plan : *plans) {
    if (created.count(plan.target.topic) == 0) {
      unknown.push_back(&plan);
      targets.push_back(plan.target);
    } else if (plan.has_copies) {
      plan.target_change = TargetDeleted(plan.target, target_alias);
    } else {
      plan.target_log = TargetLog{};
    }
  }
  if (unknown.empty()) return;
  const auto starts = target->ListOffsets(targets, OffsetSpec::kEarliest);
  const auto ends = target->ListOffsets(targets, OffsetSpec::kLogEnd);
  for (size_t i = 0; i < unknown.size(); ++i) {
    NoteTargetLog(starts[i], ends[i],
                  index.Stats(unknown[i]->source).indexed_end, target_alias,
                  unknown[i]);
  }
}

}  // namespace mirror::internal
