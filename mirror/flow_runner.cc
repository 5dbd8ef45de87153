// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow_runner.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/flow_topics.h"
#include "mirror/model/utf8.h"
#include "mirror/replication/shards.h"
#include "mirror/sync/index_segment.h"

namespace mirror::internal {
namespace {

// See docs/adr/0007-shards-share-clients.md.
constexpr int kShardsPerClients = 4;
// Until a job that is not ready is asked again.
constexpr absl::Duration kUntilReady = absl::Milliseconds(100);

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
      on_event_(std::move(on_event)),
      source_(flow_.source.cluster.get(), absl::StrCat(name_, "|control")),
      target_(flow_.target.cluster.get(), absl::StrCat(name_, "|control")) {
  InstallFilters();
}

void FlowRunner::InstallFilters() {
  topics_ = std::make_shared<LiveTopicFilter>(std::move(flow_.topics));
  flow_.topics = topics_;
  groups_ = std::make_shared<LiveGroupFilter>(std::move(flow_.groups));
  flow_.groups = groups_;
  configs_ = std::make_shared<LiveConfigPropertyFilter>(
      std::move(flow_.topic_configs.filter));
  flow_.topic_configs.filter = configs_;
}

FlowRunner::~FlowRunner() { StopLoops(); }

void FlowRunner::AddOwner() {
  if (flow_.ownership != Ownership::kGroup || !flow_.replicate) return;
  ShardOwnerOptions options;
  options.flow = name_;
  options.membership.group = WorkerGroup(flow_);
  options.membership.topic = OffsetIndexTopic(flow_.source.alias);
  options.membership.client_id = absl::StrCat(name_, "|shards");
  options.membership.session_timeout = flow_.session_timeout;
  options.membership.heartbeat_interval = flow_.heartbeat_interval;
  options.membership.instance_id = flow_.group_instance_id;
  options.transactional_id_prefix =
      absl::StrCat(options.membership.group, "-MirrorSourceConnector-");
  options.client_id = absl::StrCat(name_, "|shard");
  options.on_event = [this](EngineEvent event) { Report(std::move(event)); };
  options.on_lost = [this](const std::set<int32_t>& lost) {
    for (const auto& loop : loops_) {
      loop->WithShards([&lost](Shards* shards) {
        for (const int32_t shard : lost) shards->Drop(shard);
      });
    }
  };
  owner_ = std::make_unique<ShardOwner>(std::move(options),
                                        flow_.target.cluster.get(), clock_);
  AddWorker("shards", [this] { return owner_->RunOnce(); });
}

FlowJobContext FlowRunner::JobContext() {
  FlowJobContext context;
  context.flow = &flow_;
  context.source = &source_;
  context.target = &target_;
  context.store = &store_;
  context.clock = clock_;
  context.on_event = [this](EngineEvent event) { Report(std::move(event)); };
  context.running = [this] { return control_->running(); };
  context.target_ready = [this] { return control_->target_ready(); };
  context.leads = [this] {
    return control_->running() && (owner_ == nullptr || owner_->Runs(0));
  };
  context.owner = owner_.get();
  if (owner_ != nullptr) {
    context.owns = [this](const TopicPartition& source) {
      return owner_->Owns(source);
    };
  }
  return context;
}

absl::Status FlowRunner::Build() {
  AddOwner();
  const FlowJobContext context = JobContext();
  absl::Status status;
  if (flow_.heartbeats.enabled) {
    status = AddJob(NewHeartbeatJob(context));
  }
  if (!status.ok() || !flow_.replicate) return status;
  CopyRecorder::OnCopied on_copied;
  if (flow_.offset_syncs.enabled) {
    status.Update(AddJob(NewOffsetSyncJob(context, &on_copied)));
  }
  if (status.ok()) status = AddLoops(on_copied);
  if (!status.ok()) return status;
  std::vector<CopyLoop*> loops;
  for (const auto& loop : loops_) loops.push_back(loop.get());
  status = AddJob(NewControlJob(context, std::move(loops), &jobs_, &control_));
  if (status.ok() && flow_.topic_configs.enabled) {
    status = AddJob(NewTopicConfigJob(context));
  }
  if (status.ok() && flow_.acls.enabled) status = AddJob(NewAclJob(context));
  if (!status.ok() || !flow_.checkpoints.enabled) return status;
  CheckpointEmitter* checkpoints = nullptr;
  status = AddJob(NewCheckpointJob(context, &checkpoints));
  if (status.ok() && flow_.checkpoints.sync_group_offsets) {
    status = AddJob(NewGroupOffsetJob(context, checkpoints));
  }
  return status;
}

absl::Status FlowRunner::AddJob(NewFlowJob job) {
  if (!job.ok()) return job.status();
  AddWorker((*job)->name(),
            [this, job = job->get(), last = absl::Status()]() mutable {
              return RunJob(job, &last);
            });
  jobs_.push_back(*std::move(job));
  return absl::OkStatus();
}

absl::Duration FlowRunner::RunJob(FlowJob* job, absl::Status* last) {
  if (!job->ready()) return kUntilReady;
  NoteOutcome(*job, job->Run(), last);
  return job->TimeToNextRun();
}

absl::Status FlowRunner::AddLoops(const CopyRecorder::OnCopied& on_copied) {
  CopyLoopOptions options;
  options.flow = name_;
  options.offset_storage_topic = ProgressTopic(flow_);
  options.offset_storage_connector = flow_.offset_storage_connector;
  options.index_topic = OffsetIndexTopic(flow_.source.alias);
  options.store = &store_;
  if (owner_ != nullptr) {
    options.shards_are_given = true;
    options.owned = [this](absl::Time since) {
      return owner_->OwnedSince(since);
    };
  }
  options.source.read_committed = flow_.read_committed;
  // Half for what is read ahead, half for what is not acknowledged.
  const int clients =
      (flow_.shards + kShardsPerClients - 1) / kShardsPerClients;
  const int64_t share = flow_.max_buffered_bytes / (2 * clients);
  options.source.max_buffered_bytes = share;
  options.sink.max_buffered_bytes = share;
  options.partition.source_alias = flow_.source.alias;
  options.partition.target_alias = flow_.target.alias;
  options.partition.delivery = DeliveryOf(flow_);
  options.partition.transforms = flow_.transforms;
  options.partition.max_in_flight_bytes = std::max<int64_t>(share / 4, 1 << 20);
  options.target_reader.max_records /= clients;
  options.target_reader.max_bytes /= clients;
  options.on_event = [this](EngineEvent event) { Report(std::move(event)); };
  options.on_copied = on_copied;
  for (int i = 0; i < clients; ++i) {
    options.index = i;
    options.source.client_id = absl::StrCat(name_, "|reader-", i);
    options.sink.client_id = absl::StrCat(name_, "|writer-", i);
    options.target_reader.client_id = absl::StrCat(name_, "|read-back-", i);
    auto loop = CopyLoop::Create(options, flow_.source.cluster.get(),
                                 flow_.target.cluster.get(), clock_);
    if (!loop.ok()) return loop.status();
    loops_.push_back(*std::move(loop));
    AddWorker(absl::StrCat("copy-", i),
              [loop = loops_.back().get()] { return loop->RunOnce(); });
  }
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
  for (const auto& job : jobs_) job->Cancel();
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
  if (!done) return std::nullopt;
  // What the loops had is committed, or will be copied again.
  if (owner_ != nullptr) owner_->Leave();
  return all;
}

void FlowRunner::SetPaused(const std::optional<std::string>& topic,
                           bool paused) {
  if (!topic.has_value()) paused_ = paused;
  for (const auto& loop : loops_) loop->SetPaused(topic, paused);
}

void FlowRunner::Update(const Flow& flow) {
  topics_->Set(flow.topics);
  groups_->Set(flow.groups);
  configs_->Set(flow.topic_configs.filter);
  for (const auto& loop : loops_) {
    loop->Update(flow.transforms, DeliveryOf(flow));
  }
  for (const auto& job : jobs_) job->Update(flow);
  for (const auto& worker : workers_) worker->Wake();
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
  status->set_paused(paused_);
  for (const auto& job : jobs_) job->FillStatus(status);
  for (const auto& loop : loops_) loop->FillStatus(status->add_workers());
}

void FlowRunner::Report(EngineEvent event) {
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

void FlowRunner::NoteOutcome(const FlowJob& job, const absl::Status& status,
                             absl::Status* last) {
  const absl::Status before = std::exchange(*last, status);
  if (status.code() == absl::StatusCode::kCancelled || status == before) return;
  if (status.ok()) {
    Report({EngineEvent::Kind::kClusterRecovered, LogLevel::kInfo, name_,
            absl::StrCat(job.what(), " are written again")});
    return;
  }
  Report(EngineEvent(
             job.problem(), LogLevel::kWarning, name_,
             absl::StrCat(job.what(), " are not written: ", status.message(),
                          "; retried, copying continues"))
             .WithCause(status));
}

}  // namespace mirror::internal
