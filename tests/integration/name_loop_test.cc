// SPDX-License-Identifier: Apache-2.0
//
// Two daemons, one per direction, whose files give the same cluster different
// names: no alias of one file is in the topic names that the other writes.

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/test_cluster.h"
#include "tests/support/child_process.h"
#include "tests/support/mirror_maker.h"

namespace mirror::internal::testing {
namespace {

// Mirrors `from`, which it calls "generic", to `to`.
std::unique_ptr<ChildProcess> Mirror(TestCluster* from, TestCluster* to,
                                     const std::string& name) {
  return StartMirrorMaker({WriteProperties(absl::StrCat(
      "clusters = generic, ", name,
      "\ngeneric.bootstrap.servers = ", from->servers(), "\n", name,
      ".bootstrap.servers = ", to->servers(), "\ngeneric->", name,
      ".enabled = true\n"
      "topics = .*\n"
      "replication.factor = 1\n"
      "refresh.topics.interval.seconds = 1\n"
      "sync.topic.acls.enabled = false\n"))});
}

using NameLoopTest = MirrorTest;

TEST_F(NameLoopTest, NamesDoNotGrowThoughTheFilesNameTheClustersDifferently) {
  const auto there = Mirror(source(), target(), "dc1");
  const auto back = Mirror(target(), source(), "dc2");
  const auto await = [&](TestCluster* cluster, const std::string& topic) {
    EXPECT_TRUE(Eventually([&] { return cluster->Partitions(topic) == 1; }))
        << topic << "\n"
        << there->Output() << back->Output();
  };
  source()->CreateTopic("orders", 1);
  await(target(), "generic.orders");
  // Each copy of a later topic shows that the daemon has seen the earlier ones.
  target()->CreateTopic("refunds", 1);
  await(source(), "generic.refunds");
  source()->CreateTopic("ends", 1);
  await(target(), "generic.ends");
  for (TestCluster* cluster : {source(), target()}) {
    for (const char* topic : {"orders", "refunds", "ends", "heartbeats"}) {
      const std::string twice = absl::StrCat("generic.generic.", topic);
      EXPECT_EQ(cluster->Partitions(twice), 0) << twice;
    }
  }
  EXPECT_THAT(there->Output(), ::testing::HasSubstr("generic.refunds"));
}

}  // namespace
}  // namespace mirror::internal::testing
