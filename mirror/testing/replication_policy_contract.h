// SPDX-License-Identifier: Apache-2.0
//
// What the library relies on in every ReplicationPolicy, as a check for the
// author of one. Needs no particular test framework; with GoogleTest:
//
//   TEST(MyPolicy, KeepsTheContract) {
//     EXPECT_THAT(mirror::ReplicationPolicyViolations(MyPolicy()),
//                 testing::IsEmpty());
//   }

#ifndef MIRROR_TESTING_REPLICATION_POLICY_CONTRACT_H_
#define MIRROR_TESTING_REPLICATION_POLICY_CONTRACT_H_

#include <string>
#include <vector>

#include "mirror/policy/replication_policy.h"

namespace mirror {

// What to try the policy with. A value type.
struct ReplicationPolicyContractOptions {
  // Two different aliases the policy is meant for.
  std::string alias = "primary";
  std::string other_alias = "standby";
  // Topics born on the source: distinct, not internal, not copies.
  std::vector<std::string> local_topics = {"orders", "payments", "Events2"};
  // Whether a copy's name tells its source, so that cycles can be seen. False
  // for policies that keep names, like IdentityReplicationPolicy; heartbeats
  // must tell their source even then, since hops are counted by them.
  bool names_tell_source = true;
};

// One sentence per broken rule, naming the topic and both answers; empty if the
// policy keeps them all. The rules: answers are repeatable and name legal
// Kafka topics; UpstreamTopic and TopicSource undo FormatRemoteTopic over one
// hop and two; distinct topics stay distinct; heartbeats are told apart from
// other topics and always carry their source; internal topics are recognised
// and never collide; every walk up a name ends, also for garbage.
std::vector<std::string> ReplicationPolicyViolations(
    const ReplicationPolicy& policy,
    const ReplicationPolicyContractOptions& options = {});

}  // namespace mirror

#endif  // MIRROR_TESTING_REPLICATION_POLICY_CONTRACT_H_
