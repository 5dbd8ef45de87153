// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>
#include <utility>

#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/policy/renaming_replication_policy.h"
#include "tests/fuzz/fuzz_input.h"

namespace {

// Expects a way back wherever the inner policy has one.
void Check(mirror::RenamingReplicationPolicy::Options options,
           const std::string& topic) {
  const auto inner = options.inner;
  const auto policy =
      mirror::RenamingReplicationPolicy::Create(std::move(options));
  if (!policy.ok()) return;
  (void)(*policy)->OriginalTopic(topic);
  (void)(*policy)->UpstreamTopic(topic);
  if (inner->UpstreamTopic(inner->FormatRemoteTopic("A", topic)) != topic) {
    return;
  }
  const std::string remote = (*policy)->FormatRemoteTopic("A", topic);
  FUZZ_CHECK((*policy)->UpstreamTopic(remote) == topic);
}

}  // namespace

// Input: pattern, rewrite and both of the inverse, a topic and its new name
// (strings), and the topic to rename (the rest). Every name that a topic can
// have comes back from what it is renamed to.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  mirror::FuzzInput input(data, size);
  mirror::RenamingReplicationPolicy::Options options;
  mirror::RenamingReplicationPolicy::Rule rule;
  rule.pattern = input.TakeString();
  rule.rewrite = input.TakeString();
  rule.inverse_pattern = input.TakeString();
  rule.inverse_rewrite = input.TakeString();
  options.rules.push_back(rule);
  const std::string from = input.TakeString();
  const std::string to = input.TakeString();
  if (!from.empty()) options.names[from] = to;
  const std::string topic = input.TakeRest();
  if (topic.empty() || topic.size() > 249) return 0;
  for (const char c : topic) {
    const bool legal = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       (c >= '0' && c <= '9') || c == '.' || c == '_' ||
                       c == '-';
    if (!legal) return 0;
  }
  options.inner = mirror::DefaultReplicationPolicy::Create().value();
  Check(options, topic);
  options.inner = mirror::IdentityReplicationPolicy::Create();
  Check(options, topic);
  return 0;
}
