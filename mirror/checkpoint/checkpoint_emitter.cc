// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/checkpoint_emitter.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"

namespace mirror {
namespace {

constexpr absl::Duration kRetry = absl::Seconds(5);

std::string NotRead(const absl::Status& status) {
  return absl::StrCat(status.message(),
                      absl::IsPermissionDenied(status)
                          ? "; allow DESCRIBE on the group on the source"
                          : "",
                      "; its checkpoints stay as they are");
}

}  // namespace

absl::StatusOr<std::unique_ptr<CheckpointEmitter>> CheckpointEmitter::Create(
    Cluster* source, Cluster* target, CheckpointEmitterOptions options,
    const OffsetSyncStore* offsets, Clock* clock) {
  std::unique_ptr<CheckpointEmitter> emitter(new CheckpointEmitter(
      *source, *target, std::move(options), offsets, clock));
  const CheckpointEmitterOptions& kept = emitter->options_;
  auto groups =
      internal::SourceGroups::Create(source, kept.client_id, kept.groups);
  if (!groups.ok()) return groups.status();
  emitter->groups_ = *std::move(groups);
  auto topics = source->NewAdmin(kept.client_id);
  if (!topics.ok()) return topics.status();
  emitter->topics_admin_ = *std::move(topics);
  auto logs = internal::TargetLogs::Create(target, kept.client_id,
                                           &emitter->translator_);
  if (!logs.ok()) return logs.status();
  emitter->logs_ = *std::move(logs);
  auto topic = internal::CheckpointTopic::Create(
      target, kept.policy->CheckpointsTopic(source->alias()),
      kept.checkpoints.replication_factor, kept.client_id, clock);
  if (!topic.ok()) return topic.status();
  emitter->topic_ = *std::move(topic);
  return emitter;
}

CheckpointEmitter::CheckpointEmitter(const Cluster& source,
                                     const Cluster& target,
                                     CheckpointEmitterOptions options,
                                     const OffsetSyncStore* offsets,
                                     Clock* clock)
    : flow_(absl::StrCat(source.alias(), "->", target.alias())),
      target_alias_(target.alias()),
      options_(std::move(options)),
      translator_(source.alias(), target.alias(), options_.policy,
                  options_.topics, offsets),
      clock_(clock),
      intervals_(options_.checkpoints),
      owned_(options_.owns, &translator_),
      problems_(flow_),
      owned_and_read_(owned_) {}

void CheckpointEmitter::Cancel() {
  cancelled_ = true;
  groups_->Cancel();
  topics_admin_->Cancel();
  logs_->Cancel();
  topic_->Cancel();
}

absl::Status CheckpointEmitter::RunOnce() {
  if (cancelled_) return absl::CancelledError("stopped");
  const absl::Time now = clock_->Now();
  if (all_due_.exchange(false)) next_refresh_ = next_round_ = now;
  absl::Status status = Turn(now);
  if (absl::IsCancelled(status)) return status;
  if (!status.ok()) {
    const absl::Duration retry = std::min(kRetry, intervals_.Get().interval);
    next_refresh_ = std::max(next_refresh_, now + retry);
    next_round_ = now + retry;
    status = absl::Status(
        status.code(),
        absl::StrCat(status.message(), "; checkpoints are written again in ",
                     absl::FormatDuration(retry)));
  }
  {
    MutexLock lock(&mu_);
    status_ = status;
  }
  TellEvents();
  return status;
}

absl::Duration CheckpointEmitter::TimeToNextTurn() const {
  return std::max(std::min(next_refresh_, next_round_) - clock_->Now(),
                  absl::ZeroDuration());
}

absl::Status CheckpointEmitter::Turn(absl::Time now) {
  const bool all = now >= next_round_;
  owned_ = internal::OwnedPartitions(options_.owns, &translator_);
  // First what the target knows, which helps also without the source.
  if (all || topic_->HasSettled()) {
    if (absl::Status status = ReadOwned(); !status.ok()) return status;
    if (absl::Status status = topic_->WriteSettled(clock_->WallTime());
        !status.ok()) {
      return status;
    }
    if (absl::Status status = DeleteForgotten(clock_->WallTime());
        !status.ok()) {
      return status;
    }
  }
  const bool ready = !options_.source_is_ready || options_.source_is_ready();
  absl::Status source =
      ready ? absl::OkStatus() : absl::UnavailableError("not ready");
  if (now >= next_refresh_) {
    if (ready) source = groups_->List();
    next_refresh_ = now + intervals_.Get().refresh_groups_interval;
  }
  if (all) {
    const absl::Status status = RoundOfAll(now, source);
    return ready ? status : absl::OkStatus();
  }
  if (!source.ok()) return ready ? source : absl::OkStatus();
  const std::vector<std::string> groups = groups_->New();
  if (groups.empty()) return absl::OkStatus();
  if (absl::Status status = ReadOwned(); !status.ok()) return status;
  return Round(groups, source);
}

absl::Status CheckpointEmitter::RoundOfAll(absl::Time now,
                                           const absl::Status& source) {
  const std::vector<std::string> groups = groups_->All(topic_->Groups());
  ForgetAllBut(groups);
  next_round_ = now + std::min(kRetry, intervals_.Get().interval);
  if (absl::Status status = Round(groups, source); !status.ok()) return status;
  next_round_ = now + intervals_.Get().interval;
  MutexLock lock(&mu_);
  last_round_ = clock_->Now() - now;
  return absl::OkStatus();
}

absl::Status CheckpointEmitter::ReadTopic() {
  const int64_t before = topic_->counts().unreadable;
  const absl::Status status = topic_->Read();
  const int64_t unreadable = topic_->counts().unreadable - before;
  if (unreadable == 0) return status;
  events_.push_back(
      EngineEvent(EngineEvent::Kind::kTopicProblem, LogLevel::kWarning, flow_,
                  absl::StrCat(unreadable,
                               " records are no checkpoints and were passed "
                               "over; nothing but mirrors should write there"))
          .WithTopic(topic_->name())
          .WithCluster(target_alias_));
  return status;
}

absl::Status CheckpointEmitter::ReadOwned() {
  if (options_.owns == nullptr) return ReadTopic();
  owned_.Ask(topic_->Partitions());
  do {
    if (absl::Status status = ReadTopic(); !status.ok()) return status;
  } while (owned_.Ask(topic_->Partitions()));
  topic_->ForgetAllBut(owned_);
  MutexLock lock(&mu_);
  owned_and_read_ = owned_;
  return absl::OkStatus();
}

void CheckpointEmitter::ForgetAllBut(const std::vector<std::string>& groups) {
  const std::set<std::string> kept(groups.begin(), groups.end());
  MutexLock lock(&mu_);
  problems_.ForgetAllBut(kept);
  for (auto it = watched_.begin(); it != watched_.end();) {
    it = kept.count(it->first) == 0 ? watched_.erase(it) : std::next(it);
  }
}

absl::Status CheckpointEmitter::Round(const std::vector<std::string>& groups,
                                      absl::Status source) {
  const absl::Time when = clock_->WallTime();
  Translations translations;
  absl::Status status;
  if (source.ok()) {
    const auto offsets = groups_->Offsets(groups);
    source = offsets.status();
    if (absl::IsCancelled(source)) return source;
    if (source.ok()) status = Translate(groups, *offsets, &translations);
  }
  if (status.ok()) status = LookAtTarget(groups, translations);
  if (status.ok()) status = CorrectStale(groups, when);
  if (!status.ok()) return status;
  if (!source.ok()) return source;
  return WriteNews(groups, translations, when);
}

absl::Status CheckpointEmitter::Translate(
    const std::vector<std::string>& groups,
    const std::vector<absl::StatusOr<GroupOffsets>>& offsets,
    Translations* translations) {
  bool is_new = false;
  for (const auto& answer : offsets) {
    if (answer.ok()) is_new |= owned_.AskOffsets(*answer);
  }
  if (is_new) {
    if (absl::Status status = ReadOwned(); !status.ok()) return status;
  }
  for (size_t i = 0; i < groups.size(); ++i) {
    if (!offsets[i].ok()) {
      translations->emplace(groups[i], offsets[i].status());
      continue;
    }
    std::vector<internal::TranslatedCheckpoint> positions;
    for (const auto& [source, offset] : *offsets[i]) {
      auto next = translator_.Translate(groups[i], source, offset);
      if (!next.has_value()) continue;
      if (!owned_.Has(next->checkpoint.topic_partition)) continue;
      positions.push_back(*std::move(next));
    }
    translations->emplace(groups[i], std::move(positions));
  }
  return absl::OkStatus();
}

absl::Status CheckpointEmitter::LookAtTarget(
    const std::vector<std::string>& groups, const Translations& translations) {
  std::set<TopicPartition> targets;
  for (const std::string& group : groups) {
    for (const auto& [tp, checkpoint] :
         owned_.Of(topic_->Of(group).checkpoints)) {
      targets.insert(tp);
    }
  }
  for (const auto& [group, positions] : translations) {
    if (!positions.ok()) continue;
    for (const internal::TranslatedCheckpoint& next : *positions) {
      if (next.exactness == Exactness::kUnknown) continue;
      targets.insert(next.checkpoint.topic_partition);
    }
  }
  return logs_->Look(targets);
}

absl::Status CheckpointEmitter::CorrectStale(
    const std::vector<std::string>& groups, absl::Time when) {
  std::vector<internal::CheckpointUpdate> updates;
  std::map<std::string, int64_t> corrected;  // by topic
  absl::Status status;
  for (const std::string& group : groups) {
    for (const auto& [tp, checkpoint] :
         owned_.Of(topic_->Of(group).checkpoints)) {
      if (logs_->Judge(checkpoint) != internal::TargetLogs::Verdict::kStale)
        continue;
      auto update = CorrectionOf(checkpoint);
      status.Update(update.status());
      if (!update.ok()) continue;
      updates.push_back(*std::move(update));
      ++corrected[tp.topic];
    }
  }
  absl::Status written = topic_->Write(std::move(updates), when);
  if (!written.ok()) return written;
  ReportStale(corrected);
  return status;
}

absl::StatusOr<internal::CheckpointUpdate> CheckpointEmitter::CorrectionOf(
    const internal::Checkpoint& stale) {
  const TopicPartition& tp = stale.topic_partition;
  absl::StatusOr<std::optional<internal::TranslatedCheckpoint>> next =
      logs_->Correct(stale);
  if (!next.ok()) return next.status();
  // Without group offset sync no commit on the target is of our making.
  std::optional<DownstreamOffset> stale_through;
  if (options_.checkpoints.sync_group_offsets) {
    stale_through = std::max(topic_->StaleThrough(stale.group, tp),
                             std::optional(stale.downstream));
  }
  if (!next->has_value()) {
    return internal::CheckpointUpdate::Delete({stale.group, tp}, stale_through);
  }
  (*next)->checkpoint.stale_through = stale_through;
  return internal::CheckpointUpdate::Correct(**std::move(next));
}

void CheckpointEmitter::ReportStale(
    const std::map<std::string, int64_t>& corrected) {
  for (const auto& [topic, count] : corrected) {
    events_.push_back(
        EngineEvent(
            EngineEvent::Kind::kTargetChanged, LogLevel::kWarning, flow_,
            absl::StrCat(
                count, " checkpoints of topic ", topic, " on cluster ",
                target_alias_,
                " pointed into a log that is gone, since the topic was "
                "deleted or truncated; they are corrected, or withdrawn "
                "where nothing tells the new position"))
            .WithTopic(topic)
            .WithCluster(target_alias_));
  }
}

absl::Status CheckpointEmitter::WriteNews(
    const std::vector<std::string>& groups, const Translations& translations,
    absl::Time when) {
  std::vector<internal::CheckpointUpdate> updates;
  std::vector<internal::CheckpointKey> gone;
  for (const auto& [group, positions] : translations) {
    const std::string reason = positions.ok()
                                   ? Compare(group, *positions, &updates, &gone)
                                   : NotRead(positions.status());
    MutexLock lock(&mu_);
    problems_.Note(group, reason, "its offsets are translated again");
  }
  const absl::Status listed = AddDeletions(gone, &updates);
  const absl::Status written = topic_->Write(std::move(updates), when);
  if (!written.ok()) return written;
  groups_->NoteSeen(groups);
  return listed;
}

std::string CheckpointEmitter::Compare(
    const std::string& group,
    const std::vector<internal::TranslatedCheckpoint>& positions,
    std::vector<internal::CheckpointUpdate>* updates,
    std::vector<internal::CheckpointKey>* gone) {
  std::string problem;
  int64_t untranslated = 0;
  std::set<TopicPartition> standing;
  for (const internal::TranslatedCheckpoint& position : positions) {
    const TopicPartition& tp = position.checkpoint.topic_partition;
    standing.insert(tp);
    if (position.exactness == Exactness::kUnknown ||
        logs_->Judge(position.checkpoint) !=
            internal::TargetLogs::Verdict::kHolds) {
      ++untranslated;
      continue;
    }
    internal::TranslatedCheckpoint next = position;
    next.checkpoint.stale_through = topic_->StaleThrough(group, tp);
    if (!topic_->ShouldEmit(next)) continue;
    auto update = internal::CheckpointUpdate::Write(std::move(next));
    if (update.ok()) {
      updates->push_back(*std::move(update));
    } else {
      problem = absl::StrCat("no checkpoint can hold its offset, as ",
                             tp.ToString(), ": ", update.status().message());
    }
  }
  for (const auto& [target, checkpoint] :
       owned_.Of(topic_->Of(group).checkpoints)) {
    if (standing.count(target) == 0) gone->push_back({group, target});
  }
  MutexLock lock(&mu_);
  if (standing.empty()) {
    watched_.erase(group);
  } else {
    watched_[group] = untranslated;
  }
  return problem;
}

void CheckpointEmitter::ForgetTopic(const std::string& source_topic) {
  MutexLock lock(&mu_);
  forgotten_.insert(translator_.TargetTopic(source_topic));
}

absl::Status CheckpointEmitter::DeleteForgotten(absl::Time when) {
  std::set<std::string> topics;
  {
    MutexLock lock(&mu_);
    topics = forgotten_;
  }
  if (topics.empty()) return absl::OkStatus();
  std::vector<internal::CheckpointUpdate> updates;
  for (const std::string& group : topic_->Groups()) {
    if (!groups_->Takes(group)) continue;
    for (const auto& [target, checkpoint] :
         owned_.Of(topic_->Of(group).checkpoints)) {
      if (topics.count(target.topic) == 0) continue;
      updates.push_back(internal::CheckpointUpdate::Delete({group, target}));
    }
  }
  absl::Status status = topic_->Write(std::move(updates), when);
  if (!status.ok()) return status;
  MutexLock lock(&mu_);
  for (const std::string& topic : topics) forgotten_.erase(topic);
  return status;
}

absl::Status CheckpointEmitter::AddDeletions(
    const std::vector<internal::CheckpointKey>& gone,
    std::vector<internal::CheckpointUpdate>* updates) {
  if (gone.empty()) return absl::OkStatus();
  // Brokers do not tell of positions in topics that are gone or forbidden: then
  // the position is not gone, only unknown.
  const auto topics = topics_admin_->ListTopics();
  if (!topics.ok()) return topics.status();
  std::map<std::string, int32_t> partitions;
  for (const TopicDescription& topic : *topics) {
    if (!translator_.Accepts(topic.name)) continue;
    partitions[translator_.TargetTopic(topic.name)] = topic.partitions;
  }
  for (const internal::CheckpointKey& key : gone) {
    const auto topic = partitions.find(key.topic_partition.topic);
    if (topic != partitions.end() &&
        key.topic_partition.partition < topic->second) {
      updates->push_back(internal::CheckpointUpdate::Delete(key));
    }
  }
  return absl::OkStatus();
}

void CheckpointEmitter::TellEvents() {
  std::vector<EngineEvent> events = std::exchange(events_, {});
  {
    MutexLock lock(&mu_);
    const std::vector<EngineEvent> changes = problems_.TakeEvents();
    events.insert(events.end(), changes.begin(), changes.end());
  }
  if (options_.on_event == nullptr) return;
  for (EngineEvent& event : events) options_.on_event(std::move(event));
}

std::map<std::string, internal::CheckpointedGroup>
CheckpointEmitter::Positions() const {
  internal::OwnedPartitions owned(nullptr, &translator_);
  {
    MutexLock lock(&mu_);
    owned = owned_and_read_;
  }
  owned = owned.AskAgain();
  std::map<std::string, internal::CheckpointedGroup> result;
  for (const std::string& group : topic_->Groups()) {
    if (!groups_->Takes(group)) continue;
    internal::CheckpointedGroup positions = topic_->Of(group);
    positions.checkpoints = owned.Of(std::move(positions.checkpoints));
    if (!positions.checkpoints.empty()) {
      result.emplace(group, std::move(positions));
    }
  }
  return result;
}

void CheckpointEmitter::FillStatus(CheckpointStatus* status) const {
  const internal::CheckpointTopic::Counts counts = topic_->counts();
  status->set_emitted(counts.emitted);
  status->set_deleted(counts.deleted);
  status->set_unreadable_records(counts.unreadable);
  MutexLock lock(&mu_);
  status->set_groups(static_cast<int64_t>(watched_.size()));
  int64_t untranslated = 0;
  for (const auto& [group, partitions] : watched_) untranslated += partitions;
  status->set_untranslated_partitions(untranslated);
  status->set_last_round_ms(absl::ToInt64Milliseconds(last_round_));
  status->set_reason(std::string(status_.message()));
  problems_.FillStatus(status);
}

}  // namespace mirror
