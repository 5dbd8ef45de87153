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
  control->deleted_ = control->NewDeletedTopics();
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
      target_identity_(target->alias()) {}

std::unique_ptr<FirstLook> FlowControl::NewFirstLook() {
  FirstLookOptions options;
  options.flow = options_.flow;
  options.source_alias = source_cluster_->alias();
  options.delivery = options_.delivery;
  options.on_event = options_.on_event;
  return std::make_unique<FirstLook>(std::move(options), source_admin_.get(),
                                     clock_, &memory_.stored(), options_.store,
                                     &writer_);
}

absl::Duration FlowControl::RunOnce() {
  FlowState state;
  {
    MutexLock lock(&mu_);
    state = state_;
  }
  if (state == FLOW_FAILED || cancelled_) return absl::InfiniteDuration();
  if (state == FLOW_STARTING) {
    const absl::Status status = Start();
    if (source_identity_.known() &&
        source_identity_.id() == target_identity_.id()) {
      SetState(FLOW_FAILED, status);
      return absl::InfiniteDuration();
    }
    SetState(status.ok() ? FLOW_RUNNING : FLOW_STARTING, status);
    return status.ok() ? absl::ZeroDuration() : kRetry;
  }
  TakeUpdate();
  writer_.Step();
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
  SetState(FLOW_RUNNING, status);
  if (refresh_status_.ok()) CheckTargetEnds();
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
  {
    MutexLock lock(&mu_);
    if (prepared_) return absl::OkStatus();
  }
  if (absl::Status status = memory_.Load(target_admin_.get()); !status.ok()) {
    return status;
  }
  for (CopyLoop* loop : loops_) {
    loop->SetPartitions(memory_.offset_storage_partitions(),
                        memory_.index_partitions());
  }
  for (const SupersededProgress& old : memory_.superseded_progress()) {
    LoopFor(old.source)->DeleteProgress(old.source, old.progress_partition);
  }
  MutexLock lock(&mu_);
  prepared_ = true;
  return absl::OkStatus();
}

absl::Status FlowControl::CheckClusterIds() {
  absl::Status status = source_identity_.Check(source_admin_.get());
  status.Update(target_identity_.Check(target_admin_.get()));
  MutexLock lock(&mu_);
  cluster_replaced_ = absl::IsFailedPrecondition(status);
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
  first_look_->Look(selected);
  const TopicCreator::Outcome extended = creator_->Apply({}, plan.add);
  NoteOutcome(extended);
  if (CreateDeadLetterTopic(survey->on_target) || extended.changed ||
      first_look_->HoldsAny()) {
    next_refresh_ = clock_->Now() + kRecheck;
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
    const auto added = std::count(known.added.begin(), known.added.end(), true);
    if (added < topic.partitions) incomplete.push_back(topic);
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
    if (known.added[i] || first_look_->Holds(source)) continue;
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
  const auto it = known_.find(topic);
  if (it == known_.end() || !it->second.missing || deleted_->Holds(topic)) {
    return;
  }
  it->second.missing = false;
  if (NoteSourceId(topic, id)) return;
  for (const TopicPartition& source : AddedPartitions(topic)) {
    LoopFor(source)->Handle(source, event::SourceBack{});
  }
}

std::vector<TopicPartition> FlowControl::AddedPartitions(
    const std::string& topic) const {
  const std::vector<bool>& added = known_.at(topic).added;
  std::vector<TopicPartition> partitions;
  for (size_t i = 0; i < added.size(); ++i) {
    if (added[i]) partitions.push_back({topic, static_cast<int32_t>(i)});
  }
  return partitions;
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
  for (const TopicPartition& source : AddedPartitions(topic)) {
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
  for (auto& [name, known] : known_) {
    if (known.missing || present.count(name) > 0) continue;
    known.missing = true;
    for (const TopicPartition& source : AddedPartitions(name)) {
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

bool FlowControl::running() const {
  MutexLock lock(&mu_);
  return state_ == FLOW_RUNNING && !cluster_replaced_;
}

bool FlowControl::target_ready() const {
  MutexLock lock(&mu_);
  return prepared_ && !cluster_replaced_;
}

void FlowControl::SetState(FlowState state, const absl::Status& error) {
  absl::Status before;
  {
    MutexLock lock(&mu_);
    state_ = state;
    before = std::exchange(trouble_, error);
  }
  if (cancelled_ || error == before) return;
  if (state == FLOW_FAILED) {
    Report(EngineEvent(EngineEvent::Kind::kFlowFailed, LogLevel::kError,
                       options_.flow, std::string(error.message()))
               .WithCause(error));
  } else if (!error.ok()) {
    Report(EngineEvent(EngineEvent::Kind::kClusterTrouble, LogLevel::kWarning,
                       options_.flow,
                       absl::StrCat(error.message(), "; retried"))
               .WithCause(error));
  } else if (!before.ok()) {
    Report({EngineEvent::Kind::kClusterRecovered, LogLevel::kInfo,
            options_.flow, "both clusters answer"});
  }
}

void FlowControl::FillStatus(FlowStatus* status) const {
  const std::string doing = memory_.Doing();
  MutexLock lock(&mu_);
  status->set_state(state_);
  status->set_reason(doing.empty() ? std::string(trouble_.message()) : doing);
  topic_problems_.FillStatus(status);
}

void FlowControl::Report(EngineEvent event) {
  if (options_.on_event) options_.on_event(std::move(event));
}

}  // namespace mirror::internal
