// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow_runner.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/flow_topics.h"
#include "mirror/model/utf8.h"
#include "mirror/sync/index_segment.h"

namespace mirror::internal {
namespace {

// See docs/adr/0007-shards-share-clients.md.
constexpr int kShardsPerClients = 4;
constexpr absl::Duration kOffsetSyncTurn = absl::Milliseconds(100);
// Between two looks whether the flow's memory is read.
constexpr absl::Duration kUntilRunning = absl::Milliseconds(100);

// The flow's, with the name of the dead-letter topic.
DeliveryOptions Delivery(const Flow& flow) {
  DeliveryOptions delivery = flow;
  delivery.dead_letter_topic = DeadLetterTopicOf(flow);
  return delivery;
}

}  // namespace

absl::StatusOr<std::unique_ptr<FlowRunner>> FlowRunner::Create(
    Flow flow, Clock* clock, OnEvent on_event) {
  std::unique_ptr<FlowRunner> runner(
      new FlowRunner(std::move(flow), clock, std::move(on_event)));
  if (absl::Status status = runner->Build(); !status.ok()) return status;
  return runner;
}

FlowRunner::FlowRunner(Flow flow, Clock* clock, OnEvent on_event)
    : flow_(std::move(flow)),
      name_(flow_.name()),
      clock_(clock),
      on_event_(std::move(on_event)) {}

FlowRunner::~FlowRunner() { StopLoops(); }

absl::Status FlowRunner::Build() {
  if (flow_.heartbeats.enabled) {
    auto heartbeats = HeartbeatEmitter::Create(
        flow_.target.cluster.get(), flow_.source.alias,
        flow_.policy->HeartbeatsTopic(), flow_.heartbeats, clock_);
    if (!heartbeats.ok()) return heartbeats.status();
    heartbeats_ = *std::move(heartbeats);
    AddWorker("heartbeats", [this] {
      NoteOutcome("heartbeats", EngineEvent::Kind::kClusterTrouble,
                  heartbeats_->RunOnce(), &heartbeat_status_);
      return flow_.heartbeats.interval;
    });
  }
  if (!flow_.replicate) return absl::OkStatus();
  if (flow_.offset_syncs.enabled) {
    if (absl::Status status = BuildOffsetSyncs(); !status.ok()) return status;
  }
  if (absl::Status status = BuildLoops(); !status.ok()) return status;
  if (absl::Status status = BuildControl(); !status.ok()) return status;
  if (flow_.topic_configs.enabled) {
    if (absl::Status status = BuildTopicConfigs(); !status.ok()) return status;
  }
  if (flow_.acls.enabled) {
    if (absl::Status status = BuildAcls(); !status.ok()) return status;
  }
  if (!flow_.checkpoints.enabled) return absl::OkStatus();
  if (absl::Status status = BuildCheckpoints(); !status.ok()) return status;
  return flow_.checkpoints.sync_group_offsets ? BuildGroupOffsets()
                                              : absl::OkStatus();
}

absl::Status FlowRunner::BuildOffsetSyncs() {
  const FlowCluster& here = SyncsOnSource(flow_) ? flow_.source : flow_.target;
  OffsetSyncPublisherOptions options;
  options.topic = OffsetSyncsTopic(flow_);
  options.offset_syncs = flow_.offset_syncs;
  options.promote_interval = flow_.offset_flush_interval;
  options.client_id = absl::StrCat(name_, "|offset-syncs");
  // A sync that is alone may be of a second copy; see ApplySync().
  options.may_write = [this](const TopicPartition& source) {
    return store_.IsIndexed(source);
  };
  auto publisher = OffsetSyncPublisher::Create(here.cluster.get(),
                                               std::move(options), clock_);
  if (!publisher.ok()) return publisher.status();
  offset_syncs_ = *std::move(publisher);
  AddWorker("offset-syncs", [this] {
    NoteOutcome("offset syncs", EngineEvent::Kind::kOffsetSyncsRefused,
                offset_syncs_->RunOnce(), &offset_sync_status_);
    return kOffsetSyncTurn;
  });
  return absl::OkStatus();
}

absl::Status FlowRunner::BuildLoops() {
  CopyLoopOptions options;
  options.flow = name_;
  options.offset_storage_topic = ProgressTopic(flow_);
  options.offset_storage_connector = flow_.offset_storage_connector;
  options.index_topic = OffsetIndexTopic(flow_.source.alias);
  options.store = &store_;
  options.source.read_committed = flow_.read_committed;
  // Half for what is read ahead, half for what is not acknowledged.
  const int clients =
      (flow_.shards + kShardsPerClients - 1) / kShardsPerClients;
  const int64_t share = flow_.max_buffered_bytes / (2 * clients);
  options.source.max_buffered_bytes = share;
  options.sink.max_buffered_bytes = share;
  options.partition.source_alias = flow_.source.alias;
  options.partition.target_alias = flow_.target.alias;
  options.partition.delivery = Delivery(flow_);
  options.partition.transforms = flow_.transforms;
  options.partition.max_in_flight_bytes = std::max<int64_t>(share / 4, 1 << 20);
  options.on_event = [this](EngineEvent event) { Tell(std::move(event)); };
  if (offset_syncs_ != nullptr) {
    options.on_copied = [this](const TopicPartition& source,
                               UpstreamOffset first, DownstreamOffset base,
                               int64_t count) {
      offset_syncs_->OnCopied(source, first, base, count);
    };
  }
  for (int i = 0; i < clients; ++i) {
    options.index = i;
    options.source.client_id = absl::StrCat(name_, "|reader-", i);
    options.sink.client_id = absl::StrCat(name_, "|writer-", i);
    auto loop = CopyLoop::Create(options, flow_.source.cluster.get(),
                                 flow_.target.cluster.get(), clock_);
    if (!loop.ok()) return loop.status();
    loops_.push_back(*std::move(loop));
    AddWorker(absl::StrCat("copy-", i),
              [loop = loops_.back().get()] { return loop->RunOnce(); });
  }
  return absl::OkStatus();
}

absl::Status FlowRunner::BuildControl() {
  FlowControlOptions options;
  options.flow = name_;
  options.selection = SelectionOf(flow_);
  options.delivery = Delivery(flow_);
  options.topics = flow_;
  options.topic_configs = flow_.topic_configs;
  options.on_forgotten = [this](const std::string& topic,
                                const std::set<int32_t>& partitions) {
    if (checkpoints_ != nullptr) checkpoints_->ForgetTopic(topic);
    if (topic_configs_ != nullptr) {
      topic_configs_->ForgetCreated(
          flow_.policy->FormatRemoteTopic(flow_.source.alias, topic));
    }
    if (offset_syncs_ == nullptr) return;
    for (const int32_t partition : partitions) {
      offset_syncs_->Forget({topic, partition});
    }
  };
  options.store = &store_;
  options.memory.flow = name_;
  options.memory.progress = flow_;
  options.memory.progress.offset_storage_topic = ProgressTopic(flow_);
  options.memory.index_topic = OffsetIndexTopic(flow_.source.alias);
  options.memory.index_partitions = flow_.shards;
  if (flow_.offset_syncs.enabled) {
    options.memory.offset_syncs_on_source = SyncsOnSource(flow_);
    options.memory.offset_syncs_topic = OffsetSyncsTopic(flow_);
  }
  for (const FlowTopic& topic : InternalTopics(flow_)) {
    if (topic.kind == InternalTopicKind::kCheckpoints ||
        topic.kind == InternalTopicKind::kAclLedger) {
      options.memory.others[topic.topic.name] = *topic.kind;
    }
  }
  options.on_event = [this](EngineEvent event) { Tell(std::move(event)); };
  options.on_created = [this](const TopicCreator::Created& created) {
    if (topic_configs_ == nullptr) return;
    topic_configs_->NoteCreated(created.topic, created.refused);
  };
  std::vector<CopyLoop*> loops;
  for (const auto& loop : loops_) loops.push_back(loop.get());
  auto control =
      FlowControl::Create(std::move(options), flow_.source.cluster.get(),
                          flow_.target.cluster.get(), std::move(loops), clock_);
  if (!control.ok()) return control.status();
  control_ = *std::move(control);
  AddWorker("control", [this] { return control_->RunOnce(); });
  return absl::OkStatus();
}

absl::Status FlowRunner::BuildTopicConfigs() {
  TopicConfigSyncerOptions options;
  options.configs = flow_.topic_configs;
  options.selection = SelectionOf(flow_);
  options.flow = name_;
  options.client_id = absl::StrCat(name_, "|topic-configs");
  options.on_event = [this](EngineEvent event) { Tell(std::move(event)); };
  auto syncer = TopicConfigSyncer::Create(flow_.source.cluster.get(),
                                          flow_.target.cluster.get(),
                                          std::move(options), clock_);
  if (!syncer.ok()) return syncer.status();
  topic_configs_ = *std::move(syncer);
  AddWorker("topic-configs", [this] {
    if (!control_->running()) return kUntilRunning;
    NoteOutcome("topic configs", EngineEvent::Kind::kClusterTrouble,
                topic_configs_->RunOnce(), &topic_config_status_);
    return topic_configs_->TimeToNextTurn();
  });
  return absl::OkStatus();
}

absl::Status FlowRunner::BuildCheckpoints() {
  CheckpointEmitterOptions options;
  options.checkpoints = flow_.checkpoints;
  options.policy = flow_.policy;
  options.groups = flow_.groups;
  options.topics = flow_.topics;
  options.client_id = absl::StrCat(name_, "|checkpoints");
  options.source_is_ready = [this] { return control_->running(); };
  options.on_event = [this](EngineEvent event) { Tell(std::move(event)); };
  auto emitter = CheckpointEmitter::Create(flow_.source.cluster.get(),
                                           flow_.target.cluster.get(),
                                           std::move(options), &store_, clock_);
  if (!emitter.ok()) return emitter.status();
  checkpoints_ = *std::move(emitter);
  AddWorker("checkpoints", [this] {
    if (!control_->target_ready()) return kUntilRunning;
    NoteOutcome("checkpoints", EngineEvent::Kind::kClusterTrouble,
                checkpoints_->RunOnce(), &checkpoint_status_);
    return checkpoints_->TimeToNextTurn();
  });
  return absl::OkStatus();
}

absl::Status FlowRunner::BuildGroupOffsets() {
  GroupOffsetSyncerOptions options;
  options.checkpoints = flow_.checkpoints;
  options.flow = name_;
  options.client_id = absl::StrCat(name_, "|group-offsets");
  options.on_event = [this](EngineEvent event) { Tell(std::move(event)); };
  auto syncer =
      GroupOffsetSyncer::Create(flow_.target.cluster.get(), std::move(options),
                                checkpoints_.get(), clock_);
  if (!syncer.ok()) return syncer.status();
  group_offsets_ = *std::move(syncer);
  AddWorker("group-offsets", [this] {
    if (!control_->target_ready()) return kUntilRunning;
    NoteOutcome("group offsets", EngineEvent::Kind::kClusterTrouble,
                group_offsets_->RunOnce(), &group_offset_status_);
    return group_offsets_->TimeToNextTurn();
  });
  return absl::OkStatus();
}

absl::Status FlowRunner::BuildAcls() {
  AclSyncerOptions options;
  options.rules = AclRulesOf(flow_);
  options.flow = name_;
  options.client_id = absl::StrCat(name_, "|acls");
  options.ledger_replication_factor = flow_.offset_storage_replication_factor;
  options.on_event = [this](EngineEvent event) { Tell(std::move(event)); };
  auto syncer =
      AclSyncer::Create(flow_.source.cluster.get(), flow_.target.cluster.get(),
                        std::move(options), clock_);
  if (!syncer.ok()) return syncer.status();
  acls_ = *std::move(syncer);
  AddWorker("acls", [this] {
    // Not before it is certain that these are two clusters.
    if (!control_->running()) return kUntilRunning;
    NoteOutcome("ACLs", EngineEvent::Kind::kAclRefused, acls_->RunOnce(),
                &acl_status_);
    return acls_->TimeToNextTurn();
  });
  return absl::OkStatus();
}

void FlowRunner::AddWorker(const std::string& name,
                           PeriodicWorker::RunOnce run_once) {
  workers_.push_back(
      std::make_unique<PeriodicWorker>(name, clock_, std::move(run_once)));
}

absl::Status FlowRunner::Start() {
  for (const auto& worker : workers_) {
    if (absl::Status status = worker->Start(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

void FlowRunner::Cancel() {
  if (heartbeats_ != nullptr) heartbeats_->Cancel();
  if (offset_syncs_ != nullptr) offset_syncs_->Cancel();
  if (control_ != nullptr) control_->Cancel();
  if (topic_configs_ != nullptr) topic_configs_->Cancel();
  if (checkpoints_ != nullptr) checkpoints_->Cancel();
  if (group_offsets_ != nullptr) group_offsets_->Cancel();
  if (acls_ != nullptr) acls_->Cancel();
}

void FlowRunner::StopLoops() {
  Cancel();
  for (const auto& worker : workers_) worker->Stop();
}

std::optional<absl::Status> FlowRunner::DrainOnce(absl::Time deadline) {
  drained_.resize(loops_.size());
  absl::Status all;
  bool done = true;
  for (size_t i = 0; i < loops_.size(); ++i) {
    if (!drained_[i].has_value()) drained_[i] = loops_[i]->DrainOnce(deadline);
    done &= drained_[i].has_value();
    all.Update(drained_[i].value_or(absl::OkStatus()));
  }
  return done ? std::make_optional(all) : std::nullopt;
}

void FlowRunner::SetPaused(const std::string& topic, bool paused) {
  for (const auto& loop : loops_) loop->SetPaused(topic, paused);
}

absl::Status FlowRunner::Resolve(const TopicPartition& source,
                                 LossPolicy decision) {
  absl::Status status =
      absl::NotFoundError(absl::StrCat(source.ToString(), " is not mirrored"));
  for (const auto& loop : loops_) {
    status = loop->Resolve(source, decision);
    if (!absl::IsNotFound(status)) break;
  }
  return status;
}

void FlowRunner::FillStatus(FlowStatus* status) const {
  status->set_source(flow_.source.cluster_name());
  status->set_target(flow_.target.cluster_name());
  status->set_state(FLOW_RUNNING);
  if (control_ != nullptr) control_->FillStatus(status);
  for (const auto& loop : loops_) loop->FillStatus(status->add_workers());
  if (heartbeats_ != nullptr) status->set_heartbeats(heartbeats_->count());
  if (offset_syncs_ != nullptr) {
    status->set_offset_syncs(offset_syncs_->count());
  }
  if (topic_configs_ != nullptr) {
    topic_configs_->FillStatus(status->mutable_topic_configs());
  }
  if (checkpoints_ != nullptr) {
    checkpoints_->FillStatus(status->mutable_checkpoints());
  }
  if (group_offsets_ != nullptr) {
    group_offsets_->FillStatus(status->mutable_group_offsets());
  }
  if (acls_ != nullptr) acls_->FillStatus(status->mutable_acls());
}

void FlowRunner::Tell(EngineEvent event) {
  event.topic = ToUtf8(event.topic);
  event.group = ToUtf8(event.group);
  event.acl = ToUtf8(event.acl);
  event.message = ToUtf8(event.message);
  {
    MutexLock lock(&mu_);
    if (!troubles_.IsNews(event, clock_->Now())) return;
  }
  on_event_(std::move(event));
}

void FlowRunner::NoteOutcome(const std::string& job, EngineEvent::Kind kind,
                             const absl::Status& status, absl::Status* last) {
  const absl::Status before = std::exchange(*last, status);
  if (status.code() == absl::StatusCode::kCancelled || status == before) return;
  if (status.ok()) {
    Tell({EngineEvent::Kind::kClusterRecovered, LogLevel::kInfo, name_,
          absl::StrCat(job, " are written again")});
    return;
  }
  Tell(EngineEvent(kind, LogLevel::kWarning, name_,
                   absl::StrCat(job, " are not written: ", status.message(),
                                "; retried, copying continues"))
           .WithCause(status));
}

}  // namespace mirror::internal
