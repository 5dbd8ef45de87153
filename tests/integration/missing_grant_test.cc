// SPDX-License-Identifier: Apache-2.0
//
// An engine from whose principals one ACL of docs/security.md after the other
// is taken while it runs: it says which, the rest continues, and giving it back
// is enough.

#include <ostream>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/model/acl_binding.h"
#include "mirror/telemetry/status.pb.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/permission_test.h"
#include "tests/integration/strict_cluster.h"
#include "tests/integration/test_cluster.h"

namespace mirror::internal::testing {
namespace {

using Op = AclOperation;

struct MissingCase {
  const char* name;
  const char* side;
  const char* resource;
  Op operation;
  // What is reported; the last ones may be missing.
  const char* words[3];
  // What makes the engine need it; may be null.
  void (*provoke)();

  std::vector<std::string> Words() const {
    std::vector<std::string> all;
    for (const char* word : words) {
      if (word != nullptr) all.emplace_back(word);
    }
    return all;
  }
};

void PrintTo(const MissingCase& missing, std::ostream* os) {
  *os << missing.name;
}

void AppendOrders() { Append("orders", 10); }
void CommitNext() {
  static int64_t next = 0;
  A().Commit("payments", "orders", ++next);
}
void AddPartition() {
  A()->AddPartitions("orders", A()->Partitions("orders") + 1);
}
void AllowOnSource(const std::string& topic, Op operation) {
  AclBinding acl;
  acl.name = topic;
  acl.principal = "User:mirror-A";
  acl.operation = operation;
  A().Allow(acl);
}
void AllowAnother() {
  static int64_t next = 0;
  AclBinding acl;
  acl.name = "orders";
  acl.principal = absl::StrCat("User:other-", ++next);
  A().Allow(acl);
}
// Seen by the mirror when all is there.
void MakeRefused() {
  CreateRefused("refused");
  AllowOnSource("refused", Op::kRead);
}

constexpr MissingCase kMissingCases[] = {
    {"SourceTopic",
     "A",
     "orders",
     Op::kRead,
     {"orders-0", "cluster A", "READ on it allows"},
     nullptr},
    {"SourceRecords",
     "A",
     "orders",
     Op::kRead,
     {"orders-0", "cluster A", "allow READ on topic orders"},
     [] { AllowOnSource("orders", Op::kDescribe); }},
    {"Copy",
     "B",
     "A.orders",
     Op::kWrite,
     {"orders-0", "allow WRITE on topic A.orders of cluster B"},
     AppendOrders},
    {"Partitions",
     "B",
     "A.orders",
     Op::kAlter,
     {"cluster B", "allow ALTER on topic A.orders"},
     AddPartition},
    {"Progress",
     "B",
     "mm2-offsets.A.internal",
     Op::kWrite,
     {"cluster B", "allow WRITE on topic mm2-offsets.A.internal"},
     AppendOrders},
    {"Index",
     "B",
     "mm2-offset-index.A.internal",
     Op::kWrite,
     {"cluster B", "allow WRITE on topic mm2-offset-index.A.internal"},
     AppendOrders},
    {"DeadLetters",
     "B",
     "mm2-dead-letters.A.internal",
     Op::kWrite,
     {"refused-0", "allow WRITE on topic mm2-dead-letters.A.internal"},
     MakeRefused},
    {"Heartbeats",
     "B",
     "heartbeats",
     Op::kWrite,
     {"cluster B", "allow WRITE on topic heartbeats"},
     nullptr},
    {"OffsetSyncs",
     "B",
     "mm2-offset-syncs.A.internal",
     Op::kWrite,
     {"cluster B", "allow WRITE on topic mm2-offset-syncs.A.internal"},
     AppendOrders},
    {"CheckpointsRead",
     "B",
     "A.checkpoints.internal",
     Op::kRead,
     {"cluster B", "allow READ on topic A.checkpoints.internal"},
     CommitNext},
    {"CheckpointsWrite",
     "B",
     "A.checkpoints.internal",
     Op::kWrite,
     {"cluster B", "allow WRITE on topic A.checkpoints.internal"},
     CommitNext},
    {"SourceGroup",
     "A",
     "payments",
     Op::kDescribe,
     {"cluster A", "payments", "allow DESCRIBE on the group"},
     nullptr},
    {"TargetGroup",
     "B",
     "payments",
     Op::kRead,
     {"cluster B: group payments", "allow READ on the group"},
     CommitNext},
    {"TopicOfTargetGroup",
     "B",
     "A.orders",
     Op::kRead,
     {"A.orders-0", "cluster B", "READ on the topic"},
     CommitNext},
    {"SourceConfigs",
     "A",
     "orders",
     Op::kDescribeConfigs,
     {"allow DESCRIBE_CONFIGS on topic orders on cluster A"},
     nullptr},
    {"TargetConfigs",
     "B",
     "A.orders",
     Op::kAlterConfigs,
     {"allow DESCRIBE_CONFIGS on topic A.orders on cluster B"},
     nullptr},
    {"SourceAcls",
     "A",
     "kafka-cluster",
     Op::kDescribe,
     {"allow DESCRIBE on CLUSTER kafka-cluster of cluster A"},
     nullptr},
    {"TargetAcls",
     "B",
     "kafka-cluster",
     Op::kAlter,
     {"allow DESCRIBE on CLUSTER kafka-cluster of cluster B"},
     nullptr},
    {"LedgerRead",
     "B",
     "mm2-acls.A.internal",
     Op::kRead,
     {"cluster B", "allow READ on topic mm2-acls.A.internal"},
     AllowAnother},
    {"LedgerWrite",
     "B",
     "mm2-acls.A.internal",
     Op::kWrite,
     {"cluster B", "allow WRITE on topic mm2-acls.A.internal"},
     AllowAnother},
};

class MissingGrantTest : public ::testing::Test,
                         public ::testing::WithParamInterface<MissingCase> {
 protected:
  // One engine for all cases.
  static void SetUpTestSuite() {
    Give();
    for (const char* topic : {"orders", "other"}) {
      A()->CreateTopic(topic, 1);
      Append(topic, 100);
    }
    CommitNext();
    mirror_ =
        new RunningMirror(AllFeatures("orders,other,refused", "payments"));
    EXPECT_TRUE(mirror_->AwaitCopied(A().get(), "orders"));
    ExpectAllIsWell();
  }
  static void TearDownTestSuite() { delete std::exchange(mirror_, nullptr); }
  void SetUp() override { Give(); }

  // All that is documented, but "refused" is not seen until MakeRefused().
  static void Give() {
    for (const Grant& grant :
         GrantsOfFlow({"orders", "other", "refused"}, "payments")) {
      if (grant.acl.name == "refused" && grant.acl.operation == Op::kRead) {
        continue;
      }
      ClusterOf(grant).Allow(grant.acl);
    }
  }

  static bool IsWell(const FlowStatus& status) {
    if (!status.reason().empty() || status.topic_problems_size() > 0 ||
        !status.checkpoints().reason().empty() ||
        status.checkpoints().problem_count() > 0 ||
        !status.group_offsets().reason().empty() ||
        !status.topic_configs().reason().empty() ||
        status.topic_configs().problem_count() > 0 ||
        !status.acls().reason().empty() || status.acls().refused_count() > 0) {
      return false;
    }
    for (const GroupSync& group : status.group_offsets().groups()) {
      if (group.state() == GROUP_REFUSED) return false;
    }
    for (const WorkerStatus& worker : status.workers()) {
      for (const PartitionStatus& partition : worker.partitions()) {
        if (partition.problem() != PROBLEM_NONE) return false;
      }
    }
    return true;
  }
  static int64_t IndexEnd() {
    const std::string index = "mm2-offset-index.A.internal";
    return B()->End({index, 0}) + B()->End({index, 1});
  }
  static void ExpectAllIsWell() {
    const int64_t index = IndexEnd();
    const FlowStatus before = mirror_->Status();
    AppendOrders();
    Append("other", 10);
    EXPECT_TRUE(mirror_->AwaitCopied(A().get(), "orders"));
    EXPECT_TRUE(mirror_->AwaitCopied(A().get(), "other"));
    EXPECT_TRUE(Eventually([&] {
      const FlowStatus status = mirror_->Status();
      return IsWell(status) && status.heartbeats() > before.heartbeats() &&
             status.offset_syncs() > before.offset_syncs() &&
             IndexEnd() > index;
    }));
  }
  static void ExpectOtherContinues() {
    Append("other", 10);
    EXPECT_TRUE(Eventually(
        [] { return B()->End({"A.other", 0}) == A()->End({"other", 0}); }));
  }

  static RunningMirror* mirror_;
};

RunningMirror* MissingGrantTest::mirror_ = nullptr;

TEST_P(MissingGrantTest, IsReportedAndHoldsUpNothingElseAndComesBack) {
  const MissingCase& missing = GetParam();
  AclBinding acl;
  for (const Grant& grant : GrantsOfFlow({"orders"}, "payments")) {
    if (grant.side == missing.side && grant.acl.name == missing.resource &&
        grant.acl.operation == missing.operation) {
      acl = grant.acl;
    }
  }
  ASSERT_EQ(acl.name, missing.resource) << "not documented";
  StrictCluster& cluster = acl.principal == "User:mirror-A" ? A() : B();
  mirror_->ForgetEvents();
  cluster.Forbid(acl);
  if (missing.provoke != nullptr) missing.provoke();
  EXPECT_TRUE(AwaitReported(mirror_, missing.Words()));
  ExpectOtherContinues();
  cluster.Allow(acl);
  ExpectAllIsWell();
}

INSTANTIATE_TEST_SUITE_P(All, MissingGrantTest,
                         ::testing::ValuesIn(kMissingCases),
                         [](const auto& tested) {
                           return std::string(tested.param.name);
                         });

TEST(DocumentedGrantsTest, EachIsMissingInSomeTest) {
  using Key = std::tuple<std::string, std::string, Op>;
  std::set<Key> tested;
  for (const MissingCase& missing : kMissingCases) {
    tested.insert({missing.side, missing.resource, missing.operation});
  }
  // One may be needed for several things.
  std::set<Key> documented;
  for (const Grant& grant : GrantsOfFlow({"orders"}, "payments")) {
    const AclBinding& acl = grant.acl;
    // See least_privilege_test.cc. On the target configs are looked at only
    // when a flow starts.
    if (acl.operation == Op::kCreate ||
        (grant.side == "B" && acl.operation == Op::kDescribeConfigs) ||
        (acl.operation == Op::kRead && ReadAtStart().count(acl.name) > 0)) {
      continue;
    }
    documented.insert({grant.side, acl.name, acl.operation});
    EXPECT_EQ(tested.count({grant.side, acl.name, acl.operation}), 1u) << acl;
  }
  EXPECT_EQ(tested.size(), documented.size());
}

}  // namespace
}  // namespace mirror::internal::testing
