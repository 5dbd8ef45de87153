// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/checkpoint_emitter.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/cluster/errors.h"
#include "mirror/model/murmur2.h"

namespace mirror {
namespace {

constexpr absl::Duration kRetry = absl::Seconds(5);
constexpr int kShownProblems = 100;

// Whether no group can be asked at all, and why.
absl::Status Outage(const std::vector<absl::StatusOr<GroupOffsets>>& answers) {
  if (answers.empty()) return absl::OkStatus();
  for (const auto& answer : answers) {
    if (answer.ok()) return absl::OkStatus();
  }
  const absl::Status& first = answers.front().status();
  return IsRetriable(first) || absl::IsCancelled(first) ? first
                                                        : absl::OkStatus();
}

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
  absl::StatusOr<std::unique_ptr<GroupAdmin>> groups =
      source->NewGroupAdmin(kept.client_id);
  if (!groups.ok()) return groups.status();
  emitter->groups_admin_ = *std::move(groups);
  absl::StatusOr<std::unique_ptr<ClusterAdmin>> topics =
      source->NewAdmin(kept.client_id);
  if (!topics.ok()) return topics.status();
  emitter->topics_admin_ = *std::move(topics);
  absl::StatusOr<std::unique_ptr<CheckpointTopic>> topic =
      CheckpointTopic::Create(
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
      options_(std::move(options)),
      translator_(source.alias(), target.alias(), options_.policy,
                  options_.topics, offsets),
      clock_(clock),
      problems_(flow_) {}

void CheckpointEmitter::Cancel() {
  cancelled_ = true;
  groups_admin_->Cancel();
  topics_admin_->Cancel();
  topic_->Cancel();
}

absl::Status CheckpointEmitter::RunOnce() {
  if (cancelled_) return absl::CancelledError("stopped");
  const absl::Time now = clock_->Now();
  absl::Status status = Turn(now);
  if (absl::IsCancelled(status)) return status;
  if (!status.ok()) {
    const absl::Duration retry =
        std::min(kRetry, options_.checkpoints.interval);
    next_refresh_ = std::max(next_refresh_, now + retry);
    next_round_ = now + retry;
    status = absl::Status(
        status.code(),
        absl::StrCat(status.message(), "; checkpoints are tried again in ",
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
  // First what the target knows, which helps also without the source.
  if (all) {
    if (absl::Status status = ReadTopic(); !status.ok()) return status;
  }
  if (now >= next_refresh_) {
    if (absl::Status status = ListGroups(); !status.ok()) return status;
    next_refresh_ = now + options_.checkpoints.refresh_groups_interval;
  }
  if (all) return RoundOfAll(now);
  const std::vector<std::string> groups = NewGroups();
  if (groups.empty()) return absl::OkStatus();
  if (absl::Status status = ReadTopic(); !status.ok()) return status;
  return Round(groups);
}

absl::Status CheckpointEmitter::RoundOfAll(absl::Time now) {
  const std::vector<std::string> groups = AllGroups();
  ForgetAllBut(groups);
  if (absl::Status status = Round(groups); !status.ok()) return status;
  next_round_ = now + options_.checkpoints.interval;
  MutexLock lock(&mu_);
  last_round_ = clock_->Now() - now;
  return absl::OkStatus();
}

absl::Status CheckpointEmitter::ListGroups() {
  const auto groups = groups_admin_->ListGroups();
  if (!groups.ok()) return groups.status();
  listed_.clear();
  for (const std::string& group : *groups) {
    if (options_.groups->ShouldReplicateGroup(group)) listed_.insert(group);
  }
  // A group that comes back is a new one.
  for (auto it = seen_.begin(); it != seen_.end();) {
    it = listed_.count(*it) == 0 ? seen_.erase(it) : std::next(it);
  }
  return absl::OkStatus();
}

absl::Status CheckpointEmitter::ReadTopic() {
  const int64_t before = topic_->counts().unreadable;
  const absl::Status status = topic_->Read();
  const int64_t unreadable = topic_->counts().unreadable - before;
  if (unreadable == 0) return status;
  EngineEvent event;
  event.kind = EngineEvent::Kind::kTopicProblem;
  event.level = LogLevel::kWarning;
  event.flow = flow_;
  event.subject = topic_->name();
  event.message = absl::StrCat(
      unreadable,
      " records are no checkpoints and were passed over; nothing but mirrors "
      "should write there");
  events_.push_back(std::move(event));
  return status;
}

bool CheckpointEmitter::TakesCareOf(const std::string& group) const {
  return options_.groups->ShouldReplicateGroup(group) &&
         (options_.owns == nullptr ||
          options_.owns(PartitionForKey(group, options_.shards)));
}

std::vector<std::string> CheckpointEmitter::AllGroups() const {
  std::set<std::string> groups = listed_;
  for (std::string& group : topic_->Groups()) groups.insert(std::move(group));
  std::vector<std::string> result;
  std::copy_if(groups.begin(), groups.end(), std::back_inserter(result),
               [this](const std::string& group) { return TakesCareOf(group); });
  return result;
}

std::vector<std::string> CheckpointEmitter::NewGroups() const {
  std::vector<std::string> result;
  for (const std::string& group : listed_) {
    if (seen_.count(group) == 0 && TakesCareOf(group)) result.push_back(group);
  }
  return result;
}

void CheckpointEmitter::ForgetAllBut(const std::vector<std::string>& groups) {
  const std::set<std::string> kept(groups.begin(), groups.end());
  MutexLock lock(&mu_);
  problems_.ForgetAllBut(kept);
  for (auto it = watched_.begin(); it != watched_.end();) {
    it = kept.count(it->first) == 0 ? watched_.erase(it) : std::next(it);
  }
}

absl::Status CheckpointEmitter::Round(const std::vector<std::string>& groups) {
  const absl::Time when = clock_->WallTime();
  const auto offsets = groups_admin_->ListGroupOffsets(groups);
  if (absl::Status status = Outage(offsets); !status.ok()) return status;
  std::vector<CheckpointUpdate> updates;
  std::vector<CheckpointKey> gone;
  for (size_t i = 0; i < groups.size(); ++i) {
    const std::string reason =
        offsets[i].ok() ? Compare(groups[i], *offsets[i], &updates, &gone)
                        : NotRead(offsets[i].status());
    MutexLock lock(&mu_);
    problems_.Note(groups[i], reason, "its offsets are translated again");
  }
  const absl::Status listed = AddDeletions(gone, &updates);
  const absl::Status written = topic_->Write(std::move(updates), when);
  if (!written.ok()) return written;
  seen_.insert(groups.begin(), groups.end());
  return listed;
}

std::string CheckpointEmitter::Compare(const std::string& group,
                                       const GroupOffsets& offsets,
                                       std::vector<CheckpointUpdate>* updates,
                                       std::vector<CheckpointKey>* gone) {
  std::string trouble;
  int64_t untranslated = 0;
  std::set<TopicPartition> standing;
  for (const auto& [source, offset] : offsets) {
    auto next = translator_.Translate(group, source, offset);
    if (!next.has_value()) continue;
    standing.insert(next->checkpoint.topic_partition);
    if (next->exactness == Exactness::kUnknown) {
      ++untranslated;
      continue;
    }
    if (!topic_->ShouldEmit(*next)) continue;
    auto update = CheckpointUpdate::Write(*std::move(next));
    if (update.ok()) {
      updates->push_back(*std::move(update));
    } else {
      trouble =
          absl::StrCat("no checkpoint can hold its offset in ",
                       source.ToString(), ": ", update.status().message());
    }
  }
  for (const auto& [target, checkpoint] : topic_->Of(group).checkpoints) {
    if (standing.count(target) == 0) gone->push_back({group, target});
  }
  MutexLock lock(&mu_);
  if (standing.empty()) {
    watched_.erase(group);
  } else {
    watched_[group] = untranslated;
  }
  return trouble;
}

absl::Status CheckpointEmitter::AddDeletions(
    const std::vector<CheckpointKey>& gone,
    std::vector<CheckpointUpdate>* updates) {
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
  for (const CheckpointKey& key : gone) {
    const auto topic = partitions.find(key.topic_partition.topic);
    if (topic != partitions.end() &&
        key.topic_partition.partition < topic->second) {
      updates->push_back(CheckpointUpdate::Delete(key));
    }
  }
  return absl::OkStatus();
}

void CheckpointEmitter::TellEvents() {
  std::vector<EngineEvent> events = std::exchange(events_, {});
  {
    MutexLock lock(&mu_);
    for (EngineEvent& event : problems_.TakeEvents()) {
      events.push_back(std::move(event));
    }
  }
  if (options_.on_event == nullptr) return;
  for (EngineEvent& event : events) options_.on_event(std::move(event));
}

std::map<std::string, CheckpointedGroup> CheckpointEmitter::Positions() const {
  std::map<std::string, CheckpointedGroup> result;
  for (const std::string& group : topic_->Groups()) {
    if (!TakesCareOf(group)) continue;
    CheckpointedGroup positions = topic_->Of(group);
    if (!positions.checkpoints.empty()) {
      result.emplace(group, std::move(positions));
    }
  }
  return result;
}

void CheckpointEmitter::FillStatus(CheckpointStatus* status) const {
  const CheckpointTopic::Counts counts = topic_->counts();
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
  for (const auto& [group, reason] : problems_.reasons()) {
    if (status->problems_size() == kShownProblems) break;
    GroupProblem* problem = status->add_problems();
    problem->set_group(group);
    problem->set_reason(reason);
  }
  status->set_problem_count(static_cast<int64_t>(problems_.reasons().size()));
}

}  // namespace mirror
