// SPDX-License-Identifier: Apache-2.0
//
// Which ACLs of the source belong on the target, under which names, and what is
// to be done for it: MM2's rewriting rules for ACLs, by difference, with no
// I/O.
//
//   AclPlan plan = PlanAcls(rules, on_source, on_target, /*ours=*/{});
//   for (const AclBinding& acl : plan.create) Show(acl.Subject(), acl.Rule());

#ifndef MIRROR_METADATA_ACL_PLAN_H_
#define MIRROR_METADATA_ACL_PLAN_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "mirror/flow_options.h"
#include "mirror/model/acl_binding.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/topic_selection.h"

namespace mirror::internal {

// What decides for one flow. A value type; thread-compatible.
struct AclRules {
  TopicSelection selection;
  std::string source_alias;
  // The flow's own topics on the target, besides those that the policy names:
  // progress, index, dead letters.
  std::vector<std::string> own_topics;
  // Not null if options.groups.
  std::shared_ptr<const GroupFilter> groups;
  AclSyncOptions options;
};

// An ACL of the source that the flow selects and that is not copied.
struct LeftOutAcl {
  AclBinding acl;
  std::string reason;
};

struct AclPlan {
  // On the target.
  std::vector<AclBinding> create;
  std::vector<AclBinding> remove;
  // Neither here nor there any more: only `ours` still has them.
  std::vector<AclBinding> forget;
  // ACLs that the target should have, and has.
  int64_t present = 0;
  std::vector<LeftOutAcl> left_out;
};

// The resource types that a flow with these options is about; `PlanAcls` is to
// be given all ACLs of these types, of both clusters.
std::vector<AclResource> AclResources(const AclSyncOptions& options);

// The ACL of the target that stands for this one of the source, whether or not
// the flow selects it; nothing for one that allows writing to a topic. ALL on a
// topic becomes READ on the copy.
std::optional<AclBinding> MapAcl(const AclRules& rules, const AclBinding& acl);

// Compares. `on_source` must be complete: what it lacks is removed if `ours`,
// the ACLs that this engine created on the target, has it. The topics and
// groups that are selected today make no difference to that, but another
// replication policy does.
//
// MM2's rules hold but for this: literal "*", of which MM2 makes the useless
// literal "S.*", is skipped.
AclPlan PlanAcls(const AclRules& rules, absl::Span<const AclBinding> on_source,
                 absl::Span<const AclBinding> on_target,
                 const std::set<AclBinding>& ours);

}  // namespace mirror::internal

#endif  // MIRROR_METADATA_ACL_PLAN_H_
