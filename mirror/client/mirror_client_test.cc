// SPDX-License-Identifier: Apache-2.0

#include "mirror/client/mirror_client.h"

#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/client/client_fixture.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using Origin = GroupPosition::Origin;

Translation Exact(int64_t d) {
  return {DownstreamOffset(d), Exactness::kExact};
}
Translation AtLeast(int64_t d) {
  return {DownstreamOffset(d), Exactness::kLowerBound};
}
GroupPosition ExactFor(int64_t u, int64_t d) {
  return {DownstreamOffset(d), Exactness::kExact, Origin::kIndex,
          UpstreamOffset(u), ""};
}
GroupPosition FromCheckpoint(int64_t u, int64_t d) {
  return {DownstreamOffset(d), Exactness::kLowerBound, Origin::kCheckpoint,
          UpstreamOffset(u), ""};
}

class MirrorClientTest : public ClientFixture {
 protected:
  auto TranslateGroup(const std::string& group = "billing") {
    return client_->TranslateOffsets("primary", group, kTimeout);
  }
  auto Translate(int64_t u, const std::string& topic = "orders") {
    return client_->TranslateOffset("primary", {topic, 0}, UpstreamOffset(u),
                                    kTimeout);
  }
};

TEST_F(MirrorClientTest, TranslatesAGroupsPositionsByTheIndex) {
  CreateCopy("primary.orders", 1500);
  CreateCopy("primary.ledger", 10);
  WriteIndex("orders", {Run(0, 500, 1000)});
  WriteCheckpoint("billing", "primary.orders", 777, 501);
  WriteCheckpoint("billing", "primary.ledger", 8, 3);
  WriteCheckpoint("shipping", "primary.orders", 5, 505);
  EXPECT_THAT(
      TranslateGroup(),
      IsOkAndHolds(ElementsAre(
          Pair(TopicPartition{"primary.ledger", 0}, FromCheckpoint(8, 3)),
          Pair(TopicPartition{"primary.orders", 0}, ExactFor(777, 1277)))));
}

TEST_F(MirrorClientTest, TranslatesUnderTheIdentityPolicy) {
  Connect(IdentityReplicationPolicy::Create());
  CreateCopy("orders", 1500);
  WriteIndex("orders", {Run(0, 500, 1000)});
  WriteCheckpoint("billing", "orders", 7, 501);
  EXPECT_THAT(TranslateGroup(),
              IsOkAndHolds(ElementsAre(
                  Pair(TopicPartition{"orders", 0}, ExactFor(7, 507)))));
  EXPECT_THAT(Translate(7), IsOkAndHolds(Exact(507)));
}

// As MM2 keeps them with offset-syncs.topic.location=target.
TEST_F(MirrorClientTest, TranslatesByMm2sOffsetSyncsWhereThereIsNoIndex) {
  CreateCopy("primary.orders", 300);
  WriteSync("orders", 100, 200);
  WriteCheckpoint("billing", "primary.orders", 100, 150);
  WriteCheckpoint("shipping", "primary.orders", 120, 150);
  EXPECT_THAT(TranslateGroup(),
              IsOkAndHolds(ElementsAre(Pair(TopicPartition{"primary.orders", 0},
                                            ExactFor(100, 200)))));
  EXPECT_THAT(Translate(120), IsOkAndHolds(AtLeast(201)));
}

// Source 100 to 149 were lost before they were copied.
std::vector<OffsetRun> AroundALoss() {
  return {{UpstreamOffset(0), DownstreamOffset(500), 100},
          {UpstreamOffset(150), DownstreamOffset(600), 100, /*skipped=*/50}};
}

TEST_F(MirrorClientTest, AGroupLearnsWhatItWillNotRead) {
  CreateCopy("primary.orders", 700);
  WriteIndex("orders", AroundALoss());
  WriteSkipped("orders", Skipped(100, 150));
  WriteSkipped("orders", Skipped(170, 171, SkipReason::kDeadLettered));
  WriteCheckpoint("before", "primary.orders", 7, 507);
  WriteCheckpoint("within", "primary.orders", 120, 600);
  WriteCheckpoint("behind", "primary.orders", 150, 600);
  const auto position = [&](const std::string& group) {
    return TranslateGroup(group)->at({"primary.orders", 0});
  };
  GroupPosition expected = ExactFor(7, 507);
  expected.skipped = {Skipped(100, 150),
                      Skipped(170, 171, SkipReason::kDeadLettered)};
  EXPECT_EQ(position("before"), expected);
  expected.upstream = UpstreamOffset(120);
  expected.offset = DownstreamOffset(600);
  EXPECT_EQ(position("within"), expected) << "exact, and yet something misses";
  expected.upstream = UpstreamOffset(150);
  expected.skipped.erase(expected.skipped.begin());
  EXPECT_EQ(position("behind"), expected) << "had its share on the source";
}

TEST_F(MirrorClientTest, AGroupLearnsItEvenWhereItsPositionIsUnknown) {
  standby_->CreateTopic("primary.orders", 1);
  WriteIndex("orders", {Run(0, 500, 100)});
  WriteSkipped("orders", Skipped(100, 150));
  WriteCheckpoint("billing", "primary.orders", 7, 507);
  const GroupPosition position = TranslateGroup()->at({"primary.orders", 0});
  EXPECT_FALSE(position.known());
  EXPECT_THAT(position.skipped, ElementsAre(Skipped(100, 150)));
}

TEST_F(MirrorClientTest, ASinglePositionNamesWhatIsSkippedAboveIt) {
  CreateCopy("primary.orders", 700);
  WriteIndex("orders", AroundALoss());
  WriteSkipped("orders", Skipped(100, 150));
  EXPECT_EQ(Translate(120).value(),
            (TranslatedOffset{Exact(600), {Skipped(100, 150)}}));
  EXPECT_EQ(Translate(150).value(), (TranslatedOffset{Exact(600), {}}));
  const auto waited = client_->WaitUntilTranslatable(
      "primary", {"orders", 0}, UpstreamOffset(149), kTimeout);
  EXPECT_EQ(waited.value(),
            (TranslatedOffset{Exact(600), {Skipped(100, 150)}}));
  EXPECT_EQ(client_->UnreadableRecords("primary"), 0) << "those are none";
}

TEST_F(MirrorClientTest, WhatAnEarlierTopicLostIsNoLongerReported) {
  CreateCopy("primary.orders", 700);
  WriteIndex("orders", {Run(0, 500, 100)});
  WriteSkipped("orders", Skipped(100, 150));
  EXPECT_THAT(Translate(7)->skipped, ElementsAre(Skipped(100, 150)));
  WriteSkipped("orders", Skipped(0, 0, SkipReason::kSourceRecreated), 1);
  WriteIndex("orders", {Run(0, 600, 100)}, 1);
  EXPECT_THAT(Translate(0)->skipped,
              ElementsAre(Skipped(0, 0, SkipReason::kSourceRecreated)));
  EXPECT_THAT(Translate(7), IsOkAndHolds(Exact(607)));
  EXPECT_THAT(Translate(7)->skipped, ElementsAre());
}

// It may be of a second copy, of which the index does not know the first yet.
TEST_F(MirrorClientTest, AnOffsetSyncBehindTheEndOfTheIndexIsNotBelieved) {
  CreateCopy("primary.orders", 1500);
  WriteIndex("orders", {Run(0, 500, 100)});
  WriteSync("orders", 200, 700);
  EXPECT_THAT(Translate(50), IsOkAndHolds(Exact(550)));
  EXPECT_THAT(Translate(250), IsOkAndHolds(AtLeast(600)));
}

// What a Java MM2 leaves by default: its offset syncs are on the source.
TEST_F(MirrorClientTest, AnswersFromCheckpointsAlone) {
  CreateCopy("primary.orders", 300);
  WriteCheckpoint("billing", "primary.orders", 100, 150);
  EXPECT_THAT(TranslateGroup(),
              IsOkAndHolds(ElementsAre(Pair(TopicPartition{"primary.orders", 0},
                                            FromCheckpoint(100, 150)))));
}

TEST_F(MirrorClientTest, ATopicThatWentHomeHasOnlyItsCheckpoint) {
  CreateCopy("orders", 300);
  WriteIndex("orders", {Run(0, 0, 300)});
  WriteCheckpoint("billing", "orders", 200, 150);
  EXPECT_THAT(TranslateGroup(),
              IsOkAndHolds(ElementsAre(Pair(TopicPartition{"orders", 0},
                                            FromCheckpoint(200, 150)))));
}

TEST_F(MirrorClientTest, TranslatesAnyOffsetWithoutACheckpoint) {
  CreateCopy("primary.orders", 1500);
  WriteIndex("orders", {Run(0, 500, 1000)});
  EXPECT_THAT(Translate(0), IsOkAndHolds(Exact(500)));
  EXPECT_THAT(Translate(999), IsOkAndHolds(Exact(1499)));
  EXPECT_THAT(Translate(1000), IsOkAndHolds(Exact(1500)));
  EXPECT_THAT(Translate(5000), IsOkAndHolds(AtLeast(1500)));
}

TEST_F(MirrorClientTest, TranslatesBack) {
  CreateCopy("primary.orders", 1500);
  WriteIndex("orders", {Run(0, 500, 1000)});
  EXPECT_THAT(
      client_->TranslateBack("primary", {"orders", 0}, DownstreamOffset(507),
                             kTimeout),
      IsOkAndHolds(BackTranslation{UpstreamOffset(7), Exactness::kExact}));
}

TEST_F(MirrorClientTest, ReadsOnlyWhatIsNew) {
  CreateCopy("primary.orders", 1500);
  WriteIndex("orders", {Run(0, 500, 1000)});
  WriteSync("payments", 100, 200);
  WriteCheckpoint("billing", "primary.orders", 7, 501);
  ASSERT_THAT(TranslateGroup(), IsOk());
  for (const char* topic : {kIndex, kSyncs, kCheckpoints}) {
    standby_->FailFetch({topic, 0}, absl::InternalError("was read again"));
  }
  EXPECT_THAT(Translate(7), IsOkAndHolds(Exact(507)));
  EXPECT_THAT(TranslateGroup(), IsOk());
  for (const char* topic : {kIndex, kSyncs, kCheckpoints}) {
    standby_->FailFetch({topic, 0}, absl::OkStatus());
  }
  WriteIndex("payments", {Run(0, 0, 10)});
  CreateCopy("primary.payments", 10);
  EXPECT_THAT(Translate(3, "payments"), IsOkAndHolds(Exact(3)));
  EXPECT_THAT(Translate(7), IsOkAndHolds(Exact(507)));
}

TEST_F(MirrorClientTest, ReadsAllPartitionsOfTheIndex) {
  CreateCopy("primary.orders", 1500);
  standby_->CreateTopic(kIndex, 2);
  WriteIndex("payments", {Run(0, 0, 10)});
  const IndexSegmentKey key{{"orders", 0}, UpstreamOffset(0)};
  IndexSegment segment;
  segment.runs = {Run(0, 500, 1000)};
  Record record;
  record.key = *key.Encode();
  record.value = segment.Encode();
  standby_->Append({kIndex, 1}, record);
  EXPECT_THAT(Translate(7), IsOkAndHolds(Exact(507)));
}

TEST_F(MirrorClientTest, GarbageIsSkippedRecordByRecordAndCounted) {
  CreateCopy("primary.orders", 1500);
  Write(kIndex, "garbage", "garbage");
  WriteIndex("orders", {Run(0, 500, 1000)});
  Write(kSyncs, "", std::nullopt);
  WriteSync("orders", 2000, 5000);
  Write(kCheckpoints, "garbage", std::nullopt);
  Write(kCheckpoints, "garbage", "garbage");
  WriteCheckpoint("billing", "primary.orders", 7, 501);
  EXPECT_THAT(TranslateGroup(),
              IsOkAndHolds(ElementsAre(Pair(TopicPartition{"primary.orders", 0},
                                            ExactFor(7, 507)))));
  EXPECT_EQ(client_->UnreadableRecords("primary"), 4);
  EXPECT_EQ(client_->UnreadableRecords("other"), 0);
}

TEST_F(MirrorClientTest, TombstonesDeleteWhatTheyName) {
  CreateCopy("primary.orders", 1500);
  WriteIndex("orders", {Run(0, 500, 1000)});
  WriteCheckpoint("billing", "primary.orders", 7, 501);
  WriteCheckpoint("billing", "primary.payments", 7, 501);
  const Checkpoint gone{"billing", {"primary.payments", 0}, {}, {}, ""};
  Write(kCheckpoints, *gone.EncodeKey(), std::nullopt);
  EXPECT_THAT(TranslateGroup(), IsOkAndHolds(testing::SizeIs(1)));
  const IndexSegmentKey key{{"orders", 0}, UpstreamOffset(0)};
  Write(kIndex, *key.Encode(), std::nullopt);
  EXPECT_THAT(Translate(7), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(client_->UnreadableRecords("primary"), 0);
}

TEST_F(MirrorClientTest, ARecreatedIndexTopicReplacesWhatWasRead) {
  CreateCopy("primary.orders", 1500);
  WriteIndex("orders", {Run(0, 500, 1000)});
  WriteSync("payments", 100, 200);
  CreateCopy("primary.payments", 300);
  EXPECT_THAT(Translate(7), IsOkAndHolds(Exact(507)));
  standby_->DeleteTopic(kIndex);
  WriteIndex("orders", {Run(0, 300, 1000)});
  EXPECT_THAT(Translate(7), IsOkAndHolds(Exact(307)));
  EXPECT_THAT(Translate(100, "payments"), IsOkAndHolds(Exact(200)));
  standby_->DeleteTopic(kIndex);
  EXPECT_THAT(Translate(7), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Translate(100, "payments"), IsOkAndHolds(Exact(200)));
}

TEST_F(MirrorClientTest, ARecreatedCheckpointsTopicReplacesWhatWasRead) {
  CreateCopy("primary.orders", 1500);
  WriteCheckpoint("billing", "primary.orders", 7, 501);
  EXPECT_THAT(TranslateGroup(), IsOk());
  standby_->DeleteTopic(kCheckpoints);
  WriteCheckpoint("shipping", "primary.orders", 7, 501);
  EXPECT_THAT(TranslateGroup(), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(TranslateGroup("shipping"), IsOk());
}

TEST_F(MirrorClientTest, RemoteConsumerOffsetsAreTheCheckpointsAsTheyAre) {
  WriteCheckpoint("billing", "primary.orders", 7, 400);
  WriteCheckpoint("billing", "primary.orders", 8, 501, "note");
  WriteCheckpoint("shipping", "primary.orders", 9, 900);
  EXPECT_THAT(client_->RemoteConsumerOffsets("primary", "billing", kTimeout),
              IsOkAndHolds(ElementsAre(Pair(TopicPartition{"primary.orders", 0},
                                            GroupOffset{501, "note"}))));
  EXPECT_THAT(client_->RemoteConsumerOffsets("primary", "unknown", kTimeout),
              IsOkAndHolds(testing::IsEmpty()));
}

TEST_F(MirrorClientTest, UsesThePolicysNames) {
  DefaultReplicationPolicy::Options options;
  options.separator = "_";
  Connect(DefaultReplicationPolicy::Create(options).value());
  CreateCopy("primary_orders", 100);
  const Checkpoint checkpoint{"billing",
                              {"primary_orders", 0},
                              UpstreamOffset(7),
                              DownstreamOffset(7),
                              ""};
  Write("primary_checkpoints_internal", *checkpoint.EncodeKey(),
        *checkpoint.EncodeValue());
  EXPECT_THAT(TranslateGroup(), IsOk());
  EXPECT_THAT(client_->CheckpointTopics(),
              IsOkAndHolds(ElementsAre("primary_checkpoints_internal")));
}

TEST_F(MirrorClientTest, TellsWhatTopicNamesTell) {
  for (const char* topic : {"heartbeats", "A.heartbeats", "A.B.heartbeats",
                            "A.orders", "C.orders", "orders"}) {
    standby_->CreateTopic(topic, 1);
  }
  EXPECT_THAT(client_->ReplicationHops("B"), IsOkAndHolds(2));
  EXPECT_THAT(client_->ReplicationHops("C"), IsOkAndHolds(std::nullopt));
  EXPECT_THAT(client_->HeartbeatTopics(),
              IsOkAndHolds(
                  ElementsAre("A.B.heartbeats", "A.heartbeats", "heartbeats")));
  EXPECT_THAT(client_->UpstreamClusters(), IsOkAndHolds(ElementsAre("A", "B")));
  EXPECT_THAT(client_->RemoteTopics(),
              IsOkAndHolds(ElementsAre("A.B.heartbeats", "A.heartbeats",
                                       "A.orders", "C.orders")));
  EXPECT_THAT(client_->RemoteTopics("C"),
              IsOkAndHolds(ElementsAre("C.orders")));
}

TEST_F(MirrorClientTest, WaitsUntilAPositionIsExact) {
  CreateCopy("primary.orders", 1500);
  int waits = 0;
  clock_.on_wait = [&] {
    ++waits;
    if (waits == 1) WriteIndex("orders", {Run(0, 500, 100)});
    if (waits == 2) WriteIndex("orders", {Run(0, 500, 1000)});
  };
  EXPECT_THAT(client_->WaitUntilTranslatable("primary", {"orders", 0},
                                             UpstreamOffset(777), kTimeout),
              IsOkAndHolds(Exact(1277)));
  EXPECT_EQ(waits, 2);
}

}  // namespace
}  // namespace mirror::internal
