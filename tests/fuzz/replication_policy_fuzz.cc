// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>

#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/policy/replication_policy.h"
#include "tests/fuzz/fuzz_input.h"

namespace {

// Asks everything that is asked of a topic name found on a cluster.
void AskAbout(const mirror::ReplicationPolicy& policy,
              const std::string& topic) {
  FUZZ_CHECK(mirror::internal::UpstreamTopics(policy, topic).size() <=
             topic.size() + 1);
  (void)policy.OriginalTopic(topic);
  (void)policy.IsInternalTopic(topic);
  (void)policy.IsHeartbeatsTopic(topic);
}

}  // namespace

// Input: separator, alias (strings), topic (the rest). No name is endless or
// fatal, and the default policy reads back what it formatted unless the
// separator shows up earlier.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  mirror::FuzzInput input(data, size);
  const std::string separator = input.TakeString();
  const std::string alias = input.TakeString();
  const std::string topic = input.TakeRest();

  mirror::IdentityReplicationPolicy::Options identity_options;
  identity_options.source_alias = alias;
  identity_options.separator = separator;
  AskAbout(*mirror::IdentityReplicationPolicy::Create(identity_options), topic);

  mirror::DefaultReplicationPolicy::Options options;
  options.separator = separator;
  const auto policy = mirror::DefaultReplicationPolicy::Create(options);
  if (!policy.ok()) return 0;
  AskAbout(**policy, topic);
  const std::string remote = (*policy)->FormatRemoteTopic(alias, topic);
  AskAbout(**policy, remote);
  if (!topic.empty() && topic.find(separator) == std::string::npos &&
      remote.find(separator) == alias.size()) {
    FUZZ_CHECK((*policy)->TopicSource(remote) == alias);
    FUZZ_CHECK((*policy)->UpstreamTopic(remote) == topic);
  }
  return 0;
}
