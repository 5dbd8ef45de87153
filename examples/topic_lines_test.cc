// SPDX-License-Identifier: Apache-2.0

#include "examples/topic_lines.h"

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/checkpoint/checkpoint.h"
#include "mirror/heartbeat/heartbeat.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/sync/index_segment.h"
#include "mirror/sync/offset_sync.h"
#include "mirror/sync/skipped_range.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

TEST(FormatRecord, PrintsHeartbeats) {
  const Heartbeat beat{"A", "B", absl::FromUnixMillis(1700000000000)};
  EXPECT_THAT(FormatRecord(TopicKind::kHeartbeats, *beat.EncodeKey(),
                           beat.EncodeValue()),
              IsOkAndHolds("Heartbeat{sourceClusterAlias=A, "
                           "targetClusterAlias=B, timestamp=1700000000000}"));
  EXPECT_THAT(
      FormatRecord(TopicKind::kHeartbeats, *beat.EncodeKey(), std::nullopt),
      IsOkAndHolds("deleted: Heartbeat{sourceClusterAlias=A, "
                   "targetClusterAlias=B}"));
}

TEST(FormatRecord, PrintsCheckpoints) {
  const Checkpoint checkpoint{"my-group",
                              {"A.orders", 3},
                              UpstreamOffset(1000),
                              DownstreamOffset(998),
                              ""};
  EXPECT_THAT(FormatRecord(TopicKind::kCheckpoints, *checkpoint.EncodeKey(),
                           *checkpoint.EncodeValue()),
              IsOkAndHolds("Checkpoint{consumerGroupId=my-group, "
                           "topicPartition=A.orders-3, upstreamOffset=1000, "
                           "downstreamOffset=998, metadata=}"));
  EXPECT_THAT(FormatRecord(TopicKind::kCheckpoints, *checkpoint.EncodeKey(),
                           std::nullopt),
              IsOkAndHolds("deleted: Checkpoint{consumerGroupId=my-group, "
                           "topicPartition=A.orders-3}"));
}

TEST(FormatRecord, PrintsOffsetSyncs) {
  const OffsetSync sync{
      {"orders", 3}, UpstreamOffset(1000), DownstreamOffset(998)};
  EXPECT_THAT(FormatRecord(TopicKind::kOffsetSyncs, *sync.EncodeKey(),
                           sync.EncodeValue()),
              IsOkAndHolds("OffsetSync{topicPartition=orders-3, "
                           "upstreamOffset=1000, downstreamOffset=998}"));
  EXPECT_THAT(
      FormatRecord(TopicKind::kOffsetSyncs, *sync.EncodeKey(), std::nullopt),
      IsOkAndHolds("deleted: OffsetSync{topicPartition=orders-3}"));
}

TEST(FormatRecord, PrintsIndexSegments) {
  const IndexSegmentKey key{{"orders", 3}, UpstreamOffset(0)};
  IndexSegment segment;
  segment.generation = 2;
  segment.began_here = true;
  segment.source = {"abc", 5};
  segment.target_topic_id = "def";
  segment.runs = {
      {UpstreamOffset(0), DownstreamOffset(500), 1000},
      {UpstreamOffset(1003), DownstreamOffset(1509), 20, /*skipped=*/3,
       /*unindexed=*/9}};
  EXPECT_THAT(
      FormatRecord(TopicKind::kOffsetIndex, *key.Encode(), segment.Encode()),
      IsOkAndHolds("OffsetIndex{topicPartition=orders-3, "
                   "firstUpstreamOffset=0, generation=2, beganHere=true, "
                   "topicId=abc, leaderEpoch=5, targetTopicId=def, "
                   "runs=[0->500*1000, "
                   "1003->1509*20 skipped 3 unindexed 9]}"));
  EXPECT_THAT(
      FormatRecord(TopicKind::kOffsetIndex, *key.Encode(), std::nullopt),
      IsOkAndHolds("deleted: OffsetIndex{topicPartition=orders-3, "
                   "firstUpstreamOffset=0}"));
}

TEST(FormatRecord, PrintsSkippedRanges) {
  const SkippedRangeKey key{
      {"orders", 3}, 2, UpstreamOffset(40), SkipReason::kSourceLost};
  const SkippedRangeRecord record{
      {UpstreamOffset(40), UpstreamOffset(90), 50, SkipReason::kSourceLost,
       absl::FromUnixSeconds(1700000000), "retention"}};
  EXPECT_THAT(
      FormatRecord(TopicKind::kOffsetIndex, *key.Encode(), record.Encode()),
      IsOkAndHolds("SkippedRange{topicPartition=orders-3, "
                   "firstUpstreamOffset=40, generation=2, reason=source-lost, "
                   "endUpstreamOffset=90, records=50, "
                   "time=2023-11-14T22:13:20+00:00, merged=false, "
                   "detail=retention}"));
  EXPECT_THAT(
      FormatRecord(TopicKind::kOffsetIndex, *key.Encode(), std::nullopt),
      IsOkAndHolds("deleted: SkippedRange{topicPartition=orders-3, "
                   "firstUpstreamOffset=40, generation=2, "
                   "reason=source-lost}"));
  EXPECT_THAT(FormatRecord(TopicKind::kOffsetIndex, *key.Encode(), "garbage"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(FormatRecord, RefusesGarbage) {
  for (const TopicKind kind :
       {TopicKind::kHeartbeats, TopicKind::kCheckpoints,
        TopicKind::kOffsetSyncs, TopicKind::kOffsetIndex}) {
    EXPECT_THAT(FormatRecord(kind, "x", "y"),
                StatusIs(absl::StatusCode::kInvalidArgument));
    EXPECT_THAT(FormatRecord(kind, "", std::nullopt),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

TEST(DetectTopicKind, GoesByTheName) {
  const auto policy = DefaultReplicationPolicy::Create().value();
  const auto detect = [&](const char* topic) {
    return DetectTopicKind(*policy, topic);
  };
  EXPECT_EQ(detect("heartbeats"), TopicKind::kHeartbeats);
  EXPECT_EQ(detect("A.heartbeats"), TopicKind::kHeartbeats);
  EXPECT_EQ(detect("A.checkpoints.internal"), TopicKind::kCheckpoints);
  EXPECT_EQ(detect("mm2-offset-syncs.B.internal"), TopicKind::kOffsetSyncs);
  EXPECT_EQ(detect("mm2-offset-index.A.internal"), TopicKind::kOffsetIndex);
  EXPECT_EQ(detect("mm2-offsets.A.internal"), std::nullopt);
  EXPECT_EQ(detect("orders"), std::nullopt);
}

TEST(ParseTopicKind, KnowsItsNames) {
  EXPECT_EQ(ParseTopicKind("heartbeats"), TopicKind::kHeartbeats);
  EXPECT_EQ(ParseTopicKind("checkpoints"), TopicKind::kCheckpoints);
  EXPECT_EQ(ParseTopicKind("offset-syncs"), TopicKind::kOffsetSyncs);
  EXPECT_EQ(ParseTopicKind("offset-index"), TopicKind::kOffsetIndex);
  EXPECT_EQ(ParseTopicKind("orders"), std::nullopt);
}

}  // namespace
}  // namespace mirror::internal
