// SPDX-License-Identifier: Apache-2.0
//
// What real brokers cannot be made to answer; the rest is in tests/contract.

#include "mirror/kafka/kafka_group_membership.h"

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/group_membership.h"
#include "mirror/kafka/client.h"
#include "mirror/kafka/mock_brokers.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using Kind = GroupMembership::Change::Kind;
using Changes = std::vector<GroupMembership::Change>;

class KafkaGroupMembershipTest : public testing::Test {
 protected:
  KafkaGroupMembershipTest() { brokers_.CreateTopic("index", 4); }

  std::unique_ptr<KafkaGroupMembership> Join(const std::string& servers) {
    ClientSettings settings;
    settings.alias = "backup";
    settings.properties = {{"bootstrap.servers", servers},
                           {"group.id", "of the host's other consumers"}};
    MembershipOptions options;
    options.group = "A-mm2";
    options.topic = "index";
    // What an expelled member's own second one waits for.
    options.session_timeout = absl::Seconds(3);
    options.heartbeat_interval = absl::Milliseconds(50);
    return KafkaGroupMembership::Create(settings, options).value();
  }
  std::unique_ptr<KafkaGroupMembership> Join() {
    return Join(brokers_.servers());
  }

  // Polls until the last change is of this kind; what it is about. Empty after
  // half a minute.
  std::set<int32_t> Await(KafkaGroupMembership* member, Kind kind) {
    Changes changes;
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (absl::Now() < deadline) {
      member->Poll(absl::Milliseconds(20), &changes).IgnoreError();
      if (!changes.empty() && changes.back().kind == kind) {
        return changes.back().partitions;
      }
    }
    return {};
  }
  // The next error; OK after half a minute.
  absl::Status AwaitError(KafkaGroupMembership* member, Changes* changes) {
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (absl::Now() < deadline) {
      absl::Status status = member->Poll(absl::Milliseconds(20), changes);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  MockBrokers brokers_{1};
};

TEST_F(KafkaGroupMembershipTest, SaysWhichGrantIsMissingAndKeepsTrying) {
  brokers_.FailNext(MockBrokers::kJoinGroup, 1,
                    RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED);
  auto member = Join();
  Changes changes;
  EXPECT_THAT(AwaitError(member.get(), &changes),
              StatusIs(StatusCode::kPermissionDenied,
                       AllOf(HasSubstr("cluster backup: group A-mm2"),
                             HasSubstr("allow READ on group A-mm2"))));
  EXPECT_THAT(Await(member.get(), Kind::kAssigned), SizeIs(4));
}

TEST_F(KafkaGroupMembershipTest, WhoIsExpelledHasLostAllAndJoinsAgain) {
  auto member = Join();
  EXPECT_THAT(Await(member.get(), Kind::kAssigned), SizeIs(4));
  EXPECT_THAT(member->Prove(), IsOk());
  brokers_.FailNext(MockBrokers::kHeartbeat, 1,
                    RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID);
  EXPECT_THAT(Await(member.get(), Kind::kLost), SizeIs(4));
  EXPECT_THAT(Await(member.get(), Kind::kAssigned), SizeIs(4));
  EXPECT_THAT(member->Prove(), IsOk());
}

TEST_F(KafkaGroupMembershipTest, TheProofFailsWhenTheGroupKnowsTheMemberNot) {
  auto member = Join();
  EXPECT_THAT(Await(member.get(), Kind::kAssigned), SizeIs(4));
  brokers_.FailNext(MockBrokers::kOffsetCommit, 1,
                    RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION);
  EXPECT_THAT(member->Prove(), StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_THAT(Await(member.get(), Kind::kLost), SizeIs(4));
}

TEST_F(KafkaGroupMembershipTest, TheProofIsUnknownWhileTheGroupRebalances) {
  auto member = Join();
  EXPECT_THAT(Await(member.get(), Kind::kAssigned), SizeIs(4));
  brokers_.FailNext(MockBrokers::kOffsetCommit, 1,
                    RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS);
  EXPECT_THAT(member->Prove(), StatusIs(StatusCode::kUnavailable));
  EXPECT_THAT(member->Prove(), IsOk());
}

// librdkafka sends no event then.
TEST_F(KafkaGroupMembershipTest, ASessionThatEndsBeforeTheReleaseIsNoticed) {
  auto first = Join();
  EXPECT_THAT(Await(first.get(), Kind::kAssigned), SizeIs(4));
  auto second = Join();
  EXPECT_THAT(Await(first.get(), Kind::kRevoked), SizeIs(2));
  // Those of the second may be among them.
  brokers_.FailNext(MockBrokers::kHeartbeat, 20,
                    RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID);
  Changes changes;
  EXPECT_THAT(AwaitError(first.get(), &changes),
              StatusIs(StatusCode::kFailedPrecondition,
                       HasSubstr("the session ended during a rebalance")));
  ASSERT_THAT(changes, SizeIs(1));
  EXPECT_EQ(changes[0].kind, Kind::kLost);
  EXPECT_THAT(changes[0].partitions, SizeIs(4));
}

TEST_F(KafkaGroupMembershipTest, EndsSoonWhereNoBrokerAnswers) {
  const absl::Time start = absl::Now();
  auto member = Join("127.0.0.1:1");
  Changes changes;
  EXPECT_THAT(AwaitError(member.get(), &changes),
              StatusIs(StatusCode::kUnavailable, HasSubstr("backup")));
  EXPECT_THAT(member->Prove(), StatusIs(StatusCode::kFailedPrecondition));
  member->Leave();
  member.reset();
  EXPECT_LT(absl::Now() - start, absl::Seconds(10));
}

}  // namespace
}  // namespace mirror::internal
