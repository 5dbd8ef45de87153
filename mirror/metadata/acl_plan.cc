// SPDX-License-Identifier: Apache-2.0

#include "mirror/metadata/acl_plan.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "mirror/metadata/acl_ledger_record.h"
#include "mirror/policy/remote_topics.h"

namespace mirror::internal {
namespace {

constexpr char kPrefixedIsOff[] =
    "prefixed patterns are copied with sync.topic.acls.prefixed.enabled = true "
    "only";

// What becomes of a source's ACL: copied, skipped for a reason, or none of the
// flow's business.
struct Verdict {
  bool copy = false;
  std::string reason;
};

Verdict LeaveOut(std::string reason) { return {false, std::move(reason)}; }

// A topic of Kafka's or of the flow's own on the target that a prefix covers.
std::optional<std::string> OwnTopicUnder(const AclRules& rules,
                                         const std::string& prefix) {
  const ReplicationPolicy& policy = *rules.selection.policy;
  const std::string& alias = rules.source_alias;
  std::vector<std::string> own = {
      "__consumer_offsets",           "__transaction_state",
      policy.HeartbeatsTopic(),       policy.CheckpointsTopic(alias),
      policy.OffsetSyncsTopic(alias), AclLedgerTopic(alias)};
  own.insert(own.end(), rules.own_topics.begin(), rules.own_topics.end());
  for (const std::string& topic : own) {
    if (absl::StartsWith(topic, prefix)) return topic;
  }
  return std::nullopt;
}

Verdict JudgeTopicPrefix(const AclRules& rules, const AclBinding& acl,
                         const std::string& remote) {
  const ReplicationPolicy& policy = *rules.selection.policy;
  const std::string longer = acl.name + "x";
  if (acl.name == kAnyResource || policy.IsInternalTopic(longer) ||
      ReplicationHops(policy, longer, rules.selection.target_alias)) {
    return {};  // no such topic is mirrored, or none can be there
  }
  if (!rules.options.prefixed) return LeaveOut(kPrefixedIsOff);
  if (acl.name.empty() || remote.empty()) {
    return LeaveOut("an empty prefix means every topic of the target");
  }
  if (!absl::StartsWith(policy.FormatRemoteTopic(rules.source_alias, longer),
                        remote)) {
    return LeaveOut(
        "the replication policy gives topics with this prefix names that have "
        "no prefix in common");
  }
  if (const auto own = OwnTopicUnder(rules, remote)) {
    return LeaveOut(absl::StrCat("the prefix ", remote, " would be about ",
                                 *own, " as well"));
  }
  return {true, ""};
}

Verdict JudgeTopicName(const AclRules& rules, const AclBinding& acl,
                       const std::string& remote) {
  if (acl.name == kAnyResource) {
    return LeaveOut(
        "on the target \"*\" would be about topics that are not mirrored; "
        "allow "
        "or deny it there by hand if that is meant");
  }
  if (acl.name.empty() || !ShouldReplicateTopic(rules.selection, acl.name)) {
    return {};
  }
  if (remote == kAnyResource) {
    return LeaveOut("the replication policy makes \"*\", every topic, of it");
  }
  return {true, ""};
}

Verdict JudgeGroup(const AclRules& rules, const AclBinding& acl) {
  const bool prefixed = acl.pattern == AclPattern::kPrefixed;
  if (acl.name == kAnyResource || (prefixed && acl.name.empty())) {
    return LeaveOut(
        "on the target it would be about groups that do not come from the "
        "source; allow or deny it there by hand if that is meant");
  }
  if (!rules.groups->ShouldReplicateGroup(acl.name)) return {};
  if (prefixed && !rules.options.prefixed) return LeaveOut(kPrefixedIsOff);
  return {true, ""};
}

Verdict Judge(const AclRules& rules, const AclBinding& acl,
              const AclBinding& remote) {
  if (acl.resource == AclResource::kGroup) {
    return rules.options.groups ? JudgeGroup(rules, acl) : Verdict();
  }
  return acl.pattern == AclPattern::kPrefixed
             ? JudgeTopicPrefix(rules, acl, remote.name)
             : JudgeTopicName(rules, acl, remote.name);
}

}  // namespace

std::vector<AclResource> AclResources(const AclSyncOptions& options) {
  if (!options.groups) return {AclResource::kTopic};
  return {AclResource::kTopic, AclResource::kGroup};
}

std::optional<AclBinding> MapAcl(const AclRules& rules, const AclBinding& acl) {
  AclBinding remote = acl;
  if (acl.resource == AclResource::kGroup) return remote;
  if (acl.resource != AclResource::kTopic) return std::nullopt;
  // Two writers to a copy would be the end of it: only mirrors write there.
  if (acl.permission == AclPermission::kAllow) {
    if (acl.operation == AclOperation::kWrite) return std::nullopt;
    if (acl.operation == AclOperation::kAll) {
      remote.operation = AclOperation::kRead;
    }
  }
  remote.name =
      rules.selection.policy->FormatRemoteTopic(rules.source_alias, acl.name);
  return remote;
}

AclPlan PlanAcls(const AclRules& rules, absl::Span<const AclBinding> on_source,
                 absl::Span<const AclBinding> on_target,
                 const std::set<AclBinding>& ours) {
  AclPlan plan;
  std::set<AclBinding> wanted;
  std::set<AclBinding> mapped;
  for (const AclBinding& acl : on_source) {
    std::optional<AclBinding> remote = MapAcl(rules, acl);
    if (!remote) continue;
    Verdict verdict = Judge(rules, acl, *remote);
    if (verdict.copy) wanted.insert(*remote);
    if (!verdict.reason.empty()) {
      plan.left_out.push_back({acl, std::move(verdict.reason)});
    }
    mapped.insert(*std::move(remote));
  }
  const std::set<AclBinding> there(on_target.begin(), on_target.end());
  for (const AclBinding& acl : wanted) {
    if (there.count(acl) > 0) {
      ++plan.present;
    } else {
      plan.create.push_back(acl);
    }
  }
  if (!rules.options.remove) return plan;
  const std::vector<AclResource> listed = AclResources(rules.options);
  for (const AclBinding& acl : ours) {
    const bool is_known =
        std::find(listed.begin(), listed.end(), acl.resource) != listed.end();
    if (!is_known || mapped.count(acl) > 0) continue;
    (there.count(acl) > 0 ? plan.remove : plan.forget).push_back(acl);
  }
  return plan;
}

}  // namespace mirror::internal
