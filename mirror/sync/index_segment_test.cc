// SPDX-License-Identifier: Apache-2.0

#include "mirror/sync/index_segment.h"

#include <random>
#include <string>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/sync/index_segment.pb.h"

namespace mirror::internal {
namespace {

OffsetRun MakeRun(int64_t u, int64_t d, int64_t length, uint32_t skipped = 0,
                  uint32_t unindexed = 0) {
  return {UpstreamOffset(u), DownstreamOffset(d), length, skipped, unindexed};
}

const char kKeyHex[] = "00066f7264657273000000030000000000000000";

IndexSegment FromTheBeginning() {
  IndexSegment segment;
  segment.began_here = true;
  segment.runs = {MakeRun(0, 500, 1000)};
  return segment;
}

IndexSegment WithAGap() {
  IndexSegment segment = FromTheBeginning();
  segment.source = {"ID", 5};
  segment.runs.push_back(MakeRun(1001, 1501, 50, 1));
  return segment;
}

TEST(IndexSegment, IsTheBytesOfTheFormatPage) {
  const IndexSegmentKey key{{"orders", 3}, UpstreamOffset(0)};
  EXPECT_EQ(absl::BytesToHexString(key.Encode().value()), kKeyHex);
  EXPECT_EQ(IndexSegmentKey::Decode(absl::HexStringToBytes(kKeyHex)).value(),
            key);
  const std::string hex = "080128013201003a02f4034202e8074a0100";
  EXPECT_EQ(absl::BytesToHexString(FromTheBeginning().Encode()), hex);
  EXPECT_EQ(IndexSegment::Decode(absl::HexStringToBytes(hex)).value(),
            FromTheBeginning());
}

TEST(IndexSegment, RunsAreDeltasAndTheSourceIsNamed) {
  const std::string hex =
      "0801"        // format version
      "1a024944"    // topic id
      "2005"        // leader epoch
      "2801"        // began here
      "32020002"    // upstream: +0, +1
      "3a03f40301"  // downstream: +500, +1
      "4203e80732"  // length: 1000, 50
      "4a020001";   // skipped: 0, 1
  EXPECT_EQ(absl::BytesToHexString(WithAGap().Encode()), hex);
  EXPECT_EQ(IndexSegment::Decode(absl::HexStringToBytes(hex)).value(),
            WithAGap());
}

TEST(IndexSegment, KeepsWhatRestartsTell) {
  IndexSegment segment;
  segment.generation = 2;
  segment.target_topic_id = "TARGET";
  segment.runs = {MakeRun(0, 0, 101), MakeRun(50, 151, 60, 3, 50)};
  EXPECT_EQ(IndexSegment::Decode(segment.Encode()).value(), segment);
}

TEST(IndexSegment, AFullOneFitsTheLimits) {
  IndexSegment segment;
  segment.source.topic_id = segment.target_topic_id = std::string(22, 'x');
  for (size_t i = 0; i < IndexSegment::kMaxRuns; ++i) {
    const auto n = static_cast<int64_t>(i + 1) << 50;
    segment.runs.push_back(MakeRun(n, n, int64_t{1} << 49, 7, 4000000000u));
  }
  const std::string bytes = segment.Encode();
  EXPECT_LE(bytes.size(), IndexSegment::kMaxBytes);
  EXPECT_EQ(IndexSegment::Decode(bytes).value(), segment);
  segment.runs.push_back(segment.runs.front());
  EXPECT_FALSE(IndexSegment::Decode(segment.Encode()).ok());
}

void ExpectRefused(const internal::IndexSegmentProto& proto,
                   const std::string& why) {
  const auto segment = IndexSegment::Decode(proto.SerializeAsString());
  EXPECT_EQ(segment.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(segment.status().message()), testing::HasSubstr(why));
}

TEST(IndexSegment, RefusesWhatIsOutsideOfAnyLog) {
  internal::IndexSegmentProto proto;
  proto.set_format_version(1);
  EXPECT_TRUE(IndexSegment::Decode(proto.SerializeAsString()).ok());
  proto.add_upstream(-1);
  proto.add_downstream(0);
  proto.add_length(1);
  proto.add_skipped(0);
  ExpectRefused(proto, "run 0 starts");
  proto.set_upstream(0, 5);
  proto.set_length(0, ~uint64_t{0});
  ExpectRefused(proto, "run 0 reaches");
  proto.set_length(0, 1);
  proto.set_skipped(0, 6);
  ExpectRefused(proto, "run 0 reaches");
  proto.add_length(1);
  ExpectRefused(proto, "different lengths");
}

TEST(IndexSegment, RefusesANegativeLeaderEpoch) {
  internal::IndexSegmentProto proto;
  ASSERT_TRUE(proto.ParseFromString(WithAGap().Encode()));
  proto.set_leader_epoch(-1);
  ExpectRefused(proto, "leader epoch");
}

TEST(IndexSegment, RefusesOtherVersions) {
  internal::IndexSegmentProto proto;
  ExpectRefused(proto, "no format version");
  proto.set_format_version(2);
  EXPECT_EQ(IndexSegment::Decode(proto.SerializeAsString()).status().code(),
            absl::StatusCode::kUnimplemented);
}

TEST(IndexSegment, RefusesTooManyBytes) {
  EXPECT_FALSE(
      IndexSegment::Decode(std::string(IndexSegment::kMaxBytes + 1, '\0'))
          .ok());
}

TEST(IndexSegment, GarbageIsReported) {
  std::mt19937 random(1);
  const std::string good = WithAGap().Encode();
  for (int i = 0; i < 20000; ++i) {
    std::string bytes = good.substr(0, random() % (good.size() + 1));
    if (!bytes.empty()) bytes[random() % bytes.size()] ^= random() % 256;
    const auto segment = IndexSegment::Decode(bytes);
    if (segment.ok()) {
      EXPECT_EQ(IndexSegment::Decode(segment->Encode()).value(), *segment);
    }
  }
}

TEST(IndexSegmentKey, RefusesGarbage) {
  const std::string good = absl::HexStringToBytes(kKeyHex);
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(IndexSegmentKey::Decode(good.substr(0, size)).ok()) << size;
  }
}

}  // namespace
}  // namespace mirror::internal
