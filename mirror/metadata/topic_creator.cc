// SPDX-License-Identifier: Apache-2.0

#include "mirror/metadata/topic_creator.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/cluster/errors.h"
#include "mirror/cluster/request_slices.h"
#include "mirror/metadata/creation_configs.h"
#include "mirror/metadata/topic_config_plan.h"
#include "mirror/metadata/topic_config_problems.h"
#include "mirror/metadata/topic_config_writer.h"

namespace mirror::internal {
namespace {

// Of one request. Controllers refuse those of more than 10,000 partitions, or
// records of metadata, as a whole; and they do nothing else meanwhile.
constexpr int64_t kRecordsPerRequest = 1000;

int64_t MetadataRecords(const NewTopic& topic) {
  return 1 + topic.partitions + static_cast<int64_t>(topic.configs.size());
}

// Why a topic was not created, and what the operator can do.
absl::Status NotCreated(const absl::Status& status, const NewTopic& topic,
                        const std::string& target) {
  if (IsRetriable(status)) {
    return Annotate(status, absl::StrCat("not created on cluster ", target));
  }
  std::string fix = "; ";
  if (absl::IsPermissionDenied(status)) {
    absl::StrAppend(&fix, "allow CREATE on topic ", topic.name, " or ");
  } else if (absl::IsInvalidArgument(status)) {
    absl::StrAppend(&fix, "correct replication.factor (",
                    topic.replication_factor, ") or ");
  }
  return absl::Status(
      status.code(),
      absl::StrCat("not created on cluster ", target, ": ", status.message(),
                   fix, "create it there with ", topic.partitions,
                   " partitions"));
}

}  // namespace

TopicCreator::TopicCreator(TopicCreatorOptions options, ClusterAdmin* source,
                           ClusterAdmin* target)
    : options_(std::move(options)), source_(source), target_(target) {}

TopicCreator::Outcome TopicCreator::Apply(
    std::vector<TopicToCreate> create,
    const std::vector<PartitionsToAdd>& add) {
  Outcome outcome;
  if (!create.empty()) AddConfigs(&create, &outcome);
  if (!create.empty()) Create(create, &outcome);
  for (const PartitionsToAdd& topic : add) Extend(topic, &outcome);
  return outcome;
}

void TopicCreator::AddConfigs(std::vector<TopicToCreate>* topics,
                              Outcome* outcome) {
  const std::vector<absl::Status> answers =
      AddCreationConfigs(source_, *options_.filter, topics);
  std::vector<TopicToCreate> ready;
  size_t refused = 0;
  std::string first_topic;
  std::string first_reason;
  for (size_t i = 0; i < answers.size(); ++i) {
    TopicToCreate& topic = (*topics)[i];
    if (absl::IsNotFound(answers[i])) continue;  // deleted in between
    // The source listed it a moment ago, so the answer is to be expected soon.
    if (IsRetriable(answers[i]) || absl::IsCancelled(answers[i])) {
      outcome->results[topic.topic.name] = Annotate(
          answers[i], absl::StrCat("not created on cluster ", options_.target,
                                   ", as its configs are unknown"));
      continue;
    }
    if (!answers[i].ok() && refused++ == 0) {
      first_topic = topic.topic.name;
      first_reason = NotDescribed(answers[i], topic.source, options_.source);
    }
    ready.push_back(std::move(topic));
  }
  *topics = std::move(ready);
  if (refused == 0) return;
  // A rule that forbids one topic mostly forbids a thousand.
  if (refused > 1) {
    absl::StrAppend(&first_reason, "; the same for ", refused - 1,
                    " more topics");
  }
  Report(EngineEvent::Kind::kTopicConfigRefused, LogLevel::kWarning,
         std::move(first_topic),
         absl::StrCat("created with the defaults of cluster ", options_.target,
                      ": ", first_reason));
}

void TopicCreator::Create(const std::vector<TopicToCreate>& create,
                          Outcome* outcome) {
  std::vector<NewTopic> requests;
  std::vector<Created> topics;
  for (const TopicToCreate& topic : create) {
    requests.push_back(topic.topic);
    topics.push_back({topic.topic, {}});
  }
  std::vector<absl::Status> results = CreateOnTarget(requests);
  CreateBare(&topics, &results);
  std::vector<std::string> existing;
  for (size_t i = 0; i < topics.size(); ++i) {
    const NewTopic& topic = topics[i].topic;
    if (results[i].ok()) {
      Report(EngineEvent::Kind::kTopicCreated, LogLevel::kInfo, topic.name,
             absl::StrCat("created on cluster ", options_.target, " with ",
                          topic.partitions, " partitions"));
      outcome->created.push_back(topics[i]);
    }
    outcome->changed |= results[i].ok();
    outcome->results[topic.name] =
        results[i].ok() ? absl::OkStatus()
                        : NotCreated(results[i], topic, options_.target);
    if (absl::IsAlreadyExists(results[i])) existing.push_back(topic.name);
  }
  NoteExisting(existing, outcome);
}

std::vector<absl::Status> TopicCreator::CreateOnTarget(
    const std::vector<NewTopic>& topics) {
  return SendInSlices<absl::Status>(
      absl::MakeConstSpan(topics), kRecordsPerRequest, &MetadataRecords,
      [this](absl::Span<const NewTopic> slice,
             std::vector<absl::Status>* results) {
        const std::vector<absl::Status> some = target_->CreateTopics(slice);
        results->insert(results->end(), some.begin(), some.end());
        // A quota refuses topic by topic, so the last one tells.
        const absl::Status& last = some.back();
        return IsRetriable(last) || absl::IsCancelled(last) ? last
                                                            : absl::OkStatus();
      });
}

void TopicCreator::NoteExisting(const std::vector<std::string>& topics,
                                Outcome* outcome) {
  if (topics.empty()) return;
  const auto answers = target_->DescribeTopics(topics);
  for (size_t i = 0; i < topics.size(); ++i) {
    const absl::Status& answer = answers[i].status();
    const bool forbidden = absl::IsPermissionDenied(answer);
    // Otherwise it is new, and not known to every broker yet.
    outcome->changed |= !forbidden;
    outcome->results[topics[i]] =
        forbidden
            ? WithGrant(Annotate(answer, absl::StrCat("is there on cluster ",
                                                      options_.target)),
                        absl::StrCat("WRITE on topic ", topics[i]))
            : absl::OkStatus();
  }
}

void TopicCreator::CreateBare(std::vector<Created>* topics,
                              std::vector<absl::Status>* results) {
  std::vector<NewTopic> requests;
  std::vector<size_t> indices;
  for (size_t i = 0; i < topics->size(); ++i) {
    const NewTopic& topic = (*topics)[i].topic;
    if (topic.configs.empty() || !IsConfigRefusal((*results)[i])) continue;
    requests.push_back(topic);
    requests.back().configs.clear();
    indices.push_back(i);
  }
  if (requests.empty()) return;
  const std::vector<absl::Status> again = CreateOnTarget(requests);
  for (size_t r = 0; r < again.size(); ++r) {
    (*results)[indices[r]] = again[r];
    // Otherwise its settings were not the reason.
    if (again[r].ok()) SetConfigs(&(*topics)[indices[r]]);
  }
}

void TopicCreator::SetConfigs(Created* created) {
  NewTopic& topic = created->topic;
  TopicConfigWrite write;
  write.topic = topic.name;
  std::set<TopicConfigName> apart;
  for (const auto& [name, value] : topic.configs) {
    write.changes.push_back({name, std::nullopt, value, ""});
    apart.insert({topic.name, name});
  }
  const TopicConfigResult result =
      WriteTopicConfigs(target_, {write}, apart).front();
  topic.configs.clear();
  for (const ConfigChange& change : result.written) {
    topic.configs[change.name] = *change.after;
  }
  for (const ConfigChange& change : write.changes) {
    const auto refused = result.refused.find(change.name);
    if (refused == result.refused.end()) continue;
    std::string& reason = created->refused[change.name];
    reason = NotChanged(refused->second, change);
    Report(EngineEvent::Kind::kTopicConfigRefused, LogLevel::kWarning,
           topic.name, reason);
  }
  if (result.status.ok()) return;
  Report(EngineEvent::Kind::kTopicConfigRefused, LogLevel::kWarning, topic.name,
         NotAltered(result.status, topic.name, options_.target));
}

void TopicCreator::Extend(const PartitionsToAdd& add, Outcome* outcome) {
  const absl::Status status =
      target_->CreatePartitions(add.topic, add.partitions);
  if (status.ok()) {
    outcome->changed = true;
    Report(EngineEvent::Kind::kPartitionsAdded, LogLevel::kInfo, add.topic,
           absl::StrCat("extended to ", add.partitions,
                        " partitions on cluster ", options_.target));
  }
  outcome->results[add.topic] = WithGrant(
      Annotate(status,
               absl::StrCat("not extended on cluster ", options_.target)),
      absl::StrCat("ALTER on topic ", add.topic));
}

void TopicCreator::Report(EngineEvent::Kind kind, LogLevel level,
                          std::string topic, std::string message) const {
  if (options_.on_event == nullptr) return;
  options_.on_event(EngineEvent(kind, level, options_.flow, std::move(message))
                        .WithTopic(std::move(topic))
                        .WithCluster(options_.target));
}

}  // namespace mirror::internal
