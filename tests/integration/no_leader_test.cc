// SPDX-License-Identifier: Apache-2.0
//
// One of the source's two brokers is down, and with it the partitions that only
// it holds.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/flow.h"
#include "mirror/policy/filters.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/test_cluster.h"
#include "tests/support/kafka_broker.h"

namespace mirror::internal::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class NoLeaderTest : public MirrorTest {
 protected:
  // A dead broker is noticed within six seconds. One that lives must not be
  // taken for dead on a slow machine: then all partitions go to the other.
  const std::vector<std::string> kSettings = {
      "broker.session.timeout.ms=6000", "broker.heartbeat.interval.ms=500"};

  void SetUp() override {
    auto first = TestCluster::Start("A", kSettings);
    ASSERT_THAT(first, IsOk());
    a_ = *std::move(first);
    auto second = KafkaBroker::Join(*a_->broker(), kSettings);
    ASSERT_THAT(second, IsOk());
    second_ = *std::move(second);
    admin_ = a_->cluster()->NewAdmin("test").value();
    a_->CreateTopic(Topic("orders"), 2);
    for (const int32_t i : {0, 1}) {
      a_->AppendNumbers({Topic("orders"), i}, 0, 10);
    }
  }

  // Kills the second broker and returns the partition that is left without a
  // leader.
  TopicPartition LoseALeader() {
    EXPECT_THAT(second_->Kill(), IsOk());
    TopicPartition lost{Topic("orders"), -1};
    EXPECT_TRUE(Eventually([&] {
      // One that knows nothing of the broker that is gone: those of one client
      // id share a client.
      admin_ =
          a_->cluster()->NewAdmin(absl::StrCat("test-", ++admins_)).value();
      for (const int32_t i : {0, 1}) {
        const auto end =
            admin_->ListOffsets({{Topic("orders"), i}}, OffsetSpec::kLatest)[0];
        if (absl::IsUnavailable(end.status())) lost.partition = i;
      }
      return lost.partition >= 0;
    }));
    return lost;
  }

  Flow FlowFromA() {
    Flow flow("A", "B");
    flow.source.properties = {{"bootstrap.servers", a_->servers()}};
    flow.target.properties = {{"bootstrap.servers", target()->servers()}};
    flow.topics = RegexTopicFilter::Create(Topic(".*")).value();
    flow.topic_configs.enabled = false;
    flow.acls.enabled = false;
    return flow;
  }

  std::unique_ptr<TestCluster> a_;
  std::unique_ptr<KafkaBroker> second_;
  std::unique_ptr<ClusterAdmin> admin_;
  int admins_ = 0;
};

TEST_F(NoLeaderTest, IsNoMissingTopicAndWaitedFor) {
  const TopicPartition lost = LoseALeader();
  EXPECT_THAT(
      admin_->ListOffsets({lost, {lost.topic, 7}}, OffsetSpec::kLatest),
      ElementsAre(StatusIs(absl::StatusCode::kUnavailable,
                           AllOf(HasSubstr("has no leader on cluster A"),
                                 HasSubstr(lost.topic))),
                  StatusIs(absl::StatusCode::kNotFound)));
  RunningMirror mirror(FlowFromA());
  const int32_t led = 1 - lost.partition;
  EXPECT_TRUE(Eventually([&] {
    return mirror.Partition(lost.topic, led).records() == 10 &&
           mirror.Partition(lost.topic, lost.partition).problem() ==
               PROBLEM_SOURCE_UNAVAILABLE;
  }));
  EXPECT_THAT(mirror.Partition(lost.topic, lost.partition).reason(),
              HasSubstr("has no leader on cluster A"));
  EXPECT_THAT(mirror.Status().reason(),
              HasSubstr("has no leader on cluster A"));
  ASSERT_THAT(second_->Restart(kSettings), IsOk());
  EXPECT_TRUE(mirror.AwaitCopied(a_.get(), lost.topic));
}

}  // namespace
}  // namespace mirror::internal::testing
