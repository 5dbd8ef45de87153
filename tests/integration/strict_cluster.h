// SPDX-License-Identifier: Apache-2.0
//
// A broker where nothing is allowed that no ACL allows, and what
// docs/security.md says that a mirror has to be allowed there.
//
//   StrictCluster cluster("A");
//   for (const Grant& grant : GrantsFor({"orders"}, "payments")) {
//     if (grant.side == "A") cluster.Allow(grant.acl);
//   }
//   flow.source.properties = cluster.Properties("A");

#ifndef TESTS_INTEGRATION_STRICT_CLUSTER_H_
#define TESTS_INTEGRATION_STRICT_CLUSTER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mirror/cluster/acl_admin.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/cluster/group_admin.h"
#include "mirror/model/acl_binding.h"
#include "tests/integration/test_cluster.h"
#include "tests/support/secure_listeners.h"

namespace mirror::internal::testing {

// The side of an application on the target.
inline constexpr char kApplication[] = "application";

struct Grant {
  std::string feature;  // "group offsets"
  std::string side;     // "A", "B" or kApplication: User:mirror-SIDE
  AclBinding acl;
};

// One for each operation in the tables, which are about a flow A->B, a topic
// "orders" and a group "payments".
std::vector<Grant> DocumentedGrants();

// The same for other topics and another group.
std::vector<Grant> GrantsFor(const std::vector<std::string>& topics,
                             const std::string& group);

// The broker, and what its operator does. Calls are checked: what fails shows
// as a failure of the test. Thread safety: as TestCluster.
class StrictCluster {
 public:
  explicit StrictCluster(const std::string& alias);

  TestCluster* operator->() { return cluster_.get(); }
  TestCluster* get() { return cluster_.get(); }
  // As User:mirror-SIDE logs in.
  std::map<std::string, std::string> Properties(const std::string& side) const;

  // Return when the broker goes by it.
  void Allow(const AclBinding& acl);
  void Forbid(const AclBinding& acl);
  std::vector<AclBinding> AclsOf(const std::string& principal);

  void SetConfig(const std::string& topic, const std::string& name,
                 const std::string& value);
  // Empty: not set for the topic.
  std::string Config(const std::string& topic, const std::string& name);

  // Of partition 0.
  void Commit(const std::string& group, const std::string& topic,
              int64_t offset);
  // -1: the group has committed nothing there.
  int64_t Committed(const std::string& group, const std::string& topic);

 private:
  bool Holds(const AclBinding& acl);

  const SecureListeners secure_;
  const std::unique_ptr<TestCluster> cluster_;
  const std::unique_ptr<AclAdmin> acls_;
  const std::unique_ptr<ClusterAdmin> topics_;
  const std::unique_ptr<GroupAdmin> groups_;
};

}  // namespace mirror::internal::testing

#endif  // TESTS_INTEGRATION_STRICT_CLUSTER_H_
