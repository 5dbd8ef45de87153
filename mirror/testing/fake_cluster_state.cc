// SPDX-License-Identifier: Apache-2.0

#include "mirror/testing/fake_cluster_state.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

bool LegalTopicName(absl::string_view name) {
  return !name.empty() && name.size() <= 249 && name != "." && name != ".." &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
         });
}

}  // namespace

int64_t FakeTopic::MaxMessageBytes() const {
  constexpr int64_t kKafkaDefault = 1048588;
  const auto it = configs.find("max.message.bytes");
  int64_t bytes = 0;
  return it != configs.end() && absl::SimpleAtoi(it->second, &bytes)
             ? bytes
             : kKafkaDefault;
}

bool FakeTopic::Compacted() const {
  const auto it = configs.find("cleanup.policy");
  return it != configs.end() && absl::StrContains(it->second, "compact");
}

std::map<std::string, TopicConfig> KafkasTopicConfigs() {
  std::map<std::string, TopicConfig> configs;
  for (const auto& [name, value] : std::map<std::string, std::string>{
           {"cleanup.policy", "delete"},
           {"compression.type", "producer"},
           {"delete.retention.ms", "86400000"},
           {"follower.replication.throttled.replicas", ""},
           {"leader.replication.throttled.replicas", ""},
           {"max.compaction.lag.ms", "9223372036854775807"},
           {"max.message.bytes", "1048588"},
           {"message.timestamp.type", "CreateTime"},
           {"min.cleanable.dirty.ratio", "0.5"},
           {"min.compaction.lag.ms", "0"},
           {"min.insync.replicas", "1"},
           {"remote.storage.enable", "false"},
           {"retention.bytes", "-1"},
           {"retention.ms", "604800000"},
           {"segment.bytes", "1073741824"},
           {"segment.ms", "604800000"},
           {"unclean.leader.election.enable", "false"}}) {
    configs[name] = {name, value, ConfigSource::kDefault};
  }
  return configs;
}

FakePartition* FakeClusterState::Find(const TopicPartition& tp) {
  const auto it = topics.find(tp.topic);
  if (it == topics.end() || tp.partition < 0 ||
      tp.partition >= static_cast<int32_t>(it->second.partitions.size())) {
    return nullptr;
  }
  return &it->second.partitions[tp.partition];
}

absl::Status FakeClusterState::Owns(const std::string& transactional_id,
                                    int64_t epoch) {
  if (transactional_id.empty() ||
      transactions[transactional_id].epoch == epoch) {
    return absl::OkStatus();
  }
  return Error(absl::StatusCode::kFailedPrecondition,
               absl::StrCat("transactional id ", transactional_id),
               "fenced by a newer owner; make a new sink");
}

void FakeClusterState::EndTransaction(FakeTransaction* transaction,
                                      bool commit) {
  for (const TopicPartition& tp : transaction->partitions) {
    FakePartition* partition = Find(tp);
    if (partition == nullptr) continue;
    partition->log.EndTransaction(transaction->open, commit);
  }
  transaction->open = 0;
  transaction->partitions.clear();
}

absl::Status FakeClusterState::Create(const NewTopic& topic) {
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  if (!LegalTopicName(topic.name)) {
    return Error(kInvalid, topic.name, "not a legal topic name");
  }
  if (topics.count(topic.name) > 0) {
    return Error(absl::StatusCode::kAlreadyExists, topic.name,
                 "the topic exists already");
  }
  if (topic.partitions < 1) {
    return Error(kInvalid, topic.name, "a topic needs at least one partition");
  }
  if (topic.replication_factor != -1 && topic.replication_factor != 1) {
    return Error(kInvalid, topic.name,
                 absl::StrCat("replication factor ", topic.replication_factor,
                              ", but there is 1 broker"));
  }
  for (const auto& [name, value] : topic.configs) {
    absl::Status status = CheckConfig(topic.name, name);
    if (!status.ok()) return status;
  }
  FakeTopic& created = topics[topic.name];
  created.id = absl::StrCat(cluster_id, "-topic-", ++topics_created);
  created.configs = topic.configs;
  created.partitions.resize(topic.partitions);
  return absl::OkStatus();
}

absl::Status FakeClusterState::Delete(const std::string& topic) {
  if (topics.erase(topic) == 0) return NoTopic(topic);
  for (auto& [name, group] : groups) {
    for (auto it = group.offsets.begin(); it != group.offsets.end();) {
      it = it->first.topic == topic ? group.offsets.erase(it) : std::next(it);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<TopicConfig>> FakeClusterState::DescribeConfigs(
    const std::string& topic) {
  const absl::Status failure = TopicFailure(describe_config_failures, topic);
  if (!failure.ok()) return failure;
  const auto it = topics.find(topic);
  if (it == topics.end()) return NoTopic(topic);
  std::vector<TopicConfig> configs;
  for (const auto& [name, config] : broker_configs) {
    configs.push_back(config);
    const auto own = it->second.configs.find(name);
    if (own == it->second.configs.end()) continue;
    configs.back().value = own->second;
    configs.back().source = ConfigSource::kTopic;
  }
  return configs;
}

absl::Status FakeClusterState::AlterConfigs(const TopicConfigOps& topic) {
  absl::Status failure = TopicFailure(alter_config_failures, topic.topic);
  if (!failure.ok()) return failure;
  const auto it = topics.find(topic.topic);
  if (it == topics.end()) return NoTopic(topic.topic);
  for (const TopicConfigOp& op : topic.ops) {
    failure = CheckConfig(topic.topic, op.name);
    if (!failure.ok()) return failure;
  }
  for (const TopicConfigOp& op : topic.ops) {
    if (op.value.has_value()) {
      it->second.configs[op.name] = *op.value;
    } else {
      it->second.configs.erase(op.name);
    }
  }
  return absl::OkStatus();
}

absl::Status FakeClusterState::CheckConfig(const std::string& topic,
                                           const std::string& name) const {
  if (broker_configs.count(name) == 0) {
    return Error(absl::StatusCode::kInvalidArgument, topic,
                 absl::StrCat("unknown topic config name: ", name));
  }
  const auto it = config_refusals.find(name);
  if (it == config_refusals.end()) return absl::OkStatus();
  return Error(it->second.code(), topic, it->second.message());
}

absl::Status FakeClusterState::Reachable() {
  if (!down) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("cluster ", alias, ": no broker answers"));
}

absl::Status FakeClusterState::GroupFailure(const std::string& group) const {
  const auto it = group_failures.find(group);
  if (it == group_failures.end()) return absl::OkStatus();
  return Error(it->second.code(), absl::StrCat("group ", group),
               it->second.message());
}

absl::Status FakeClusterState::AclFailure(const AclBinding& acl) const {
  const auto it = acl_failures.find(acl.name);
  if (it == acl_failures.end()) return absl::OkStatus();
  return Error(it->second.code(), acl.ToString(), it->second.message());
}

absl::Status FakeClusterState::TopicFailure(
    const std::map<std::string, absl::Status>& failures,
    const std::string& topic) const {
  auto it = failures.find(topic);
  if (it == failures.end()) it = failures.find("");
  if (it == failures.end()) return absl::OkStatus();
  return Error(it->second.code(), topic, it->second.message());
}

absl::Status FakeClusterState::FailureFor(
    const std::map<std::string, absl::Status>& failures,
    const TopicPartition& tp) {
  auto it = failures.find(tp.ToString());
  if (it == failures.end()) it = failures.find(tp.topic);
  return it == failures.end() ? absl::OkStatus() : it->second;
}

absl::Status FakeClusterState::Error(absl::StatusCode code,
                                     absl::string_view subject,
                                     absl::string_view what) const {
  return absl::Status(
      code, absl::StrCat("cluster ", alias, ": ", subject, ": ", what));
}

void SetOrClear(std::map<std::string, absl::Status>* failures,
                const std::string& name, absl::Status status) {
  if (status.ok()) {
    failures->erase(name);
  } else {
    (*failures)[name] = std::move(status);
  }
}

int64_t RecordBytes(const Record& record) {
  int64_t bytes = record.key.value_or("").size();
  bytes += record.value.value_or("").size();
  for (const Header& header : record.headers) {
    bytes += header.key.size() + header.value.value_or("").size();
  }
  return bytes;
}

}  // namespace mirror::internal
