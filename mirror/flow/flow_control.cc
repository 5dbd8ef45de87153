// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/flow_control.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/cluster/errors.h"
#include "mirror/flow/partition_plans.h"
#include "mirror/flow/topic_survey.h"
#include "mirror/model/offset.h"
#include "mirror/progress/shard_of.h"
#include "mirror/replication/partition_event.h"
#include "mirror/replication/shards.h"

namespace mirror::internal {
namespace {

// Between two looks at what the loops ask for.
constexpr absl::Duration kTurn = absl::Milliseconds(100);
// After a failure, and after topics were created, which brokers learn of one by
// one.
constexpr absl::Duration kRetry = absl::Seconds(1);
constexpr absl::Duration kRecheck = absl::Milliseconds(200);

absl::Status AtCluster(const absl::Status& status, const Cluster& cluster) {
  return Annotate(status, absl::StrCat("cluster ", cluster.alias()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<FlowControl>> FlowControl::Create(
    FlowControlOptions options, Cluster* source, Cluster* target,
    std::vector<CopyLoop*> loops, Clock* clock) {
  const std::string client_id = absl::StrCat(options.flow, "|control");
  std::unique_ptr<FlowControl> control(new FlowControl(
      std::move(options), source, target, std::move(loops), clock));
  auto admin = source->NewAdmin(client_id);
  if (!admin.ok()) return AtCluster(admin.status(), *source);
  control->source_admin_ = *std::move(admin);
  admin = target->NewAdmin(client_id);
  if (!admin.ok()) return AtCluster(admin.status(), *target);
  control->target_admin_ = *std::move(admin);
  control->creator_ = control->NewCreator();
  control->rollout_ = std::make_unique<TopicRollout>(
      control->creator_.get(), control->target_admin_.get(), clock);
  // Only for readers of committed records the log ends at an open transaction.
  control->resolver_ = std::make_unique<BoundsResolver>(
      control->source_admin_.get(),
      control->options_.delivery.read_committed ? OffsetSpec::kLatest
                                                : OffsetSpec::kLogEnd,
      clock);
  control->first_look_ = control->NewFirstLook();
  control->limits_ =
      std::make_unique<TargetLimits>(control->target_admin_.get());
  control->target_ends_ = std::make_unique<TargetEnds>(
      control->options_.target_check_interval, control->loops_,
      control->target_admin_.get(), clock);
  control->deleted_ = control->NewDeletedTopics();
  if (control->options_.owner != nullptr) {
    control->handover_ = control->NewHandover();
  }
  return control;
}

FlowControl::FlowControl(FlowControlOptions options, Cluster* source,
                         Cluster* target, std::vector<CopyLoop*> loops,
                         Clock* clock)
    : options_(std::move(options)),
      source_cluster_(source),
      target_cluster_(target),
      loops_(std::move(loops)),
      clock_(clock),
      topics_(options_.topics),
      delivery_(options_.delivery),
      memory_(options_.memory, source, target, options_.store, clock),
      writer_({absl::StrCat(options_.flow, "|control-writer"),
               options_.memory.progress.offset_storage_topic,
               options_.memory.index_topic},
              target, clock),
      topic_problems_(options_.flow, options_.topics.refresh_topics_interval,
                      options_.on_event),
      source_identity_(source->alias()),
      target_identity_(target->alias()),
      condition_(options_.flow, options_.on_event) {}

std::unique_ptr<ShardHandover> FlowControl::NewHandover() {
  ShardHandoverHooks hooks;
  hooks.release = [this](int32_t shard) {
    for (const TopicPartition& source : AddedOf(shard)) {
      if (leaving_.insert(source).second) LoopFor(source)->Release(source);
    }
  };
  hooks.has_partitions = [this](int32_t shard) {
    return !AddedOf(shard).empty();
  };
  hooks.may_run = [this] { return leads() || first_look_->done(); };
  hooks.on_gone = [this](int32_t shard) { OnShardGone(shard); };
  hooks.on_running = [this](int32_t /*shard*/) {
    created_.clear();  // others may have copied to them since
    deleted_->RememberStored();
    next_refresh_ = absl::InfinitePast();
  };
  return std::make_unique<ShardHandover>(std::move(hooks), options_.owner,
                                         &memory_, loops_, clock_);
}

std::unique_ptr<FirstLook> FlowControl::NewFirstLook() {
  FirstLookOptions options;
  options.flow = options_.flow;
  options.source_alias = source_cluster_->alias();
  options.delivery = options_.delivery;
  options.others = &memory_.of_all_shards();
  options.on_event = options_.on_event;
  return std::make_unique<FirstLook>(std::move(options), source_admin_.get(),
                                     clock_, &memory_.stored(), options_.store,
                                     &writer_);
}

absl::Duration FlowControl::RunOnce() {
  const FlowState state = condition_.state();
  if (state == FLOW_FAILED || cancelled_) return absl::InfiniteDuration();
  if (state == FLOW_STARTING) {
    const absl::Status status = Start();
    if (source_identity_.known() &&
        source_identity_.id() == target_identity_.id()) {
      condition_.Set(FLOW_FAILED, status);
      return absl::InfiniteDuration();
    }
    condition_.Set(status.ok() ? FLOW_RUNNING : FLOW_STARTING, status);
    return status.ok() ? absl::ZeroDuration() : kRetry;
  }
  TakeUpdate();
  writer_.Step();
  if (handover_ != nullptr) {
    handover_status_ =
        AtCluster(handover_->Step(source_admin_.get(), target_admin_.get()),
                  *target_cluster_);
  }
  ForgetDeleted();
  // A plan is carried out before the next is made, or would never be.
  if (clock_->Now() >= next_refresh_ && !rollout_->creating()) {
    next_refresh_ = clock_->Now() + topics_.refresh_topics_interval;
    refresh_status_ = Refresh();
    if (!refresh_status_.ok() && !absl::IsFailedPrecondition(refresh_status_)) {
      next_refresh_ = clock_->Now() + kRetry;
    }
  }
  if (refresh_status_.ok()) {
    RollOut();
    refresh_status_ = ResolveBounds();
    if (!refresh_status_.ok()) next_refresh_ = clock_->Now() + kRetry;
  }
  if (refresh_status_.ok() && limits_->HasWanted()) UpdateLimits();
  absl::Status status = refresh_status_;
  status.Update(Annotate(AtCluster(resolver_->error(), *source_cluster_),
                         "asking where partitions begin and end"));
  status.Update(first_look_->error());
  status.Update(writer_.status());
  status.Update(handover_status_);
  if (options_.owner != nullptr) status.Update(options_.owner->error());
  condition_.Set(FLOW_RUNNING, status);
  if (refresh_status_.ok()) target_ends_->Check();
  return refresh_status_.ok() && rollout_->creating() ? absl::ZeroDuration()
                                                      : kTurn;
}

void FlowControl::Update(const TopicOptions& topics,
                         const DeliveryOptions& delivery) {
  MutexLock lock(&mu_);
  update_ = {topics, delivery};
}

void FlowControl::TakeUpdate() {
  MutexLock lock(&mu_);
  if (!update_.has_value()) return;
  std::tie(topics_, delivery_) = *update_;
  update_.reset();
  deleted_->SetAfter(topics_.forget_deleted_topics_after);
  next_refresh_ = absl::InfinitePast();
}

void FlowControl::Cancel() {
  cancelled_ = true;
  condition_.Silence();
  memory_.Cancel();
  source_admin_->Cancel();
  target_admin_->Cancel();
}

absl::Status FlowControl::Start() {
  const absl::Status connected = connected_ ? absl::OkStatus() : Connect();
  // What needs only the target does not wait for the source.
  if (!target_identity_.known() ||
      source_identity_.id() == target_identity_.id()) {
    return connected;
  }
  const absl::Status prepared = Prepare();
  if (!connected.ok()) return connected;
  if (!prepared.ok()) return prepared;
  if (absl::Status status = memory_.LoadOffsetSyncs(source_admin_.get());
      !status.ok()) {
    return status;
  }
  writer_.SetPartitions(memory_.offset_storage_partitions(),
                        memory_.index_partitions());
  for (const auto& [topic, warning] : memory_.warnings()) {
    Report(EngineEvent(EngineEvent::Kind::kTopicProblem, LogLevel::kWarning,
                       options_.flow, warning)
               .WithTopic(topic));
  }
  Report({EngineEvent::Kind::kFlowStarted, LogLevel::kInfo, options_.flow,
          absl::StrCat("running; progress of ", memory_.progress().size(),
                       " partitions found in ",
                       options_.memory.progress.offset_storage_topic)});
  return absl::OkStatus();
}

absl::Status FlowControl::Connect() {
  absl::Status status = target_identity_.Check(target_admin_.get());
  status.Update(source_identity_.Check(source_admin_.get()));
  if (!status.ok()) return status;
  if (source_identity_.id() == target_identity_.id()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "clusters ", source_cluster_->alias(), " and ",
        target_cluster_->alias(), " are one and the same (cluster id ",
        source_identity_.id(),
        "): the flow would copy its own copies forever; correct the "
        "bootstrap.servers of one of them"));
  }
  connected_ = true;
  return absl::OkStatus();
}

absl::Status FlowControl::Prepare() {
  if (condition_.prepared()) return absl::OkStatus();
  absl::Status status = handover_ == nullptr
                            ? memory_.Load(target_admin_.get())
                            : memory_.Prepare(target_admin_.get());
  if (!status.ok()) return status;
  for (CopyLoop* loop : loops_) {
    loop->WithShards([this](Shards* shards) {
      shards->SetPartitions(memory_.offset_storage_partitions(),
                            memory_.index_partitions());
    });
  }
  for (const SupersededProgress& old : memory_.superseded_progress()) {
    LoopFor(old.source)->WithShards([&old](Shards* shards) {
      shards->DeleteProgress(old.source, old.progress_partition);
    });
  }
  if (options_.owner != nullptr) {
    options_.owner->Start(memory_.index_partitions());
  }
  condition_.SetPrepared();
  return absl::OkStatus();
}

absl::Status FlowControl::CheckClusterIds() {
  absl::Status status = source_identity_.Check(source_admin_.get());
  status.Update(target_identity_.Check(target_admin_.get()));
  condition_.SetClusterReplaced(absl::IsFailedPrecondition(status));
  return status;
}

absl::Status FlowControl::Refresh() {
  std::vector<TopicPartition> selected;
  absl::StatusOr<TopicSurvey> survey = SurveyTopics(
      {source_admin_.get(), source_cluster_->alias()},
      {target_admin_.get(), target_cluster_->alias()},
      [&](const auto& source, const auto& target) {
        if (!first_look_->done()) {
          selected = SelectedPartitions(options_.selection, source);
        }
        return PlanTopics(options_.selection, source, target,
                          topics_.replication_factor);
      });
  if (!survey.ok()) return survey.status();
  TopicPlan& plan = survey->plan;
  topic_problems_.NoteRefused(plan.refused);
  // Topics of another cluster are other topics, whatever they are called.
  const absl::Status same_clusters = CheckClusterIds();
  if (same_clusters.ok()) Resume(plan);
  CheckTargetTopics(survey->on_target, &plan.create);
  if (!same_clusters.ok()) return same_clusters;
  if (leads()) {
    first_look_->Look(selected);
    const TopicCreator::Outcome extended = creator_->Apply({}, plan.add);
    NoteOutcome(extended);
    if (CreateDeadLetterTopic(survey->on_target) || extended.changed ||
        first_look_->HoldsAny()) {
      next_refresh_ = clock_->Now() + kRecheck;
    }
  } else {
    plan.create.clear();  // another process creates them
  }
  rollout_->Plan(std::move(plan.create),
                 NoteReady(plan.ready, survey->on_target));
  UpdateLimits();
  NoteTargetIds();
  SuspendMissing(survey->on_source);
  ReleaseDeselected();
  deleted_->Look(survey->on_source);
  return absl::OkStatus();
}

std::vector<MirroredTopic> FlowControl::NoteReady(
    const std::vector<MirroredTopic>& ready, const TopicIds& on_target) {
  std::vector<MirroredTopic> incomplete;
  for (const MirroredTopic& topic : ready) {
    if (deleted_->Holds(topic.source)) continue;
    NoteSourceId(topic.source, topic.id);
    KnownTopic& known = known_[topic.source];
    known.target = topic.target;
    const auto target_id = on_target.find(topic.target);
    if (target_id != on_target.end() && !target_id->second.empty()) {
      known.target_id = target_id->second;
    }
    const bool lacks = known_.Lacks(
        topic.source, topic.partitions,
        [this](const TopicPartition& source) { return Owns(source); });
    if (lacks) incomplete.push_back(topic);
  }
  return incomplete;
}

void FlowControl::Apply(const MirroredTopic& topic,
                        std::vector<PartitionPlan>* plans) {
  if (deleted_->Holds(topic.source)) return;
  NoteSourceId(topic.source, topic.id);
  KnownTopic& known = known_[topic.source];
  known.target = topic.target;
  known.added.resize(
      std::max(known.added.size(), static_cast<size_t>(topic.partitions)),
      false);
  for (int32_t i = 0; i < topic.partitions; ++i) {
    const TopicPartition source{topic.source, i};
    if (known.added[i] || !Owns(source) || first_look_->Holds(source)) {
      continue;
    }
    PartitionPlan plan = PlanPartition(source, topic.target, known.id,
                                       memory_.stored(), *options_.store);
    plan.is_heartbeats =
        options_.selection.policy->IsHeartbeatsTopic(topic.source);
    plans->push_back(std::move(plan));
  }
}

void FlowControl::Resume(const TopicPlan& plan) {
  for (const MirroredTopic& topic : plan.ready) {
    ResumeTopic(topic.source, topic.id);
  }
  for (const TopicToCreate& topic : plan.create) {
    ResumeTopic(topic.source, topic.source_id);
  }
}

void FlowControl::ResumeTopic(const std::string& topic, const std::string& id) {
  KnownTopic* const known = known_.Find(topic);
  if (known == nullptr || !known->missing || deleted_->Holds(topic)) return;
  known->missing = false;
  if (NoteSourceId(topic, id)) return;
  for (const TopicPartition& source : known_.Added(topic)) {
    LoopFor(source)->Handle(source, event::SourceBack{});
  }
}

std::vector<TopicPartition> FlowControl::AddedOf(int32_t shard) const {
  return known_.Added([this, shard](const TopicPartition& source) {
    return ShardOf(source, memory_.index_partitions()) == shard;
  });
}

void FlowControl::OnShardGone(int32_t shard) {
  for (const TopicPartition& source : AddedOf(shard)) {
    known_[source.topic].added[source.partition] = false;
    leaving_.erase(source);
    deleted_->OnReleased(source);
  }
  deleted_->ForgetAllBut(
      [this](const TopicPartition& source) { return Owns(source); });
}

void FlowControl::Add(PartitionPlan plan) {
  const TopicPartition source = plan.source;
  KnownTopic& known = known_[source.topic];
  known.added[source.partition] = true;
  deleted_->Remember(source);
  const std::string target_id = options_.store->TargetTopicId(source);
  if (!target_id.empty() && !known.target_id.empty() &&
      target_id != known.target_id && plan.start.has_value() &&
      plan.has_copies) {
    plan.target_change = TargetDeleted(plan.target, target_cluster_->alias());
  }
  LoopFor(source)->Add({std::move(plan)});
  if (!known.id.empty()) CompareWithIndex(source);
}

bool FlowControl::CompareWithIndex(const TopicPartition& source) {
  const std::string& id = known_[source.topic].id;
  const SourceIdentity indexed = options_.store->Source(source);
  const bool recreated = !indexed.topic_id.empty() && indexed.topic_id != id;
  if (recreated) {
    OnRecreated(source);
  } else {
    options_.store->SetSource(source, {id, indexed.leader_epoch});
  }
  return recreated;
}

bool FlowControl::NoteSourceId(const std::string& topic,
                               const std::string& id) {
  KnownTopic& known = known_[topic];
  if (id.empty() || known.id == id) return false;
  const bool is_first = known.id.empty();
  known.id = id;
  // Whatever the client library still has of the old topic is of no use.
  if (!is_first) {
    for (CopyLoop* loop : loops_) loop->OnTopicRecreated(topic);
  }
  bool recreated = false;
  for (const TopicPartition& source : known_.Added(topic)) {
    if (is_first) {
      recreated |= CompareWithIndex(source);
    } else {
      OnRecreated(source);
      recreated = true;
    }
  }
  return recreated;
}

void FlowControl::OnRecreated(const TopicPartition& source) {
  const std::string& id = known_[source.topic].id;
  LoopFor(source)->Handle(source, event::SourceRecreated{id});
}

void FlowControl::SuspendMissing(const std::set<std::string>& present) {
  for (auto& [name, known] : known_.all()) {
    if (known.missing || present.count(name) > 0) continue;
    known.missing = true;
    for (const TopicPartition& source : known_.Added(name)) {
      LoopFor(source)->Handle(
          source,
          event::Suspended{
              PROBLEM_SOURCE_TOPIC_MISSING,
              absl::StrCat("topic ", name, " is gone from cluster ",
                           source_cluster_->alias(),
                           ", or may no longer be described, which READ on it "
                           "allows; what was copied stays")});
    }
  }
}

void FlowControl::LeaveOutRecreated(std::vector<TopicPartition>* waiting) {
  std::set<std::string> topics;
  for (const TopicPartition& source : *waiting) topics.insert(source.topic);
  const std::vector<std::string> names(topics.begin(), topics.end());
  const auto descriptions = source_admin_->DescribeTopics(names);
  std::set<std::string> recreated;
  for (size_t i = 0; i < names.size(); ++i) {
    if (descriptions[i].ok() && NoteSourceId(names[i], descriptions[i]->id)) {
      recreated.insert(names[i]);
    }
  }
  waiting->erase(std::remove_if(waiting->begin(), waiting->end(),
                                [&recreated](const TopicPartition& source) {
                                  return recreated.count(source.topic) > 0;
                                }),
                 waiting->end());
}

absl::Status FlowControl::ResolveBounds() {
  std::vector<TopicPartition> waiting;
  for (const CopyLoop* loop : loops_) {
    for (TopicPartition& source : loop->NeedBounds()) {
      waiting.push_back(std::move(source));
    }
  }
  std::vector<TopicPartition> due = resolver_->Due(waiting);
  if (due.empty()) return absl::OkStatus();
  if (absl::Status status = CheckClusterIds(); !status.ok()) return status;
  LeaveOutRecreated(&due);
  if (due.empty()) return absl::OkStatus();
  // The operator may have decided about them just now.
  for (const TopicPartition& source : due) NoteTargetId(source);
  for (const auto& [source, bounds] : resolver_->Ask(due)) {
    if (bounds.ok()) {
      LoopFor(source)->Handle(source, event::BoundsKnown{*bounds});
    } else if (!absl::IsNotFound(bounds.status())) {
      // A topic that is gone is the next refresh's business.
      LoopFor(source)->Handle(source, event::BoundsUnknown{bounds.status()});
    }
  }
  return absl::OkStatus();
}

CopyLoop* FlowControl::LoopFor(const TopicPartition& source) const {
  return loops_[ShardOf(source, memory_.index_partitions()) % loops_.size()];
}

void FlowControl::FillStatus(FlowStatus* status) const {
  condition_.FillStatus(status);
  const std::string doing = memory_.Doing();
  if (!doing.empty()) status->set_reason(doing);
  topic_problems_.FillStatus(status);
  if (options_.owner == nullptr) return;
  options_.owner->FillStatus(status);
  const bool running = status->state() == FLOW_RUNNING;
  if (running && status->shards().empty()) status->set_state(FLOW_STANDBY);
}

void FlowControl::Report(EngineEvent event) {
  if (options_.on_event) options_.on_event(std::move(event));
}

}  // namespace mirror::internal
