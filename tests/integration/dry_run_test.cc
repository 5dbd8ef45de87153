// SPDX-License-Identifier: Apache-2.0
//
// mirror_maker --dry-run as a process against real brokers: it tells all that
// the mirror would do, and does none of it.

#include <signal.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/acl_admin.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/cluster/topic_config.h"
#include "mirror/model/acl_binding.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/test_cluster.h"
#include "tests/support/child_process.h"
#include "tests/support/mirror_maker.h"

namespace mirror::internal::testing {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Properties(const std::string& a, const std::string& b) {
  return absl::StrCat("clusters = A, B\nA.bootstrap.servers = ", a,
                      "\nB.bootstrap.servers = ", b,
                      "\n"
                      "A->B.enabled = true\n"
                      "A->B.topics = orders.*\n"
                      "sync.topic.acls.remove.enabled = true\n"
                      "sync.topic.configs.interval.seconds = 1\n"
                      "refresh.topics.interval.seconds = 1\n");
}

// With an authorizer, which lets us do everything.
std::unique_ptr<TestCluster> StartCluster(const std::string& alias) {
  return TestCluster::Start(alias,
                            {"authorizer.class.name=org.apache.kafka.metadata."
                             "authorizer.StandardAuthorizer",
                             "super.users=User:ANONYMOUS"})
      .value();
}

// Lets alice read a topic, or takes that back.
void SetReadable(TestCluster* cluster, const std::string& topic,
                 bool readable) {
  AclBinding acl;
  acl.name = topic;
  acl.principal = "User:alice";
  const auto admin = cluster->cluster()->NewAclAdmin("test").value();
  const std::vector<AclBinding> acls = {acl};
  EXPECT_THAT(readable ? admin->CreateAcls(acls) : admin->DeleteAcls(acls),
              Each(IsOk()));
}

// All topics with their partitions and overrides, and all ACLs about topics.
std::map<std::string, std::string> Everything(TestCluster* cluster) {
  const auto admin = cluster->cluster()->NewAdmin("test").value();
  const std::vector<TopicDescription> topics = admin->ListTopics().value();
  std::map<std::string, std::string> all;
  for (const TopicDescription& topic : topics) {
    std::string& text = all[topic.name];
    text = absl::StrCat(admin->DescribeTopics({topic.name})[0].value().id, " ",
                        topic.partitions);
    const auto configs = admin->DescribeTopicConfigs({topic.name})[0].value();
    for (const TopicConfig& config : configs) {
      if (config.source != ConfigSource::kTopic) continue;
      absl::StrAppend(&text, " ", config.name, "=", config.value.value_or(""));
    }
  }
  const auto acl_admin = cluster->cluster()->NewAclAdmin("test").value();
  const auto acls = acl_admin->DescribeAcls({AclResource::kTopic}).value();
  for (const AclBinding& acl : acls) all[acl.ToString()] = "";
  return all;
}

class DryRunTest : public ::testing::Test {
 protected:
  static TestCluster* A() {
    static const std::unique_ptr<TestCluster> kCluster = StartCluster("A");
    return kCluster.get();
  }
  static TestCluster* B() {
    static const std::unique_ptr<TestCluster> kCluster = StartCluster("B");
    return kCluster.get();
  }

  static Ended DryRun(const std::string& file) {
    return RunMirrorMaker({file, "--dry-run"});
  }
};

TEST_F(DryRunTest, TellsAllDifferencesAndChangesNothingUntilTheMirrorDoes) {
  A()->CreateTopic("orders", 2, {{"cleanup.policy", "compact"}});
  A()->CreateTopic("orders-new", 3, {{"retention.bytes", "1000000"}});
  A()->CreateTopic("payments", 1);
  B()->CreateTopic("A.orders", 1, {{"retention.bytes", "2000000"}});
  SetReadable(A(), "orders", true);
  const std::string file =
      WriteProperties(Properties(A()->servers(), B()->servers()));
  const auto on_a = Everything(A());
  const auto on_b = Everything(B());

  const Ended ended = DryRun(file);
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_THAT(
      ended.output,
      AllOf(ContainsRegex("A->B  topic  +A.orders-new on B  +missing  +3 "
                          "partitions, .*retention.bytes=1000000"),
            ContainsRegex("A->B  partitions  +A.orders on B  +1 partition  +2 "
                          "partitions"),
            ContainsRegex("A->B  config  +A.orders cleanup.policy on B  +the "
                          "default \\(delete\\)  +compact"),
            ContainsRegex("A->B  config  +A.orders retention.bytes on B  "
                          "+2000000  +the default"),
            ContainsRegex("topic  +mm2-offsets.A.internal on B  +missing  +25"),
            ContainsRegex("topic  +mm2-offset-syncs.B.internal on A  +missing"),
            ContainsRegex("topic  +mm2-acls.A.internal on B  +missing  +1 "),
            ContainsRegex("A->B  acl  +TOPIC A.orders on B  +missing  +ALLOW "
                          "READ for User:alice from \\*"),
            ContainsRegex("B->A  topic  +heartbeats on A  +missing"),
            HasSubstr("; nothing was"), Not(HasSubstr("payments"))));
  EXPECT_EQ(Everything(A()), on_a);
  EXPECT_EQ(Everything(B()), on_b);

  const auto daemon = StartMirrorMaker({file});
  EXPECT_TRUE(Eventually([&] {
    return absl::StrContains(DryRun(file).output,
                             "nothing would be created or changed");
  })) << daemon->Output()
      << DryRun(file).output;
  EXPECT_THAT(daemon->Signal(SIGTERM), IsOk());
  EXPECT_THAT(daemon->Wait(absl::Seconds(10)), IsOkAndHolds(0));

  SetReadable(A(), "orders", false);
  EXPECT_TRUE(Eventually([&] {
    return absl::StrContains(DryRun(file).output, "1 would be created");
  }));
  EXPECT_THAT(DryRun(file).output,
              ContainsRegex("A->B  acl  +TOPIC A.orders on B  +ALLOW READ for "
                            "User:alice from \\*  +removed"));
}

TEST_F(DryRunTest, AnUnreachableClusterIsCode3) {
  const Ended ended =
      DryRun(WriteProperties(Properties(A()->servers(), "127.0.0.1:1")));
  EXPECT_EQ(ended.exit_code, 3);
  EXPECT_THAT(ended.output,
              AllOf(HasSubstr("error A->B"), HasSubstr("cluster B"),
                    HasSubstr("127.0.0.1:1")));
}

}  // namespace
}  // namespace mirror::internal::testing
