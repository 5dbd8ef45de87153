// SPDX-License-Identifier: Apache-2.0
//
// The half of flow_control.h that deals with the target: creates topics there
// and watches the copies.

#include <algorithm>
#include <cstddef>
#include <utility>

#include "mirror/cluster/errors.h"
#include "mirror/flow/flow_control.h"
#include "mirror/flow/partition_plans.h"
#include "mirror/flow/topic_survey.h"
#include "mirror/policy/topic_selection.h"
#include "mirror/replication/dead_letter.h"
#include "mirror/replication/partition_event.h"

namespace mirror::internal {
namespace {

// After topics were created, which brokers learn of one by one.
constexpr absl::Duration kRecheck = absl::Milliseconds(200);

}  // namespace

std::unique_ptr<TopicCreator> FlowControl::NewCreator() const {
  TopicCreatorOptions options;
  options.flow = options_.flow;
  options.source = source_cluster_->alias();
  options.target = target_cluster_->alias();
  options.filter = options_.topic_configs.filter;
  options.on_event = options_.on_event;
  return std::make_unique<TopicCreator>(std::move(options), source_admin_.get(),
                                        target_admin_.get());
}

std::unique_ptr<DeletedTopics> FlowControl::NewDeletedTopics() {
  DeletedTopicsOptions options;
  options.flow = options_.flow;
  options.source_alias = source_cluster_->alias();
  options.after = topics_.forget_deleted_topics_after;
  options.release = [this](const TopicPartition& source) {
    return LoopFor(source)->Release(source);
  };
  options.on_forgotten = [this](const std::string& topic,
                                const std::set<int32_t>& partitions) {
    OnForgotten(topic, partitions);
  };
  options.on_event = options_.on_event;
  return std::make_unique<DeletedTopics>(
      std::move(options), source_admin_.get(), clock_, &memory_.stored(),
      options_.store, &writer_);
}

void FlowControl::ForgetDeleted() {
  for (CopyLoop* loop : loops_) {
    for (const ReleasedPartition& released : loop->TakeReleased()) {
      deleted_->OnReleased(released.source);
      NoteReleased(released);
    }
  }
  deleted_->Step();
}

void FlowControl::ReleaseDeselected() {
  for (auto& [topic, known] : known_.all()) {
    if (ShouldReplicateTopic(options_.selection, topic)) continue;
    for (const TopicPartition& source : known_.Added(topic)) {
      if (leaving_.insert(source).second) LoopFor(source)->Release(source);
    }
  }
}

void FlowControl::NoteReleased(const ReleasedPartition& released) {
  const TopicPartition& source = released.source;
  KnownTopic* const known = known_.Find(source.topic);
  if (leaving_.erase(source) == 0 || known == nullptr) return;
  // If it is selected again, it continues as after a restart.
  known->added[source.partition] = false;
  created_.erase(known->target);
  if (released.committed.has_value()) {
    memory_.stored().SetCopied(source, *released.committed);
  }
}

void FlowControl::OnForgotten(const std::string& topic,
                              const std::set<int32_t>& partitions) {
  const KnownTopic* const known = known_.Find(topic);
  if (known != nullptr) {
    const std::string& target = known->target;
    created_.erase(target);
    limits_->Forget(target);
    for (CopyLoop* loop : loops_) {
      loop->WithLimits(
          [&target](KnownLimits* limits) { limits->Forget(target); });
    }
    known_.all().erase(topic);
  }
  if (options_.on_forgotten) options_.on_forgotten(topic, partitions);
}

void FlowControl::NoteOutcome(const TopicCreator::Outcome& outcome) {
  for (const TopicCreator::Created& created : outcome.created) {
    created_.insert(created.topic.name);
    if (options_.on_created) options_.on_created(created);
  }
  for (const auto& [topic, status] : outcome.results) {
    topic_problems_.Note(topic, status);
  }
}

void FlowControl::RollOut() {
  const TopicCreator::Outcome outcome = rollout_->CreateSome();
  NoteOutcome(outcome);
  // Some may be there although they were not listed.
  if (outcome.changed) next_refresh_ = clock_->Now() + kRecheck;
  std::vector<PartitionPlan> partitions;
  for (const MirroredTopic& topic : rollout_->TakeReady()) {
    Apply(topic, &partitions);
  }
  FillTargetLogs(created_, *options_.store, target_cluster_->alias(),
                 target_admin_.get(), &partitions);
  for (const PartitionPlan& partition : partitions) {
    limits_->Want(partition.target.topic);
  }
  if (limits_->HasWanted()) UpdateLimits();
  for (PartitionPlan& partition : partitions) Add(std::move(partition));
}

void FlowControl::CheckTargetTopics(const TopicIds& on_target,
                                    std::vector<TopicToCreate>* create) {
  std::set<std::string> unlisted;
  for (const auto& [topic, known] : known_.all()) {
    if (on_target.count(known.target) == 0) unlisted.insert(known.target);
  }
  const std::set<std::string> gone = NotFound(target_admin_.get(), unlisted);
  std::set<std::string> wait;  // not to be created now
  for (auto& [topic, known] : known_.all()) {
    // A broker that has just started may be behind, so it is asked twice.
    const bool missing = gone.count(known.target) > 0;
    const bool is_gone =
        std::exchange(known.target_missing, missing) && missing;
    const auto there = on_target.find(known.target);
    if (there == on_target.end() && !is_gone) {
      wait.insert(known.target);
      continue;
    }
    const std::string id = is_gone ? "" : there->second;
    const bool replaced =
        !id.empty() && !known.target_id.empty() && id != known.target_id;
    if (replaced || (is_gone && !known.target_gone)) {
      known.target_id = id;
      TellTargetDeleted(topic, known.target);
    }
    known.target_gone = is_gone;
    if (is_gone && delivery_.on_target_change == LossPolicy::kStop &&
        IsUndecided(topic)) {
      wait.insert(known.target);
    }
  }
  create->erase(std::remove_if(create->begin(), create->end(),
                               [&wait](const TopicToCreate& topic) {
                                 return wait.count(topic.topic.name) > 0;
                               }),
                create->end());
}

void FlowControl::TellTargetDeleted(const std::string& topic,
                                    const std::string& target) {
  for (const TopicPartition& source : known_.Added(topic)) {
    LoopFor(source)->Handle(
        source, event::TargetChanged{TargetDeleted({target, source.partition},
                                                   target_cluster_->alias())});
  }
}

bool FlowControl::IsUndecided(const std::string& topic) const {
  const std::vector<TopicPartition> partitions = known_.Added(topic);
  return std::any_of(partitions.begin(), partitions.end(),
                     [this](const TopicPartition& source) {
                       return LoopFor(source)->TargetIsUndecided(source);
                     });
}

bool FlowControl::CreateDeadLetterTopic(const TopicIds& on_target) {
  const std::string& name = options_.delivery.dead_letter_topic;
  if (name.empty() || on_target.count(name) > 0) return false;
  const NewTopic topic{name, 1, topics_.replication_factor,
                       DeadLetterTopicConfigs()};
  const absl::Status status = target_admin_->CreateTopics({topic})[0];
  const bool there =
      status.ok() || status.code() == absl::StatusCode::kAlreadyExists;
  topic_problems_.Note(
      name,
      there
          ? absl::OkStatus()
          : WithGrant(Annotate(status, "the dead-letter topic is not created"),
                      absl::StrCat("CREATE and WRITE on topic ", name)));
  return status.ok();
}

void FlowControl::NoteTargetIds() {
  for (const auto& [topic, known] : known_.all()) {
    for (const TopicPartition& source : known_.Added(topic)) {
      NoteTargetId(source);
    }
  }
}

void FlowControl::NoteTargetId(const TopicPartition& source) {
  const std::string& id = known_[source.topic].target_id;
  // Until the operator has decided, a restart must find it out again.
  if (id.empty() || LoopFor(source)->TargetIsUndecided(source)) return;
  options_.store->SetTargetTopicId(source, id);
}

void FlowControl::UpdateLimits() {
  for (CopyLoop* loop : loops_) {
    std::set<std::string> doubted;
    loop->WithLimits(
        [&doubted](KnownLimits* limits) { doubted = limits->TakeDoubted(); });
    for (const std::string& topic : doubted) limits_->Doubt(topic);
  }
  const auto limits = limits_->Ask(clock_->Now());
  if (limits.empty()) return;
  for (CopyLoop* loop : loops_) loop->SetLimits(limits);
}

}  // namespace mirror::internal
