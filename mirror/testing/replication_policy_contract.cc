// SPDX-License-Identifier: Apache-2.0

#include "mirror/testing/replication_policy_contract.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "mirror/policy/remote_topics.h"

namespace mirror {
namespace {

constexpr size_t kMaxTopicNameLength = 249;

std::string Show(absl::string_view value) {
  return absl::StrCat("\"", absl::CHexEscape(value), "\"");
}
std::string Show(const std::string& value) {
  return Show(absl::string_view(value));
}
std::string Show(const std::optional<std::string>& value) {
  return value ? Show(*value) : "nullopt";
}
std::string Show(std::optional<int> value) {
  return value ? absl::StrCat(*value) : "nullopt";
}
std::string Show(bool value) { return value ? "true" : "false"; }

bool IsLegalTopicName(absl::string_view name) {
  const auto legal = [](char c) {
    return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
  };
  return !name.empty() && name != "." && name != ".." &&
         name.size() <= kMaxTopicNameLength &&
         std::all_of(name.begin(), name.end(), legal);
}

class Checker {
 public:
  Checker(const ReplicationPolicy& policy,
          const ReplicationPolicyContractOptions& options)
      : policy_(policy), options_(options) {}

  std::vector<std::string> Run() {
    for (const std::string& topic : SourceTopics()) CheckCopies(topic);
    CheckDistinct();
    CheckLocalTopics();
    CheckHeartbeats();
    CheckInternalTopics();
    CheckGarbage();
    return std::move(violations_);
  }

 private:
  // The local topics, and names with whatever character a policy may use to
  // put names together.
  std::vector<std::string> SourceTopics() const {
    std::vector<std::string> topics = options_.local_topics;
    for (const char* topic : {"a.b", "a-b", "a_b", "a..b", "a__b", "A", "0"}) {
      topics.push_back(topic);
    }
    return topics;
  }

  std::string Remote(absl::string_view topic) const {
    return policy_.FormatRemoteTopic(options_.alias, topic);
  }
  std::string RemoteOfRemote(absl::string_view topic) const {
    return policy_.FormatRemoteTopic(options_.other_alias, Remote(topic));
  }

  template <typename T, typename U>
  void ExpectEqual(absl::string_view method, absl::string_view argument,
                   const T& answer, const U& wanted, absl::string_view why) {
    if (answer == wanted) return;
    violations_.push_back(absl::StrCat(method, "(", Show(argument), ") is ",
                                       Show(answer), ", not ", Show(T(wanted)),
                                       ": ", why));
  }

  void ExpectLegal(absl::string_view name) {
    if (IsLegalTopicName(name)) return;
    violations_.push_back(
        absl::StrCat(Show(name), " is not a legal Kafka topic name"));
  }

  void ExpectSource(absl::string_view remote, absl::string_view alias) {
    ExpectEqual("TopicSource", remote, policy_.TopicSource(remote),
                std::string(alias), "the alias it was formatted with");
  }

  void ExpectUpstream(absl::string_view remote, absl::string_view topic) {
    ExpectEqual("UpstreamTopic", remote, policy_.UpstreamTopic(remote),
                std::string(topic), "it undoes FormatRemoteTopic");
  }

  void ExpectHops(absl::string_view topic, absl::string_view alias, int hops) {
    ExpectEqual("ReplicationHops", topic,
                internal::ReplicationHops(policy_, topic, alias), hops,
                absl::StrCat("flows since ", Show(alias)));
  }

  // A topic copied once, and that copy copied again.
  void CheckCopies(absl::string_view topic) {
    const std::string once = Remote(topic);
    const std::string twice = RemoteOfRemote(topic);
    ExpectLegal(once);
    ExpectLegal(twice);
    ExpectUpstream(once, topic);
    ExpectUpstream(twice, once);
    const std::string original = policy_.OriginalTopic(topic);
    for (const std::string& copy : {once, twice}) {
      ExpectEqual("OriginalTopic", copy, policy_.OriginalTopic(copy), original,
                  "a copy began where its source began");
    }
    if (!options_.names_tell_source) return;
    ExpectSource(once, options_.alias);
    ExpectSource(twice, options_.other_alias);
    ExpectHops(twice, options_.other_alias, 1);
    ExpectHops(twice, options_.alias, 2);
  }

  void CheckDistinct() {
    std::map<std::string, std::string> topic_of;
    for (const std::string& topic : SourceTopics()) {
      const auto [entry, inserted] = topic_of.emplace(Remote(topic), topic);
      if (inserted || entry->second == topic) continue;
      violations_.push_back(
          absl::StrCat(Show(topic), " and ", Show(entry->second),
                       " would both be copied to ", Show(entry->first)));
    }
  }

  void CheckLocalTopics() {
    for (const std::string& topic : options_.local_topics) {
      if (options_.names_tell_source) {
        ExpectEqual("TopicSource", topic, policy_.TopicSource(topic),
                    std::optional<std::string>(), "a local topic has none");
      }
      for (const std::string& name : {topic, Remote(topic)}) {
        ExpectEqual("IsInternalTopic", name, policy_.IsInternalTopic(name),
                    false, "it would never be replicated");
        ExpectEqual("IsHeartbeatsTopic", name, policy_.IsHeartbeatsTopic(name),
                    false, "it would pass every filter");
      }
    }
  }

  void CheckHeartbeats() {
    const std::string local = policy_.HeartbeatsTopic();
    CheckCopies(local);
    ExpectEqual("TopicSource", local, policy_.TopicSource(local),
                std::optional<std::string>(), "a cluster's own heartbeats");
    ExpectSource(Remote(local), options_.alias);
    ExpectHops(RemoteOfRemote(local), options_.alias, 2);
    for (const std::string& name :
         {local, Remote(local), RemoteOfRemote(local)}) {
      ExpectLegal(name);
      ExpectEqual("IsHeartbeatsTopic", name, policy_.IsHeartbeatsTopic(name),
                  true, "heartbeats are found by name on every cluster");
      ExpectEqual("IsInternalTopic", name, policy_.IsInternalTopic(name), false,
                  "heartbeats must be replicated");
    }
  }

  void CheckInternalTopics() {
    std::map<std::string, int> owners;
    ++owners[policy_.HeartbeatsTopic()];
    for (const std::string& alias : {options_.alias, options_.other_alias}) {
      const std::string checkpoints = policy_.CheckpointsTopic(alias);
      const std::string offset_syncs = policy_.OffsetSyncsTopic(alias);
      for (const std::string& name : {checkpoints, offset_syncs}) {
        ++owners[name];
        ExpectLegal(name);
        ExpectEqual("IsMm2InternalTopic", name,
                    policy_.IsMm2InternalTopic(name), true, "it is MM2's own");
        ExpectInternal(name);
      }
      ExpectEqual("IsCheckpointsTopic", checkpoints,
                  policy_.IsCheckpointsTopic(checkpoints), true,
                  "checkpoints are found by name");
      ExpectEqual("IsCheckpointsTopic", offset_syncs,
                  policy_.IsCheckpointsTopic(offset_syncs), false,
                  "its records are no checkpoints");
      // Connect names these, whatever the policy.
      for (const char* kind : {"configs", "offsets", "status"}) {
        ExpectInternal(absl::StrCat("mm2-", kind, ".", alias, ".internal"));
      }
    }
    ExpectInternal("__consumer_offsets");
    ExpectInternal("__transaction_state");
    for (const auto& [name, count] : owners) {
      if (count == 1) continue;
      violations_.push_back(absl::StrCat(Show(name), " is the name of ", count,
                                         " topics MM2 keeps apart"));
    }
  }

  void ExpectInternal(absl::string_view name) {
    ExpectEqual("IsInternalTopic", name, policy_.IsInternalTopic(name), true,
                "it must never be replicated");
  }

  void CheckGarbage() {
    for (const std::string& name :
         {std::string(), std::string("."), std::string(".."),
          std::string(kMaxTopicNameLength, '.'),
          std::string(kMaxTopicNameLength, '_'),
          std::string(kMaxTopicNameLength, '-'),
          std::string(kMaxTopicNameLength, 'a'), std::string("\0a\xFF\n", 4),
          Remote(""), Remote("."), std::string(".heartbeats"),
          std::string("heartbeats.")}) {
      const auto chain = internal::UpstreamTopics(policy_, name);
      if (chain.size() >= kMaxTopicNameLength) {
        violations_.push_back(
            absl::StrCat("UpstreamTopic from ", Show(name),
                         " on never comes to an end: it must answer nullopt "
                         "or the name itself at last"));
      }
      ExpectEqual("TopicSource", name, policy_.TopicSource(name),
                  policy_.TopicSource(name), "asked twice");
      ExpectEqual("FormatRemoteTopic", name, Remote(name), Remote(name),
                  "asked twice");
      if (policy_.IsMm2InternalTopic(name) ||
          policy_.IsCheckpointsTopic(name)) {
        ExpectInternal(name);
      }
    }
  }

  const ReplicationPolicy& policy_;
  const ReplicationPolicyContractOptions& options_;
  std::vector<std::string> violations_;
};

}  // namespace

std::vector<std::string> ReplicationPolicyViolations(
    const ReplicationPolicy& policy,
    const ReplicationPolicyContractOptions& options) {
  return Checker(policy, options).Run();
}

}  // namespace mirror
