// SPDX-License-Identifier: Apache-2.0

#include "mirror/sync/skipped_range.h"

#include <random>
#include <sstream>
#include <string>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/sync/index_segment.h"
#include "mirror/sync/skipped_range.pb.h"

namespace mirror::internal {
namespace {

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

// As docs/formats/offset-index.md has them.
const char kKeyHex[] =
    "00066f7264657273"  // "orders"
    "00000003"          // 3
    "ffffffffffffffd7"  // ~40
    "00000002"          // generation 2
    "0000";             // source-lost
const char kValueHex[] =
    "0801"            // format version
    "1032"            // length 50
    "1832"            // records 50
    "2080d095ffbc31"  // 1700000000 s
    "2a04676f6e65";   // "gone"

SkippedRangeKey Key() {
  return {{"orders", 3}, 2, UpstreamOffset(40), SkipReason::kSourceLost};
}

SkippedRangeRecord Record() {
  return {{UpstreamOffset(40), UpstreamOffset(90), 50, SkipReason::kSourceLost,
           absl::FromUnixSeconds(1700000000), "gone"}};
}

TEST(SkippedRange, IsTheBytesOfTheFormatPage) {
  EXPECT_EQ(absl::BytesToHexString(Key().Encode().value()), kKeyHex);
  EXPECT_EQ(SkippedRangeKey::Decode(absl::HexStringToBytes(kKeyHex)).value(),
            Key());
  EXPECT_EQ(absl::BytesToHexString(Record().Encode()), kValueHex);
  EXPECT_EQ(SkippedRangeRecord::Decode(Key(), absl::HexStringToBytes(kValueHex))
                .value(),
            Record());
}

TEST(SkippedRange, EveryReasonHasItsNameAndItsNumber) {
  const std::pair<SkipReason, std::string> reasons[] = {
      {SkipReason::kSourceLost, "source-lost"},
      {SkipReason::kSourceTruncated, "source-truncated"},
      {SkipReason::kSourceRecreated, "source-recreated"},
      {SkipReason::kRefused, "refused"},
      {SkipReason::kDeadLettered, "dead-lettered"},
      {SkipReason::kTargetLost, "target-lost"},
      {SkipReason::kBeforeStart, "before-start"}};
  char number = 0;
  for (const auto& [reason, name] : reasons) {
    EXPECT_EQ(ToString(reason), name);
    SkippedRangeKey key = Key();
    key.reason = reason;
    const std::string bytes = key.Encode().value();
    EXPECT_EQ(bytes.back(), number++) << name;
    EXPECT_EQ(SkippedRangeKey::Decode(bytes).value(), key) << name;
  }
}

TEST(SkippedRange, IsPrinted) {
  std::ostringstream os;
  os << Record().range;
  EXPECT_EQ(os.str(), "[40, 90) source-lost, at most 50 records: gone");
}

TEST(SkippedRange, IsBoundedWhateverItIsMadeOf) {
  SkippedRange range;
  range.first = UpstreamOffset(-5);
  range.end = UpstreamOffset(-7);
  range.records = -1;
  range.time = absl::FromUnixMicros(1500);
  range.detail = "caf\xc3\xa9\n" + std::string(1000, 'x');
  const SkippedRange bounded = Bounded(range);
  EXPECT_EQ(bounded.first, UpstreamOffset(0));
  EXPECT_EQ(bounded.end, UpstreamOffset(0));
  EXPECT_EQ(bounded.records, 0);
  EXPECT_EQ(bounded.time, absl::FromUnixMillis(1));
  EXPECT_EQ(bounded.detail, "caf???" + std::string(494, 'x'));
  EXPECT_EQ(Bounded(bounded), bounded);
}

TEST(SkippedRange, TheLargestFitsTheLimits) {
  SkippedRangeRecord record{
      Bounded({UpstreamOffset(0), UpstreamOffset(INT64_MAX), INT64_MAX,
               SkipReason::kTargetLost, absl::InfiniteFuture(),
               std::string(1000, 'x')}),
      true};
  const std::string bytes = record.Encode();
  EXPECT_LE(bytes.size(), SkippedRangeRecord::kMaxBytes);
  const SkippedRangeKey key{
      {"orders", 3}, 0, UpstreamOffset(0), SkipReason::kTargetLost};
  EXPECT_EQ(SkippedRangeRecord::Decode(key, bytes).value(), record);
}

// A reader of segments only does not look behind the offset.
TEST(SkippedRangeKey, IsNoSegmentsKeyAndNoSegmentsKeyIsOne) {
  for (const int64_t first : {int64_t{0}, int64_t{40}, int64_t{1} << 62}) {
    SkippedRangeKey key = Key();
    key.first = UpstreamOffset(first);
    EXPECT_EQ(IndexSegmentKey::Decode(*key.Encode()).status().code(), kInvalid);
    const IndexSegmentKey segment{{"orders", 3}, UpstreamOffset(first)};
    EXPECT_EQ(SkippedRangeKey::Decode(*segment.Encode()).status().code(),
              kInvalid);
  }
  EXPECT_FALSE(IndexSegment::Decode(Record().Encode()).ok());
}

TEST(SkippedRangeKey, RefusesGarbage) {
  const std::string good = absl::HexStringToBytes(kKeyHex);
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(SkippedRangeKey::Decode(good.substr(0, size)).status().code(),
              kInvalid)
        << size;
  }
  EXPECT_EQ(SkippedRangeKey::Decode(good + '\0').status().code(), kInvalid);
  std::string far = good;
  far[12] = '\x80';  // ~first: beyond any log
  EXPECT_EQ(SkippedRangeKey::Decode(far).status().code(), kInvalid);
  std::string newer = good;
  newer.back() = 7;
  EXPECT_EQ(SkippedRangeKey::Decode(newer).status().code(),
            absl::StatusCode::kUnimplemented);
}

void ExpectRefused(const internal::SkippedRangeProto& proto,
                   const std::string& why) {
  const auto record =
      SkippedRangeRecord::Decode(Key(), proto.SerializeAsString());
  EXPECT_EQ(record.status().code(), kInvalid);
  EXPECT_THAT(std::string(record.status().message()), testing::HasSubstr(why));
}

TEST(SkippedRangeRecord, RefusesWhatIsOutsideOfAnyLog) {
  internal::SkippedRangeProto proto;
  ExpectRefused(proto, "no format version");
  proto.set_format_version(1);
  proto.set_length((uint64_t{1} << 62) - 39);
  ExpectRefused(proto, "outside of any log");
  proto.set_length(~uint64_t{0});
  ExpectRefused(proto, "outside of any log");
  proto.set_length(0);
  proto.set_records(~uint64_t{0});
  ExpectRefused(proto, "outside of any log");
  proto.set_records(0);
  EXPECT_TRUE(SkippedRangeRecord::Decode(Key(), proto.SerializeAsString()).ok())
      << "a mark";
}

TEST(SkippedRangeRecord, RefusesNewerVersionsAndTooManyBytes) {
  internal::SkippedRangeProto proto;
  proto.set_format_version(2);
  EXPECT_EQ(SkippedRangeRecord::Decode(Key(), proto.SerializeAsString())
                .status()
                .code(),
            absl::StatusCode::kUnimplemented);
  proto.set_format_version(1);
  proto.set_detail(std::string(SkippedRangeRecord::kMaxBytes, 'x'));
  ExpectRefused(proto, "too many");
}

TEST(SkippedRangeRecord, ADetailWrittenByOthersIsCutAndMadePrintable) {
  internal::SkippedRangeProto proto;
  proto.set_format_version(1);
  proto.set_detail("\x1b[2J" + std::string(600, '\xff'));
  const auto record =
      SkippedRangeRecord::Decode(Key(), proto.SerializeAsString());
  EXPECT_EQ(record->range.detail, "?[2J" + std::string(496, '?'));
}

TEST(SkippedRangeRecord, GarbageIsReported) {
  std::mt19937 random(1);
  const std::string good = Record().Encode();
  for (int i = 0; i < 20000; ++i) {
    std::string bytes = good.substr(0, random() % (good.size() + 1));
    if (!bytes.empty()) bytes[random() % bytes.size()] ^= random() % 256;
    const auto record = SkippedRangeRecord::Decode(Key(), bytes);
    if (!record.ok()) continue;
    EXPECT_EQ(SkippedRangeRecord::Decode(Key(), record->Encode()).value(),
              *record);
  }
}

}  // namespace
}  // namespace mirror::internal
