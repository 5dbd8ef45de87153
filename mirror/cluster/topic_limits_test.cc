// SPDX-License-Identifier: Apache-2.0

#include "mirror/cluster/topic_limits.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1700000000);

RecordBounds Of(int64_t bytes, absl::Time time, bool null_key = false) {
  RecordBounds bounds;
  bounds.Add(bytes, absl::ToUnixMillis(time), null_key);
  return bounds;
}

TEST(TopicLimits, WithoutConfigsKafkasDefaultsHold) {
  const TopicLimits limits = ParseTopicLimits({});
  EXPECT_TRUE(limits.Admits(Of(1000000, kNow), kNow));
  EXPECT_FALSE(limits.Admits(Of(1048588, kNow), kNow));
  EXPECT_TRUE(limits.Admits(Of(1, kNow, /*null_key=*/true), kNow));
  EXPECT_TRUE(limits.Admits(Of(1, absl::UnixEpoch()), kNow));
  EXPECT_FALSE(limits.Admits(Of(1, kNow + absl::Hours(2)), kNow));
}

TEST(TopicLimits, ARecordIsJudgedByTheConfigsOfItsTopic) {
  const TopicLimits limits = ParseTopicLimits(
      {{"max.message.bytes", "2000", ConfigSource::kTopic},
       {"cleanup.policy", "delete,compact", ConfigSource::kTopic},
       {"message.timestamp.before.max.ms", "86400000"},
       {"message.timestamp.after.max.ms", "not a number"}});
  EXPECT_TRUE(limits.Admits(Of(1900, kNow), kNow));
  EXPECT_FALSE(limits.Admits(Of(1950, kNow), kNow));
  EXPECT_FALSE(limits.Admits(Of(1, kNow, /*null_key=*/true), kNow));
  EXPECT_FALSE(limits.Admits(Of(1, kNow - absl::Hours(25)), kNow));
  EXPECT_TRUE(limits.Admits(Of(1, kNow + absl::Minutes(50)), kNow));
}

TEST(TopicLimits, SeveralRecordsAreAdmittedIfEachOfThemIs) {
  const TopicLimits limits;
  RecordBounds bounds = Of(1000000, kNow);
  bounds.Add(1000000, absl::ToUnixMillis(kNow), false);
  EXPECT_TRUE(limits.Admits(bounds, kNow));
  bounds.Add(2000000, absl::ToUnixMillis(kNow), false);
  EXPECT_FALSE(limits.Admits(bounds, kNow));
}

TEST(TopicLimits, RecordsWithoutATimestampAreNotJudgedByIt) {
  RecordBounds bounds;
  bounds.Add(1, -1, false);
  EXPECT_TRUE(TopicLimits().Admits(bounds, kNow));
}

TEST(TopicLimits, WhereTheBrokerSetsTheTimeNoTimestampIsRejected) {
  const TopicLimits limits =
      ParseTopicLimits({{"message.timestamp.type", "LogAppendTime"},
                        {"message.timestamp.after.max.ms", "1000"}});
  EXPECT_TRUE(limits.Admits(Of(1, kNow + absl::Hours(1000)), kNow));
}

TEST(TopicLimits, ASmallLimitOnTimeIsNotUsedUpByTheSkewOfClocks) {
  const TopicLimits limits =
      ParseTopicLimits({{"message.timestamp.before.max.ms", "1000"}});
  EXPECT_TRUE(limits.Admits(Of(1, kNow - absl::Milliseconds(500)), kNow));
}

TEST(TopicLimits, TheReasonNamesSizesAndWhoSetTheLimit) {
  const TopicLimits limits = ParseTopicLimits(
      {{"max.message.bytes", "2000", ConfigSource::kStaticBroker},
       {"cleanup.policy", "compact", ConfigSource::kTopic}});
  EXPECT_THAT(limits.WhyNot(Of(5000, kNow), kNow),
              AllOf(HasSubstr("5000 bytes"), HasSubstr("is 2000"),
                    HasSubstr("set by the broker as message.max.bytes")));
  EXPECT_THAT(limits.WhyNot(Of(1, kNow, true), kNow), HasSubstr("no key"));
  EXPECT_THAT(limits.WhyNot(Of(1, kNow + absl::Hours(2)), kNow),
              HasSubstr("message.timestamp.after.max.ms 3600000"));
  EXPECT_THAT(limits.WhyNot(Of(1, kNow), kNow), IsEmpty());
}

}  // namespace
}  // namespace mirror::internal
