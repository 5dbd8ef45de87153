// SPDX-License-Identifier: Apache-2.0

#include "mirror/metadata/topic_config_writer.h"

#include <cstddef>

namespace mirror::internal {
namespace {

TopicConfigOps ToOps(const std::string& topic,
                     absl::Span<const ConfigChange> changes) {
  TopicConfigOps ops;
  ops.topic = topic;
  for (const ConfigChange& change : changes) {
    ops.ops.push_back({change.name, change.after});
  }
  return ops;
}

// Sends everything that is not `apart`, one request per topic, and leaves in
// `singles` what has to be sent by itself.
void WriteTogether(ClusterAdmin* target,
                   absl::Span<const TopicConfigWrite> writes,
                   const std::set<TopicConfigName>& apart,
                   std::vector<std::vector<ConfigChange>>* singles,
                   std::vector<TopicConfigResult>* results) {
  std::vector<TopicConfigOps> requests;
  std::vector<size_t> topics;  // of the requests
  std::vector<std::vector<ConfigChange>> together(writes.size());
  for (size_t i = 0; i < writes.size(); ++i) {
    for (const ConfigChange& change : writes[i].changes) {
      const bool alone = apart.count({writes[i].topic, change.name}) > 0;
      (alone ? (*singles)[i] : together[i]).push_back(change);
    }
    if (together[i].empty()) continue;
    requests.push_back(ToOps(writes[i].topic, together[i]));
    topics.push_back(i);
  }
  const std::vector<absl::Status> answers = target->AlterTopicConfigs(requests);
  for (size_t r = 0; r < answers.size(); ++r) {
    std::vector<ConfigChange>& changes = together[topics[r]];
    TopicConfigResult& result = (*results)[topics[r]];
    if (answers[r].ok()) {
      result.written = changes;
    } else if (!IsConfigRefusal(answers[r])) {
      result.status = answers[r];
    } else if (changes.size() == 1) {
      result.refused[changes[0].name] = answers[r];
    } else {
      std::vector<ConfigChange>& left = (*singles)[topics[r]];
      left.insert(left.end(), changes.begin(), changes.end());
    }
  }
}

// Sends the `n`th single change of every topic; false if there is none left.
bool WriteSingles(ClusterAdmin* target,
                  absl::Span<const TopicConfigWrite> writes,
                  const std::vector<std::vector<ConfigChange>>& singles,
                  size_t n, std::vector<TopicConfigResult>* results) {
  std::vector<TopicConfigOps> requests;
  std::vector<size_t> topics;
  for (size_t i = 0; i < writes.size(); ++i) {
    // The next ones would fare no better.
    if (singles[i].size() <= n || !(*results)[i].status.ok()) continue;
    requests.push_back(ToOps(writes[i].topic, {singles[i][n]}));
    topics.push_back(i);
  }
  if (requests.empty()) return false;
  const std::vector<absl::Status> answers = target->AlterTopicConfigs(requests);
  for (size_t r = 0; r < answers.size(); ++r) {
    const ConfigChange& change = singles[topics[r]][n];
    TopicConfigResult& result = (*results)[topics[r]];
    if (answers[r].ok()) {
      result.written.push_back(change);
    } else if (IsConfigRefusal(answers[r])) {
      result.refused[change.name] = answers[r];
    } else {
      result.status = answers[r];
    }
  }
  return true;
}

}  // namespace

std::vector<TopicConfigResult> WriteTopicConfigs(
    ClusterAdmin* target, absl::Span<const TopicConfigWrite> writes,
    const std::set<TopicConfigName>& apart) {
  std::vector<TopicConfigResult> results(writes.size());
  std::vector<std::vector<ConfigChange>> singles(writes.size());
  WriteTogether(target, writes, apart, &singles, &results);
  size_t n = 0;
  while (WriteSingles(target, writes, singles, n, &results)) ++n;
  return results;
}

bool IsConfigRefusal(const absl::Status& status) {
  // Internal: a policy of the cluster that failed rather than refused.
  return absl::IsInvalidArgument(status) ||
         absl::IsFailedPrecondition(status) || absl::IsInternal(status);
}

}  // namespace mirror::internal
