// SPDX-License-Identifier: Apache-2.0

#include "mirror/metadata/topic_config_sync.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mirror/cluster/errors.h"

namespace mirror::internal {
namespace {

// After an error.
constexpr absl::Duration kRetry = absl::Seconds(10);
// Compared at a time: some 40 settings per topic and side are held in memory.
constexpr size_t kTopicsAtOnce = 200;

using ConfigsOr = absl::StatusOr<std::vector<TopicConfig>>;

// Whether no topic can be asked at all, and why.
absl::Status Outage(const std::vector<ConfigsOr>& answers) {
  for (const ConfigsOr& answer : answers) {
    if (!IsRetriable(answer.status()) && !absl::IsCancelled(answer.status())) {
      return absl::OkStatus();
    }
  }
  return answers.empty() ? absl::OkStatus() : answers.front().status();
}

// "retention.ms 2000 -> 1000, cleanup.policy the default (delete) -> compact".
std::string Describe(absl::Span<const ConfigChange> changes) {
  return absl::StrJoin(
      changes, ", ", [](std::string* out, const ConfigChange& change) {
        absl::StrAppend(out, change.name, " ",
                        DescribeOverride(change.before, change.in_force),
                        " -> ", DescribeOverride(change.after));
      });
}

}  // namespace

absl::StatusOr<std::unique_ptr<TopicConfigSyncer>> TopicConfigSyncer::Create(
    Cluster* source, Cluster* target, TopicConfigSyncerOptions options,
    Clock* clock) {
  std::unique_ptr<TopicConfigSyncer> syncer(
      new TopicConfigSyncer(source, target, std::move(options), clock));
  const std::string& client_id = syncer->options_.client_id;
  auto admin = source->NewAdmin(client_id);
  if (!admin.ok()) return admin.status();
  syncer->source_admin_ = *std::move(admin);
  admin = target->NewAdmin(client_id);
  if (!admin.ok()) return admin.status();
  syncer->target_admin_ = *std::move(admin);
  return syncer;
}

TopicConfigSyncer::TopicConfigSyncer(Cluster* source, Cluster* target,
                                     TopicConfigSyncerOptions options,
                                     Clock* clock)
    : options_(std::move(options)),
      source_(source),
      target_(target),
      clock_(clock),
      interval_(options_.configs.interval),
      problems_(options_.flow) {}

void TopicConfigSyncer::Cancel() {
  cancelled_ = true;
  source_admin_->Cancel();
  target_admin_->Cancel();
}

absl::Duration TopicConfigSyncer::TimeToNextTurn() const {
  return std::max(next_ - clock_->Now(), absl::ZeroDuration());
}

absl::Status TopicConfigSyncer::RunOnce() {
  if (cancelled_) return absl::CancelledError("stopped");
  const absl::Time now = clock_->Now();
  Round round;
  absl::Status status = Turn(&round);
  if (absl::IsCancelled(status)) return status;
  const absl::Duration interval = interval_.Get();
  const absl::Duration retry = std::min(kRetry, interval);
  next_ = clock_->Now() + (!status.ok() || round.again ? retry : interval);
  if (!status.ok()) {
    // What was written before the failure was the engine's.
    for (auto& [topic, overrides] : round.overrides) {
      known_[topic] = std::move(overrides);
    }
    status = absl::Status(
        status.code(),
        absl::StrCat(status.message(), "; topic configs are retried in ",
                     absl::FormatDuration(retry)));
    MutexLock lock(&mu_);
    status_ = status;
    return status;
  }
  known_ = std::move(round.overrides);
  foreign_ = std::move(round.foreign);
  std::vector<EngineEvent> events;
  {
    MutexLock lock(&mu_);
    status_ = status;
    topics_ = round.topics;
    last_round_ = clock_->Now() - now;
    events = problems_.Update(std::move(round.problems));
  }
  for (EngineEvent& event : events) Report(std::move(event));
  return status;
}

void TopicConfigSyncer::NoteCreated(
    const NewTopic& topic, const std::map<std::string, std::string>& refused) {
  MutexLock lock(&mu_);
  created_[topic.name] = {topic.configs, refused};
}

void TopicConfigSyncer::ForgetCreated(const std::string& topic) {
  MutexLock lock(&mu_);
  created_.erase(topic);
}

void TopicConfigSyncer::TakeCreated(const std::string& topic) {
  MutexLock lock(&mu_);
  const auto it = created_.find(topic);
  if (it == created_.end()) return;
  known_[topic] = std::move(it->second.overrides);
  for (const auto& [name, reason] : it->second.refused) {
    problems_.NoteReported({topic, name}, reason);
  }
  created_.erase(it);
}

absl::Status TopicConfigSyncer::Turn(Round* round) {
  const absl::StatusOr<TopicPlan> plan = Plan();
  if (!plan.ok()) return plan.status();
  const absl::Span<const MirroredTopic> topics = plan->ready;
  for (size_t i = 0; i < topics.size(); i += kTopicsAtOnce) {
    absl::Status status = SyncSome(topics.subspan(i, kTopicsAtOnce), round);
    if (!status.ok()) return status;
  }
  return cancelled_ ? absl::CancelledError("stopped") : absl::OkStatus();
}

absl::StatusOr<TopicPlan> TopicConfigSyncer::Plan() {
  const auto source_topics = source_admin_->ListTopics();
  if (!source_topics.ok()) {
    return Annotate(source_topics.status(),
                    absl::StrCat("cluster ", source_->alias()));
  }
  const auto target_topics = target_admin_->ListTopics();
  if (!target_topics.ok()) {
    return Annotate(target_topics.status(),
                    absl::StrCat("cluster ", target_->alias()));
  }
  return PlanTopics(options_.selection, *source_topics, *target_topics, -1);
}

absl::Status TopicConfigSyncer::SyncSome(absl::Span<const MirroredTopic> topics,
                                         Round* round) {
  std::vector<std::string> source_names;
  std::vector<std::string> target_names;
  for (const MirroredTopic& topic : topics) {
    source_names.push_back(topic.source);
    target_names.push_back(topic.target);
  }
  const auto source = source_admin_->DescribeTopicConfigs(source_names);
  if (absl::Status status = Outage(source); !status.ok()) return status;
  const auto target = target_admin_->DescribeTopicConfigs(target_names);
  if (absl::Status status = Outage(target); !status.ok()) return status;
  std::vector<TopicConfigWrite> writes;
  for (size_t i = 0; i < topics.size(); ++i) {
    const MirroredTopic& topic = topics[i];
    if (!source[i].ok() || !target[i].ok()) {
      const bool at_source = !source[i].ok();
      const absl::Status& status =
          at_source ? source[i].status() : target[i].status();
      NoteProblem(topic.target, status,
                  NotDescribed(status, at_source ? topic.source : topic.target,
                               at_source ? source_->alias() : target_->alias()),
                  round);
      continue;
    }
    ++round->topics;
    TakeCreated(topic.target);
    round->overrides[topic.target] = Overrides(*target[i]);
    std::vector<ConfigChange> changes =
        PlanConfigChanges(*source[i], *target[i], *options_.configs.filter);
    if (changes.empty()) continue;
    NoteForeign(topic, changes, round);
    writes.push_back({topic.target, std::move(changes)});
  }
  Write(writes, round);
  return cancelled_ ? absl::CancelledError("stopped") : absl::OkStatus();
}

void TopicConfigSyncer::NoteForeign(const MirroredTopic& topic,
                                    absl::Span<const ConfigChange> changes,
                                    Round* round) {
  const auto known = known_.find(topic.target);
  for (const ConfigChange& change : changes) {
    std::optional<std::string> expected;
    if (known != known_.end()) {
      const auto it = known->second.find(change.name);
      if (it != known->second.end()) expected = it->second;
    }
    if (change.before == expected) continue;
    const TopicConfigName name{topic.target, change.name};
    round->foreign[name] = change.before;
    const auto last = foreign_.find(name);
    // Undone in the last round, and here again: NoteResult() says so.
    if (last != foreign_.end() && last->second == change.before) continue;
    Report(
        EngineEvent(
            EngineEvent::Kind::kTopicConfigOverwritten, LogLevel::kWarning,
            options_.flow,
            absl::StrCat(change.name, " is ",
                         DescribeOverride(change.before, change.in_force),
                         " on cluster ", target_->alias(),
                         ", which this engine has not set, and is now set to ",
                         DescribeOverride(change.after), " as for topic ",
                         topic.source, " on cluster ", source_->alias(),
                         "; to keep a value of its own, name it in "
                         "config.properties.exclude"))
            .WithTopic(topic.target)
            .WithCluster(target_->alias()));
  }
}

void TopicConfigSyncer::Write(absl::Span<const TopicConfigWrite> writes,
                              Round* round) {
  if (writes.empty() || round->unsupported) return;
  std::set<TopicConfigName> apart;
  {
    MutexLock lock(&mu_);
    apart = problems_.Configs();
  }
  const std::vector<TopicConfigResult> results =
      WriteTopicConfigs(target_admin_.get(), writes, apart);
  for (size_t i = 0; i < writes.size(); ++i) {
    NoteResult(writes[i], results[i], round);
  }
}

void TopicConfigSyncer::NoteResult(const TopicConfigWrite& write,
                                   const TopicConfigResult& result,
                                   Round* round) {
  NoteWritten(write.topic, result.written, round);
  for (const ConfigChange& change : write.changes) {
    const auto refused = result.refused.find(change.name);
    if (refused == result.refused.end()) continue;
    round->problems[{write.topic, change.name}] =
        NotChanged(refused->second, change);
  }
  if (absl::IsUnimplemented(result.status)) {
    round->unsupported = true;
    round->problems[{target_->alias(), ""}] = absl::StrCat(
        result.status.message(), "; cluster ", target_->alias(),
        " cannot change single topic configs: upgrade it to Kafka 2.3 or "
        "newer, or set sync.topic.configs.enabled = false");
  } else if (!result.status.ok()) {
    NoteProblem(write.topic, result.status,
                NotAltered(result.status, write.topic, target_->alias()),
                round);
  }
}

void TopicConfigSyncer::NoteWritten(const std::string& topic,
                                    absl::Span<const ConfigChange> written,
                                    Round* round) {
  std::map<std::string, std::string>& overrides = round->overrides[topic];
  std::vector<ConfigChange> news;
  for (const ConfigChange& change : written) {
    ++written_;
    if (change.after.has_value()) {
      overrides[change.name] = *change.after;
    } else {
      overrides.erase(change.name);
    }
    const TopicConfigName name{topic, change.name};
    const bool is_foreign = round->foreign.count(name) > 0;
    if (is_foreign) ++overwritten_;
    const auto last = foreign_.find(name);
    if (!is_foreign || last == foreign_.end() ||
        last->second != change.before) {
      news.push_back(change);
      continue;
    }
    round->problems[name] = absl::StrCat(
        change.name, " was set to ", DescribeOverride(change.after),
        " on cluster ", target_->alias(), " and is ",
        DescribeOverride(change.before, change.in_force),
        " again at every look; stop what changes it, or name it in "
        "config.properties.exclude");
  }
  if (news.empty()) return;
  Report(EngineEvent(
             EngineEvent::Kind::kTopicConfigsChanged, LogLevel::kInfo,
             options_.flow,
             absl::StrCat("changed on cluster ", target_->alias(), " as on ",
                          source_->alias(), ": ", Describe(news)))
             .WithTopic(topic)
             .WithCluster(target_->alias()));
}

void TopicConfigSyncer::NoteProblem(const std::string& topic,
                                    const absl::Status& status,
                                    std::string reason, Round* round) {
  if (absl::IsNotFound(status) || absl::IsCancelled(status)) return;
  round->again |= IsRetriable(status);
  round->problems[{topic, ""}] = std::move(reason);
}

void TopicConfigSyncer::Report(EngineEvent event) const {
  if (options_.on_event) options_.on_event(std::move(event));
}

void TopicConfigSyncer::FillStatus(TopicConfigSyncStatus* status) const {
  status->set_written(written_);
  status->set_overwritten(overwritten_);
  MutexLock lock(&mu_);
  status->set_topics(topics_);
  status->set_last_round_ms(absl::ToInt64Milliseconds(last_round_));
  status->set_reason(std::string(status_.message()));
  problems_.FillStatus(status);
}

}  // namespace mirror::internal
