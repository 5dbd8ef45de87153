// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/copy_loop.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/progress/shard_of.h"

namespace mirror::internal {
namespace {

constexpr absl::Duration kPollTimeout = absl::Milliseconds(20);
// What is acknowledged is committed at a stop, however late it is: the index is
// sent, the progress is sent, and that is answered; then, of a new topic, which
// one it is.
constexpr int kCommitTurns = 5;
constexpr absl::Duration kSweepInterval = absl::Milliseconds(20);
// Settings that were good at Create() are good later, so making a client anew
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
      source_cluster_(source),
      target_cluster_(target),
      clock_(clock),
      sources_(source, options_.source),
      bounds_watch_(options_.partition.delivery.offset_flush_interval),
      dead_letters_(options_.partition.delivery.dead_letter_topic),
      sink_budget_(options_.sink.max_buffered_bytes) {}

CopyLoop::~CopyLoop() {
  // Held batches may point into the source's buffers.
  MutexLock lock(&mu_);
  entries_.clear();
}

absl::Status CopyLoop::MakeSink() {
  absl::StatusOr<std::unique_ptr<RecordSink>> sink =
      target_cluster_->NewSink(options_.sink);
  if (!sink.ok()) return sink.status();
  sink_ = *std::move(sink);
  return absl::OkStatus();
}

absl::Duration CopyLoop::RunOnce() {
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
  bounds_watch_.Look(
      [this](const TopicPartition& source) { return sources_.Bounds(source); });
  std::optional<SourceChanges> changes;
  {
    MutexLock lock(&mu_);
    const absl::Time now = clock_->Now();
    OnAcks(acks, now);
    // What has passed is news when it comes again.
    if (!fetched.batches.empty()) source_status_ = absl::OkStatus();
    if (!acks.empty()) target_status_ = absl::OkStatus();
    NoteCluster(source_cluster_, fetched.cluster_status, &source_status_);
    NoteCluster(target_cluster_, sink_cluster, &target_status_);
    OnFetched(std::move(fetched), now);
    bounds_watch_.Note(by_source_);
    if (!source_state.ok()) sources_lost_ = true;
    if (!sink_state.ok()) {
      OnSinkLost(sink_state, now);
    } else {
      SendHeld(now);
      MoveDeadLetters(now);
    }
    if (sweep_now_ || now - last_sweep_ >= kSweepInterval) changes = Sweep(now);
    for (auto& [partition, cycle] : commits_) {
      BeginCommit(&cycle, cycle.Due(now), now);
    }
    if (sink_ != nullptr) MoveCommits(now);
    bounds_watch_.PlanNext(entries_, now);
    in_flight_ = sink_ == nullptr ? 0 : sink_->in_flight();
  }
  lost_sink_.reset();
  if (changes.has_value()) ChangeSources(*changes);
  DeliverEvents();
  return sources_.open() ? absl::ZeroDuration() : kClientRetry;
}

std::optional<absl::Status> CopyLoop::DrainOnce(absl::Time deadline) {
  if (sink_ == nullptr) return absl::OkStatus();
  std::vector<Ack> acks;
  std::optional<absl::Status> result;
  if (absl::Status status = sink_->Poll(kPollTimeout, &acks); !status.ok()) {
    result = status;
  }
  {
    MutexLock lock(&mu_);
    const absl::Time now = clock_->Now();
    OnAcks(acks, now);
    MoveCommits(now);
    // Not once nothing else is in flight: one partition that is stuck must not
    // keep what the others have copied from being committed.
    const bool rest = CommitRest(now);
    if (!result.has_value() && !rest && sink_->in_flight() == 0) {
      result = absl::OkStatus();
    }
    if (!result.has_value() && ++drain_turns_ > kCommitTurns &&
        now >= deadline) {
      result = absl::DeadlineExceededError(absl::StrCat(
          "flow ", options_.flow, ", loop ", options_.index, ": ",
          sink_->in_flight(), " records are not acknowledged by cluster ",
          target_cluster_->alias(),
          "; what is not committed is copied again at the next start"));
    }
  }
  if (result.has_value()) DeliverEvents();
  return result;
}

bool CopyLoop::CommitRest(absl::Time now) {
  bool rest = false;
  for (auto& [partition, cycle] : commits_) {
    const std::vector<Entry*> uncommitted = cycle.Uncommitted();
    rest |= !uncommitted.empty() || !cycle.idle();
    if (cycle.ready()) BeginCommit(&cycle, uncommitted, now, /*last=*/true);
  }
  MoveCommits(now);
  return rest;
}

CommitCycle* CopyLoop::CycleFor(const TopicPartition& source) {
  const int32_t partition = ShardOf(source, index_partitions_);
  CommitCycleOptions options;
  options.writer = {options_.partition.source_alias,
                    options_.partition.target_alias,
                    options_.offset_storage_topic,
                    options_.index_topic,
                    progress_partitions_,
                    partition};
  options.interval = options_.partition.delivery.offset_flush_interval;
  options.max_bytes =
      options_.partition.delivery.offset_flush_bytes / index_partitions_;
  return &commits_
              .try_emplace(partition, std::move(options), options_.store,
                           clock_)
              .first->second;
}

CommitCycle* CopyLoop::CycleOf(const Ack& ack) {
  if (ack.target.topic != options_.index_topic &&
      ack.target.topic != options_.offset_storage_topic) {
    return nullptr;
  }
  const auto cycle =
      commits_.find(CommitWriter::WriterOf(ack, options_.index_topic));
  return cycle == commits_.end() ? nullptr : &cycle->second;
}

void CopyLoop::OnFetched(Fetched fetched, absl::Time now) {
  for (std::unique_ptr<RecordBatch>& batch : fetched.batches) {
    Entry* entry = Find(batch->topic_partition());
    if (entry == nullptr) continue;
    entry->NoteRead(batch->last_offset() + 1);
    if (!entry->bounds.has_value() && entry->new_stretch && entry->assigned) {
      entry->bounds = sources_.Bounds(entry->partition->source());
    }
    entry->partition->OnBatch(std::move(batch), now);
    if (!entry->holding && entry->partition->HasHeld()) {
      entry->holding = true;
      holding_.push_back(entry);
    }
    if (!entry->partition->WantsToRead()) sweep_now_ = true;
  }
  for (const PartitionEvent& event : fetched.events) {
    Entry* entry = Find(event.topic_partition);
    if (entry == nullptr) continue;
    entry->partition->OnEvent(event, now);
    if (event.kind == PartitionEvent::Kind::kError) {
      sweep_now_ = true;
    } else {
      entry->NoteEnd(event.offset);
    }
    TakeEvents(entry);
  }
}

void CopyLoop::OnAcks(const std::vector<Ack>& acks, absl::Time now) {
  // Those of one partition come together.
  Entry* entry = nullptr;
  std::vector<CopiedRange> copied;
  for (const Ack& ack : acks) {
    if (CommitCycle* const cycle = CycleOf(ack)) {
      cycle->OnAck(ack);
      continue;
    }
    if (dead_letters_.Owns(ack)) {
      dead_letters_.OnAck(ack);
      continue;
    }
    const auto it = by_target_.find(ack.target);
    if (it == by_target_.end()) continue;
    if (it->second != entry && entry != nullptr) {
      OnCopied(entry, copied);
      copied.clear();
    }
    entry = it->second;
    Touch(entry);
    const int64_t bytes = entry->partition->in_flight_bytes();
    const bool counts = entry->partition->OnAck(ack, now);
    if (const auto change = entry->partition->TakeTargetChange()) {
      OnCopied(entry, copied);
      copied.clear();
      HandleTargetChange(entry, *change);
    }
    if (counts) {
      copied.push_back({ack.first, ack.base, ack.count});
      entry->commits->OnAcked(entry, ack.count,
                              bytes - entry->partition->in_flight_bytes(), now);
    } else {
      // Before what is skipped behind it.
      OnCopied(entry, copied);
      copied.clear();
      sweep_now_ = true;
    }
    sink_budget_.Note(entry->partition->sink_bytes(), &entry->sink_bytes);
    TakeEvents(entry);
    TakeDeadLetter(entry, now);
  }
  if (entry != nullptr) OnCopied(entry, copied);
}

void CopyLoop::OnCopied(Entry* entry, const std::vector<CopiedRange>& copied) {
  if (copied.empty()) return;
  const TopicPartition& source = entry->partition->source();
  if (entry->new_stretch) CheckFirstCopy(entry, copied.front().downstream);
  // As long as nobody has decided, a restart must find it out again.
  if (entry->partition->copies_are_lost()) return;
  UpstreamOffset source_end = OffsetRuns::kNoEnd;
  if (std::exchange(entry->new_stretch, false)) {
    entry->index_is_void = false;
    if (entry->bounds.has_value()) {
      source_end = std::max(entry->bounds->end, entry->read_end);
    }
  }
  options_.store->Append(source, copied, source_end);
  if (!options_.on_copied) return;
  for (const CopiedRange& range : copied) {
    options_.on_copied(source, range.upstream, range.downstream, range.count);
  }
}

void CopyLoop::BeginStretch(Entry* entry,
                            const PartitionReplicator::Stretch& stretch) {
  const PartitionReplicator& partition = *entry->partition;
  TakeEvents(entry);  // what was skipped belongs to what is left behind
  entry->new_stretch = true;
  if (stretch.anew) {
    options_.store->StartOver(partition.source());
    entry->starts_over = true;
  }
  if (partition.target_log().has_value() && !entry->target_log_is_void) {
    options_.store->Begin(partition.source(), stretch.first,
                          *partition.target_log());
  }
  options_.store->Resume(partition.source(), stretch.first,
                         UnindexedCopies::kPossible);
}

void CopyLoop::SendHeld(absl::Time now) {
  using Result = PartitionReplicator::SendResult;
  blocked_ = sources_lost_;
  bool is_full = sources_lost_;
  int64_t slow_bytes = 0;
  auto still_holding = holding_.begin();
  for (Entry* entry : holding_) {
    Result result = Result::kBlocked;
    if (!is_full) result = SendOne(entry, now);
    const int64_t held = entry->partition->held_bytes();
    if (result == Result::kWaits) {
      slow_bytes += held;
      if (slow_bytes > SlowShare()) entry->partition->Choke();
      if (!entry->partition->WantsToRead()) sweep_now_ |= entry->assigned;
    }
    is_full |= result == Result::kBlocked;
    blocked_ |=
        is_full || result == Result::kAtLimit || result == Result::kLookingUp;
    if (entry->partition->HasHeld()) {
      *still_holding++ = entry;
    } else {
      entry->holding = false;
    }
  }
  holding_.erase(still_holding, holding_.end());
}

PartitionReplicator::SendResult CopyLoop::SendOne(Entry* entry,
                                                  absl::Time now) {
  PartitionReplicator& partition = *entry->partition;
  const bool crowded = overdue_bytes_ >= SlowShare();
  const auto result = partition.Send(
      sink_.get(), now, sink_budget_.Share(entries_.size(), crowded));
  sink_budget_.Note(partition.sink_bytes(), &entry->sink_bytes);
  if (partition.TakeLimitsDoubt()) {
    doubted_limits_.insert(partition.target().topic);
  }
  TakeEvents(entry);
  TakeDeadLetter(entry, now);
  Touch(entry);
  return result;
}

void CopyLoop::ClearHolding() {
  for (Entry* entry : holding_) entry->holding = false;
  holding_.clear();
}

void CopyLoop::TakeDeadLetter(Entry* entry, absl::Time now) {
  std::optional<Record> letter = entry->partition->TakeDeadLetter();
  if (!letter.has_value()) return;
  dead_letter_of_[dead_letters_.Add(0, {*std::move(letter)}, now)] = entry;
}

void CopyLoop::MoveDeadLetters(absl::Time now) {
  dead_letters_.Send(sink_.get(), now);
  for (const TopicQueue::Outcome& outcome : dead_letters_.TakeOutcomes()) {
    for (int64_t id = outcome.first; id < outcome.first + outcome.count; ++id) {
      const auto letter = dead_letter_of_.find(id);
      if (letter == dead_letter_of_.end()) continue;
      letter->second->partition->OnDeadLettered(outcome.status, now);
      Touch(letter->second);
      TakeEvents(letter->second);
      dead_letter_of_.erase(letter);
    }
    sweep_now_ = true;
  }
}

SourceChanges CopyLoop::Sweep(absl::Time now) {
  last_sweep_ = now;
  sweep_now_ = false;
  overdue_bytes_ = 0;
  SourceChanges changes;
  LeaveClients(now, &changes);
  for (Entry* entry : std::exchange(touched_, {})) {
    entry->touched = false;
    SweepEntry(entry, now, &changes);
  }
  LetGo();
  return changes;
}

void CopyLoop::SweepEntry(Entry* entry, absl::Time now,
                          SourceChanges* changes) {
  PartitionReplicator* const partition = entry->partition.get();
  const TopicPartition& source = partition->source();
  if (entry->assigned && !partition->WantsToRead()) {
    changes->unassign.push_back(source);
    entry->assigned = false;
  }
  partition->Tick(now);
  overdue_bytes_ += partition->OverdueBytes(now);
  if (partition->state() != PARTITION_STOPPED) {
    const auto change = partition->TakeTargetChange();
    if (change.has_value()) HandleTargetChange(entry, *change);
  }
  if (const auto stretch = partition->TakeStretch()) {
    BeginStretch(entry, *stretch);
  }
  if (!entry->assigned && partition->WantsToRead()) {
    changes->assign.push_back(partition->next());
    entry->assigned = true;
  }
  TakeEvents(entry);
  if (partition->NeedsBounds()) {
    resolving_.insert(source);
  } else {
    resolving_.erase(source);
  }
  if (partition->WaitsForTime() ||
      entry->assigned != partition->WantsToRead()) {
    Touch(entry);
  }
}

void CopyLoop::Touch(Entry* entry) {
  if (!std::exchange(entry->touched, true)) touched_.push_back(entry);
}

void CopyLoop::TouchAll() {
  for (auto& [source, entry] : entries_) Touch(&entry);
}

void CopyLoop::LeaveClients(absl::Time now, SourceChanges* changes) {
  if (std::exchange(sources_lost_, false)) sources_.Lost();
  for (const std::string& topic : std::exchange(recreated_topics_, {})) {
    sources_.Recreated(topic);
  }
  sources_.EndIdle(now);
  if (!sources_.changing()) return;
  // Nothing may point into the old client's buffers. What is in flight does
  // not, as the sink has a copy; and it may be in flight forever.
  for (auto& [source, entry] : entries_) {
    if (!sources_.LosesClient(source)) continue;
    entry.partition->ForgetHeld();
    if (std::exchange(entry.assigned, false)) {
      changes->unassign.push_back(source);
    }
    Touch(&entry);
  }
  holding_.erase(std::remove_if(holding_.begin(), holding_.end(),
                                [](Entry* entry) {
                                  entry->holding = entry->partition->HasHeld();
                                  return !entry->holding;
                                }),
                 holding_.end());
}

void CopyLoop::ChangeSources(const SourceChanges& changes) {
  // Nothing is read between the sweep and this, so no record of a partition
  // that was unassigned there can come in between.
  const absl::Status status = sources_.Apply(changes);
  if (status.ok()) return;
  MutexLock lock(&mu_);
  ReportCluster(LogLevel::kError, *source_cluster_, status,
                absl::StrCat("assigning partitions: ", status.ToString()));
  sources_lost_ = true;
  sweep_now_ = true;
}

void CopyLoop::BeginCommit(CommitCycle* cycle,
                           const std::vector<Entry*>& entries, absl::Time now,
                           bool last) {
  if (entries.empty()) return;
  for (Entry* entry : entries) {
    // The control thread may have taken the partition over a gap since the last
    // sweep, or the loop has ended.
    TakeEvents(entry);
  }
  cycle->Begin(entries, now, last);
}

void CopyLoop::MoveCommits(absl::Time now) {
  for (auto& [partition, cycle] : commits_) {
    cycle.Step(sink_.get(), now);
    for (const absl::Status& error : cycle.TakeErrors()) {
      events_.push_back(EngineEvent(EngineEvent::Kind::kClusterTrouble,
                                    LogLevel::kWarning, options_.flow,
                                    std::string(error.message()))
                            .WithCause(error));
    }
  }
}

void CopyLoop::OnSinkLost(const absl::Status& status, absl::Time now) {
  ReportCluster(LogLevel::kError, *target_cluster_, status,
                absl::StrCat("the producer is beyond use and is replaced: ",
                             status.message()));
  for (auto& [partition, cycle] : commits_) cycle.OnSinkLost();
  dead_letters_.Clear();
  dead_letter_of_.clear();
  for (auto& [source, entry] : entries_) {
    entry.partition->OnSinkLost(now);
    sink_budget_.Note(entry.partition->sink_bytes(), &entry.sink_bytes);
  }
  ClearHolding();
  TouchAll();
  lost_sink_ = std::move(sink_);
  sweep_now_ = true;
}

void CopyLoop::NoteCluster(Cluster* cluster, const absl::Status& status,
                           absl::Status* last) {
  if (status.ok() || status == *last) return;
  *last = status;
  // Wrong credentials need somebody to act; an outage may end by itself.
  ReportCluster(
      absl::IsUnauthenticated(status) ? LogLevel::kError : LogLevel::kWarning,
      *cluster, status, std::string(status.message()));
}

CopyLoop::Entry* CopyLoop::Find(const TopicPartition& source) {
  const auto it = by_source_.find(source);
  if (it == by_source_.end()) return nullptr;
  Touch(it->second);
  return it->second;
}

void CopyLoop::TakeEvents(Entry* entry) {
  for (SkippedRange& range : entry->partition->TakeSkipped()) {
    const TopicPartition& source = entry->partition->source();
    // Nothing of it will be copied, so positions in it are exact.
    if (range.reason == SkipReason::kSourceLost ||
        range.reason == SkipReason::kRefused ||
        range.reason == SkipReason::kDeadLettered) {
      options_.store->Pass(source, range.end);
    }
    options_.store->Skip(source, std::move(range));
  }
  for (EngineEvent& event : entry->partition->TakeEvents()) {
    event.flow = options_.flow;
    events_.push_back(std::move(event));
  }
}

void CopyLoop::ReportCluster(LogLevel level, const Cluster& cluster,
                             const absl::Status& cause, std::string message) {
  events_.push_back(EngineEvent(EngineEvent::Kind::kClusterTrouble, level,
                                options_.flow, std::move(message))
                        .WithCluster(cluster.alias())
                        .WithCause(cause));
}

void CopyLoop::DeliverEvents() {
  std::vector<EngineEvent> events;
  {
    MutexLock lock(&mu_);
    events.swap(events_);
  }
  if (!options_.on_event) return;
  for (EngineEvent& event : events) options_.on_event(std::move(event));
}

}  // namespace mirror::internal
