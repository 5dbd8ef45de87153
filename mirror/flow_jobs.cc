// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow_jobs.h"

#include <atomic>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/checkpoint/group_offset_syncer.h"
#include "mirror/flow_topics.h"
#include "mirror/heartbeat/heartbeat_emitter.h"
#include "mirror/metadata/acl_sync.h"
#include "mirror/metadata/topic_config_sync.h"
#include "mirror/runtime/live_value.h"
#include "mirror/sync/index_segment.h"
#include "mirror/sync/offset_sync_publisher.h"

namespace mirror::internal {
namespace {

constexpr absl::Duration kOffsetSyncInterval = absl::Milliseconds(100);

using Kind = EngineEvent::Kind;

class HeartbeatJob final : public FlowJob {
 public:
  HeartbeatJob(std::unique_ptr<HeartbeatEmitter> emitter,
               const FlowJobContext& context)
      : FlowJob("heartbeats", "heartbeats", Kind::kClusterTrouble),
        emitter_(std::move(emitter)),
        interval_(context.flow->heartbeats.interval),
        // Alone they tell that the cluster is reached, whatever is copied.
        leads_(context.owner == nullptr ? nullptr : context.leads) {}

  bool ready() const override { return leads_ == nullptr || leads_(); }
  absl::Status Run() override { return emitter_->RunOnce(); }
  absl::Duration TimeToNextRun() const override { return interval_.Get(); }
  void Cancel() override { emitter_->Cancel(); }
  void FillStatus(FlowStatus* status) const override {
    status->set_heartbeats(emitter_->count());
    status->set_last_heartbeat_ms(emitter_->last_ms());
  }
  void Update(const Flow& flow) override {
    interval_.Set(flow.heartbeats.interval);
  }

 private:
  const std::unique_ptr<HeartbeatEmitter> emitter_;
  LiveValue<absl::Duration> interval_;
  const std::function<bool()> leads_;  // null: always
};

class OffsetSyncJob final : public FlowJob {
 public:
  explicit OffsetSyncJob(std::unique_ptr<OffsetSyncPublisher> publisher)
      : FlowJob("offset-syncs", "offset syncs", Kind::kOffsetSyncsRefused),
        publisher_(std::move(publisher)) {}

  absl::Status Run() override { return publisher_->RunOnce(); }
  absl::Duration TimeToNextRun() const override { return kOffsetSyncInterval; }
  void Cancel() override { publisher_->Cancel(); }
  void FillStatus(FlowStatus* status) const override {
    status->set_offset_syncs(publisher_->count());
  }
  void Update(const Flow& flow) override {
    publisher_->SetPace(flow.offset_syncs.lag_max, flow.offset_flush_interval);
  }
  void OnForgotten(const std::string& topic,
                   const std::set<int32_t>& partitions) override {
    for (const int32_t partition : partitions) {
      publisher_->Forget({topic, partition});
    }
  }

 private:
  const std::unique_ptr<OffsetSyncPublisher> publisher_;
};

class ControlJob final : public FlowJob {
 public:
  explicit ControlJob(std::unique_ptr<FlowControl> control)
      : FlowJob("control", "topics", Kind::kClusterTrouble),
        control_(std::move(control)) {}

  // It reports what goes wrong itself.
  absl::Status Run() override {
    next_run_ = control_->RunOnce();
    return absl::OkStatus();
  }
  absl::Duration TimeToNextRun() const override { return next_run_; }
  void Cancel() override { control_->Cancel(); }
  void FillStatus(FlowStatus* status) const override {
    control_->FillStatus(status);
  }
  void Update(const Flow& flow) override {
    control_->Update(flow, DeliveryOf(flow));
  }

 private:
  const std::unique_ptr<FlowControl> control_;
  absl::Duration next_run_;
};

// Those that keep their own time.
template <typename Part>
class TimedJob : public FlowJob {
 public:
  TimedJob(std::string name, std::string what, Kind problem,
           std::unique_ptr<Part> part, std::function<bool()> ready)
      : FlowJob(std::move(name), std::move(what), problem),
        part_(std::move(part)),
        ready_(std::move(ready)) {}

  bool ready() const override { return ready_(); }
  absl::Status Run() override {
    is_due_ = false;
    return part_->RunOnce();
  }
  absl::Duration TimeToNextRun() const override {
    return is_due_ ? absl::ZeroDuration() : part_->TimeToNextTurn();
  }
  void Cancel() override { part_->Cancel(); }

  void Update(const Flow& flow) final {
    SetIntervals(flow);
    is_due_ = true;
  }

 protected:
  Part* part() const { return part_.get(); }
  virtual void SetIntervals(const Flow& flow) = 0;

 private:
  const std::unique_ptr<Part> part_;
  const std::function<bool()> ready_;
  std::atomic<bool> is_due_{false};
};

class TopicConfigJob final : public TimedJob<TopicConfigSyncer> {
 public:
  TopicConfigJob(std::unique_ptr<TopicConfigSyncer> syncer,
                 const FlowJobContext& context)
      : TimedJob("topic-configs", "topic configs", Kind::kClusterTrouble,
                 std::move(syncer), context.leads),
        flow_(context.flow) {}

  void FillStatus(FlowStatus* status) const override {
    part()->FillStatus(status->mutable_topic_configs());
  }
  void OnCreated(const TopicCreator::Created& created) override {
    part()->NoteCreated(created.topic, created.refused);
  }
  void OnForgotten(const std::string& topic,
                   const std::set<int32_t>&) override {
    part()->ForgetCreated(
        flow_->policy->FormatRemoteTopic(flow_->source.alias, topic));
  }
  void SetIntervals(const Flow& flow) override {
    part()->SetInterval(flow.topic_configs.interval);
  }

 private:
  const Flow* const flow_;
};

class AclJob final : public TimedJob<AclSyncer> {
 public:
  using TimedJob::TimedJob;
  void FillStatus(FlowStatus* status) const override {
    part()->FillStatus(status->mutable_acls());
  }
  void SetIntervals(const Flow& flow) override {
    part()->SetInterval(flow.acls.interval);
  }
};

class CheckpointJob final : public TimedJob<CheckpointEmitter> {
 public:
  using TimedJob::TimedJob;
  void FillStatus(FlowStatus* status) const override {
    part()->FillStatus(status->mutable_checkpoints());
  }
  void OnForgotten(const std::string& topic,
                   const std::set<int32_t>&) override {
    part()->ForgetTopic(topic);
  }
  void SetIntervals(const Flow& flow) override {
    part()->SetIntervals(flow.checkpoints);
  }
};

class GroupOffsetJob final : public TimedJob<GroupOffsetSyncer> {
 public:
  using TimedJob::TimedJob;
  void FillStatus(FlowStatus* status) const override {
    part()->FillStatus(status->mutable_group_offsets());
  }
  void SetIntervals(const Flow& flow) override {
    part()->SetInterval(flow.checkpoints.sync_group_offsets_interval);
  }
};

}  // namespace

DeliveryOptions DeliveryOf(const Flow& flow) {
  DeliveryOptions delivery = flow;
  delivery.dead_letter_topic = DeadLetterTopicOf(flow);
  return delivery;
}

NewFlowJob NewHeartbeatJob(const FlowJobContext& context) {
  const Flow& flow = *context.flow;
  auto emitter = HeartbeatEmitter::Create(context.target, flow.source.alias,
                                          flow.policy->HeartbeatsTopic(),
                                          flow.heartbeats, context.clock);
  if (!emitter.ok()) return emitter.status();
  return std::make_unique<HeartbeatJob>(*std::move(emitter), context);
}

NewFlowJob NewOffsetSyncJob(const FlowJobContext& context,
                            CopyRecorder::OnCopied* on_copied) {
  const Flow& flow = *context.flow;
  OffsetSyncPublisherOptions options;
  options.topic = OffsetSyncsTopic(flow);
  options.offset_syncs = flow.offset_syncs;
  options.promote_interval = flow.offset_flush_interval;
  options.client_id = absl::StrCat(flow.name(), "|offset-syncs");
  // A sync that is alone may be of a second copy; see ApplySync().
  options.may_write = [store = context.store](const TopicPartition& source) {
    return store->IsIndexed(source);
  };
  auto publisher = OffsetSyncPublisher::Create(
      SyncsOnSource(flow) ? context.source : context.target, std::move(options),
      context.clock);
  if (!publisher.ok()) return publisher.status();
  *on_copied = [publisher = publisher->get()](
                   const TopicPartition& source, UpstreamOffset first,
                   DownstreamOffset base, int64_t count) {
    publisher->OnCopied(source, first, base, count);
  };
  return std::make_unique<OffsetSyncJob>(*std::move(publisher));
}

NewFlowJob NewControlJob(const FlowJobContext& context,
                         std::vector<CopyLoop*> loops,
                         const std::vector<std::unique_ptr<FlowJob>>* jobs,
                         FlowControl** control) {
  const Flow& flow = *context.flow;
  FlowControlOptions options;
  options.flow = flow.name();
  options.selection = SelectionOf(flow);
  options.delivery = DeliveryOf(flow);
  options.topics = flow;
  options.topic_configs = flow.topic_configs;
  options.store = context.store;
  options.owner = context.owner;
  options.memory.flow = flow.name();
  options.memory.progress = flow;
  options.memory.progress.offset_storage_topic = ProgressTopic(flow);
  options.memory.index_topic = OffsetIndexTopic(flow.source.alias);
  options.memory.index_partitions = flow.shards;
  if (flow.offset_syncs.enabled) {
    options.memory.offset_syncs_on_source = SyncsOnSource(flow);
    options.memory.offset_syncs_topic = OffsetSyncsTopic(flow);
  }
  for (const FlowTopic& topic : InternalTopics(flow)) {
    if (topic.kind == InternalTopicKind::kCheckpoints ||
        topic.kind == InternalTopicKind::kAclLedger) {
      options.memory.others[topic.topic.name] = *topic.kind;
    }
  }
  options.on_event = context.on_event;
  options.on_created = [jobs](const TopicCreator::Created& created) {
    for (const auto& job : *jobs) job->OnCreated(created);
  };
  options.on_forgotten = [jobs](const std::string& topic,
                                const std::set<int32_t>& partitions) {
    for (const auto& job : *jobs) job->OnForgotten(topic, partitions);
  };
  auto made =
      FlowControl::Create(std::move(options), context.source, context.target,
                          std::move(loops), context.clock);
  if (!made.ok()) return made.status();
  *control = made->get();
  return std::make_unique<ControlJob>(*std::move(made));
}

NewFlowJob NewTopicConfigJob(const FlowJobContext& context) {
  const Flow& flow = *context.flow;
  TopicConfigSyncerOptions options;
  options.configs = flow.topic_configs;
  options.selection = SelectionOf(flow);
  options.flow = flow.name();
  options.client_id = absl::StrCat(flow.name(), "|topic-configs");
  options.on_event = context.on_event;
  auto syncer = TopicConfigSyncer::Create(context.source, context.target,
                                          std::move(options), context.clock);
  if (!syncer.ok()) return syncer.status();
  return std::make_unique<TopicConfigJob>(*std::move(syncer), context);
}

NewFlowJob NewAclJob(const FlowJobContext& context) {
  const Flow& flow = *context.flow;
  AclSyncerOptions options;
  options.rules = AclRulesOf(flow);
  options.flow = flow.name();
  options.client_id = absl::StrCat(flow.name(), "|acls");
  options.ledger_replication_factor = flow.offset_storage_replication_factor;
  options.on_event = context.on_event;
  auto syncer = AclSyncer::Create(context.source, context.target,
                                  std::move(options), context.clock);
  if (!syncer.ok()) return syncer.status();
  // Not before it is certain that these are two clusters.
  return std::make_unique<AclJob>("acls", "ACLs", Kind::kAclRefused,
                                  *std::move(syncer), context.leads);
}

NewFlowJob NewCheckpointJob(const FlowJobContext& context,
                            CheckpointEmitter** emitter) {
  const Flow& flow = *context.flow;
  CheckpointEmitterOptions options;
  options.checkpoints = flow.checkpoints;
  options.policy = flow.policy;
  options.groups = flow.groups;
  options.topics = flow.topics;
  options.client_id = absl::StrCat(flow.name(), "|checkpoints");
  options.source_is_ready = context.running;
  options.owns = context.owns;
  options.on_event = context.on_event;
  auto made = CheckpointEmitter::Create(context.source, context.target,
                                        std::move(options), context.store,
                                        context.clock);
  if (!made.ok()) return made.status();
  *emitter = made->get();
  return std::make_unique<CheckpointJob>(
      "checkpoints", "checkpoints", Kind::kClusterTrouble, *std::move(made),
      context.target_ready);
}

NewFlowJob NewGroupOffsetJob(const FlowJobContext& context,
                             CheckpointEmitter* checkpoints) {
  const Flow& flow = *context.flow;
  GroupOffsetSyncerOptions options;
  options.checkpoints = flow.checkpoints;
  options.flow = flow.name();
  options.client_id = absl::StrCat(flow.name(), "|group-offsets");
  options.on_event = context.on_event;
  auto syncer = GroupOffsetSyncer::Create(context.target, std::move(options),
                                          checkpoints, context.clock);
  if (!syncer.ok()) return syncer.status();
  return std::make_unique<GroupOffsetJob>(
      "group-offsets", "group offsets", Kind::kClusterTrouble,
      *std::move(syncer), context.target_ready);
}

}  // namespace mirror::internal
