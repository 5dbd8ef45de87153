// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/copy_loop.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/replication/loop_read_backs.h"
#include "mirror/replication/transform_turn.h"

namespace mirror::internal {
namespace {

constexpr absl::Duration kPollTimeout = absl::Milliseconds(20);
constexpr absl::Duration kSweepInterval = absl::Milliseconds(20);
// Settings that were good at Create() are good later, so making another client
// hardly ever fails.
constexpr absl::Duration kClientRetry = absl::Seconds(1);

}  // namespace

absl::StatusOr<std::unique_ptr<CopyLoop>> CopyLoop::Create(
    CopyLoopOptions options, Cluster* source, Cluster* target, Clock* clock) {
  std::unique_ptr<CopyLoop> loop(
      new CopyLoop(std::move(options), source, target, clock));
  if (absl::Status status = loop->sources_.Open(); !status.ok()) return status;
  if (absl::Status status = loop->MakeSink(); !status.ok()) return status;
  return loop;
}

CopyLoop::CopyLoop(CopyLoopOptions options, Cluster* source, Cluster* target,
                   Clock* clock)
    : options_(std::move(options)),
      target_cluster_(target),
      clock_(clock),
      sources_(source, options_.source),
      bounds_watch_(options_.partition.delivery.offset_flush_interval),
      target_reader_(options_.target_reader, target),
      wake_guard_(options_.owned),
      partitions_(&options_, clock),
      commits_(&partitions_),
      drain_(absl::StrCat("flow ", options_.flow, ", loop ", options_.index),
             target->alias(), &commits_),
      source_report_(options_.flow, source->alias()),
      target_report_(options_.flow, target->alias()) {}

absl::Status CopyLoop::MakeSink() {
  absl::StatusOr<std::unique_ptr<RecordSink>> sink =
      target_cluster_->NewSink(options_.sink);
  if (!sink.ok()) return sink.status();
  sink_ = *std::move(sink);
  return absl::OkStatus();
}

absl::Duration CopyLoop::RunOnce() {
  if (!wake_guard_.MayCopy(clock_->Now())) return kPollTimeout;
  if (sink_ == nullptr && !MakeSink().ok()) return kClientRetry;
  bool blocked;
  {
    MutexLock lock(&mu_);
    blocked = blocked_;
  }
  Fetched fetched;
  absl::Status source_state;
  if (!blocked) source_state = sources_.Poll(kPollTimeout, &fetched);
  std::vector<Ack> acks;
  const absl::Status sink_state =
      sink_->Poll(blocked ? kPollTimeout : absl::ZeroDuration(), &acks);
  const absl::Status sink_cluster = sink_->TakeClusterStatus();
  const std::vector<WriterAnswer> answers = PollWriters(Writers());
  bounds_watch_.Look(
      [this](const TopicPartition& source) { return sources_.Bounds(source); });
  std::vector<event::Read> reads = Transform(&fetched);
  std::optional<SourceChanges> changes;
  {
    MutexLock lock(&mu_);
    const absl::Time now = clock_->Now();
    if (!reads.empty()) source_report_.Clear();
    if (!acks.empty()) target_report_.Clear();
    for (auto& event : {source_report_.Note(fetched.cluster_status),
                        target_report_.Note(sink_cluster)}) {
      if (event.has_value()) partitions_.Report(*event);
    }
    partitions_.OnAcks(acks, now);
    commits_.OnAnswers(answers);
    // Before anything is sent: another process may copy them already.
    DropShards(now);
    partitions_.OnFetched(
        std::move(reads), fetched.events,
        [this](const TopicPartition& tp) { return sources_.Bounds(tp); }, now);
    for (const auto& [source, bounds] : bounds_watch_.TakeFound()) {
      LoopEntry* const entry = partitions_.Find(source);
      if (entry == nullptr || !entry->assigned) continue;
      entry->partition->NoteBounds(bounds);
    }
    if (!source_state.ok()) sources_lost_ = true;
    if (!sink_state.ok()) {
      partitions_.Report(target_report_.Event(
          LogLevel::kError, sink_state,
          absl::StrCat("the producer failed fatally and is replaced: ",
                       sink_state.message())));
      ReplaceSink(now);
    } else if (sink_ != nullptr) {
      blocked_ = sources_lost_ || partitions_.SendHeld(sink_.get(), now);
      partitions_.StepLetters(sink_.get(), now);
    }
    if (partitions_.wants_sweep() || now - last_sweep_ >= kSweepInterval) {
      changes = Sweep(now);
    }
    PassReadBacks(&partitions_, &target_reader_, now);
    commits_.Begin(now);
    commits_.Step(sink_.get(), now);
    bounds_watch_.PlanNext(partitions_.entries(), now);
    in_flight_ = sink_ == nullptr ? 0 : sink_->in_flight();
  }
  ended_sinks_.clear();
  if (changes.has_value()) ChangeSources(*changes);
  target_reader_.Step(clock_->Now());
  DeliverEvents();
  return sources_.open() ? absl::ZeroDuration() : kClientRetry;
}

std::vector<event::Read> CopyLoop::Transform(Fetched* fetched) {
  TransformTurn turn(&fetched->batches);
  {
    MutexLock lock(&mu_);
    turn.Plan(options_.partition.transforms, partitions_.entries());
  }
  return turn.Run();
}

std::vector<ShardWriter> CopyLoop::Writers() {
  if (!options_.shards_are_given) return {};
  MutexLock lock(&mu_);
  return partitions_.shards().Writers();
}

std::optional<absl::Status> CopyLoop::DrainOnce(absl::Time deadline) {
  if (sink_ == nullptr) return absl::OkStatus();
  std::vector<Ack> acks;
  std::optional<absl::Status> result;
  const absl::Status sink_state = sink_->Poll(kPollTimeout, &acks);
  const std::vector<WriterAnswer> answers = PollWriters(Writers());
  {
    MutexLock lock(&mu_);
    const absl::Time now = clock_->Now();
    partitions_.OnAcks(acks, now);
    commits_.OnAnswers(answers);
    DropShards(now);
    if (sink_ != nullptr) result = drain_.Step(sink_.get(), now, deadline);
  }
  if (!sink_state.ok()) result = sink_state;
  if (result.has_value()) DeliverEvents();
  return result;
}

SourceChanges CopyLoop::Sweep(absl::Time now) {
  last_sweep_ = now;
  if (std::exchange(sources_lost_, false)) sources_.Lost();
  for (const std::string& topic : std::exchange(recreated_topics_, {})) {
    sources_.Recreated(topic);
  }
  sources_.EndIdle(now);
  if (sources_.changing()) {
    // Nothing may point into the old client's buffers. What is in flight does
    // not, as the sink has a copy; and it may be in flight forever.
    partitions_.OnSourceClientLost(
        [this](const TopicPartition& source) {
          return sources_.LosesClient(source);
        },
        now);
  }
  SourceChanges changes = partitions_.Sweep(now);
  changes.unassign.insert(changes.unassign.end(), dropped_.begin(),
                          dropped_.end());
  dropped_.clear();
  return changes;
}

void CopyLoop::DropShards(absl::Time now) {
  DroppedShards dropped = commits_.DropShards(&dropped_);
  for (const TopicPartition& source : dropped.sources) {
    target_reader_.Forget(source);
  }
  std::move(dropped.writers.begin(), dropped.writers.end(),
            std::back_inserter(ended_sinks_));
  // What the client still has of them goes with it, and that of others is sent
  // again.
  if (dropped.in_flight && sink_ != nullptr) ReplaceSink(now);
}

void CopyLoop::ChangeSources(const SourceChanges& changes) {
  // Nothing is read between the sweep and this, so no record of a partition
  // that was unassigned there can come in between.
  const absl::Status status = sources_.Apply(changes);
  if (status.ok()) return;
  MutexLock lock(&mu_);
  partitions_.Report(source_report_.Event(
      LogLevel::kError, status,
      absl::StrCat("assigning partitions: ", status.ToString())));
  sources_lost_ = true;
  partitions_.WantSweep();
}

void CopyLoop::ReplaceSink(absl::Time now) {
  partitions_.OnSinkLost(now);
  ended_sinks_.push_back(std::move(sink_));
}

void CopyLoop::DeliverEvents() {
  std::vector<EngineEvent> events;
  {
    MutexLock lock(&mu_);
    events = partitions_.TakeEvents();
  }
  if (!options_.on_event) return;
  for (EngineEvent& event : events) options_.on_event(std::move(event));
}

void CopyLoop::WithShards(absl::FunctionRef<void(Shards*)> use) {
  MutexLock lock(&mu_);
  use(&partitions_.shards());
  if (!partitions_.shards().dropping().empty()) partitions_.WantSweep();
}

void CopyLoop::Add(std::vector<PartitionPlan> plans) {
  MutexLock lock(&mu_);
  for (PartitionPlan& plan : plans) {
    partitions_.Add(std::move(plan), clock_->Now());
  }
}

void CopyLoop::SetLimits(const std::map<std::string, TopicLimits>& limits) {
  MutexLock lock(&mu_);
  partitions_.SetLimits(limits);
}

void CopyLoop::WithLimits(absl::FunctionRef<void(KnownLimits*)> use) {
  MutexLock lock(&mu_);
  use(&partitions_.limits());
}

bool CopyLoop::Release(const TopicPartition& source) {
  MutexLock lock(&mu_);
  return partitions_.Release(source, clock_->Now());
}

std::vector<ReleasedPartition> CopyLoop::TakeReleased() {
  MutexLock lock(&mu_);
  return partitions_.TakeReleased();
}

void CopyLoop::Handle(const TopicPartition& source, Event event) {
  MutexLock lock(&mu_);
  LoopEntry* const entry = partitions_.Find(source);
  if (entry == nullptr) return;
  partitions_.Handle(entry, std::move(event), clock_->Now());
  partitions_.WantSweep();
}

absl::Status CopyLoop::Resolve(const TopicPartition& source,
                               LossPolicy decision) {
  MutexLock lock(&mu_);
  LoopEntry* const entry = partitions_.Find(source);
  if (entry == nullptr) {
    return absl::NotFoundError(
        absl::StrCat(source.ToString(), " is not mirrored"));
  }
  if (!entry->partition->stopped()) {
    return absl::FailedPreconditionError(
        absl::StrCat(source.ToString(), " is not stopped"));
  }
  partitions_.Handle(entry, event::Decided{decision}, clock_->Now());
  options_.store->SetLeaderEpoch(source, -1);
  partitions_.WantSweep();
  return absl::OkStatus();
}

void CopyLoop::SetPaused(const std::optional<std::string>& topic, bool paused) {
  MutexLock lock(&mu_);
  partitions_.SetPaused(topic, paused, clock_->Now());
  partitions_.WantSweep();
}

void CopyLoop::Update(
    std::vector<std::shared_ptr<const RecordTransform>> transforms,
    const DeliveryOptions& delivery) {
  MutexLock lock(&mu_);
  // Partitions look at them whenever they need them. The old transforms end
  // with this call, at the earliest, so not under the lock.
  std::swap(options_.partition.transforms, transforms);
  options_.partition.delivery = delivery;
  partitions_.shards().SetPace(delivery);
}

void CopyLoop::OnTopicRecreated(const std::string& topic) {
  MutexLock lock(&mu_);
  recreated_topics_.insert(topic);
  partitions_.WantSweep();
}

std::vector<TopicPartition> CopyLoop::NeedBounds() const {
  MutexLock lock(&mu_);
  return {partitions_.asking().begin(), partitions_.asking().end()};
}

bool CopyLoop::TargetIsUndecided(const TopicPartition& source) const {
  MutexLock lock(&mu_);
  const auto it = partitions_.entries().find(source);
  return it != partitions_.entries().end() &&
         it->second.partition->TargetIsUndecided();
}

std::vector<CopyLoop::TargetEnd> CopyLoop::TargetEnds() const {
  MutexLock lock(&mu_);
  std::vector<TargetEnd> ends;
  for (const auto& [source, entry] : partitions_.entries()) {
    const auto end = entry.partition->target_end();
    if (!end.has_value()) continue;
    ends.push_back({source, entry.partition->target(), *end});
  }
  return ends;
}

void CopyLoop::FillStatus(WorkerStatus* status) const {
  MutexLock lock(&mu_);
  status->set_index(options_.index);
  status->set_records_in_flight(in_flight_);
  partitions_.FillStatus(clock_->Now(), status);
}

}  // namespace mirror::internal
