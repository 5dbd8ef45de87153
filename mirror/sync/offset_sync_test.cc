// SPDX-License-Identifier: Apache-2.0

#include "mirror/sync/offset_sync.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

struct Vector {
  OffsetSync sync;
  std::string key_hex;
  std::string value_hex;
};

class OffsetSyncVectors : public testing::TestWithParam<Vector> {};

TEST_P(OffsetSyncVectors, EncodeAsMm2DoesAndDecodeToTheSame) {
  const Vector& vector = GetParam();
  const std::string key = absl::HexStringToBytes(vector.key_hex);
  const std::string value = absl::HexStringToBytes(vector.value_hex);
  EXPECT_EQ(vector.sync.EncodeKey().value(), key);
  EXPECT_EQ(vector.sync.EncodeValue(), value);
  EXPECT_EQ(OffsetSync::Decode(key, value).value(), vector.sync);
}

INSTANTIATE_TEST_SUITE_P(
    Mm2, OffsetSyncVectors,
    testing::Values(
        Vector{{{"orders", 3}, UpstreamOffset(1000), DownstreamOffset(998)},
               "00066f726465727300000003",
               "00000000000003e800000000000003e6"},
        Vector{{{"topic-1", 2}, UpstreamOffset(3), DownstreamOffset(4)},
               "0007746f7069632d3100000002",
               "00000000000000030000000000000004"}));

TEST(OffsetSync, PrintsAsMm2sFormatter) {
  const OffsetSync sync{
      {"orders", 3}, UpstreamOffset(1000), DownstreamOffset(998)};
  EXPECT_EQ(sync.ToString(),
            "OffsetSync{topicPartition=orders-3, upstreamOffset=1000, "
            "downstreamOffset=998}");
}

// MM2's readers throw on a null value and lose the rest of the fetched batch;
// ours tells a deletion from garbage, one record at a time.
TEST(OffsetSync, TellsATombstoneFromASync) {
  const std::string key = OffsetSync{{"orders", 3}, {}, {}}.EncodeKey().value();
  EXPECT_EQ(OffsetSync::Decode(key, std::nullopt).value(), std::nullopt);
  EXPECT_EQ(OffsetSync::DecodeKey(key).value(), (TopicPartition{"orders", 3}));
}

TEST(OffsetSync, IgnoresBytesAfterTheLastField) {
  const OffsetSync sync{{"t", 0}, UpstreamOffset(1), DownstreamOffset(2)};
  EXPECT_EQ(OffsetSync::Decode(sync.EncodeKey().value() + "x",
                               sync.EncodeValue() + "y")
                .value(),
            sync);
}

TEST(OffsetSync, ReportsEveryTruncation) {
  const OffsetSync sync{{"orders", 3}, UpstreamOffset(1), DownstreamOffset(2)};
  const std::string key = sync.EncodeKey().value();
  const std::string value = sync.EncodeValue();
  for (size_t size = 0; size < key.size(); ++size) {
    EXPECT_EQ(OffsetSync::Decode(key.substr(0, size), value).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  for (size_t size = 0; size < value.size(); ++size) {
    EXPECT_EQ(OffsetSync::Decode(key, value.substr(0, size)).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

// MM2 would store them; a negative offset translates to a position no consumer
// can hold.
TEST(OffsetSync, RefusesNegativeOffsets) {
  const std::string key = OffsetSync{{"t", 0}, {}, {}}.EncodeKey().value();
  const std::string value =
      OffsetSync{{}, UpstreamOffset(5), DownstreamOffset(-1)}.EncodeValue();
  EXPECT_THAT(std::string(OffsetSync::Decode(key, value).status().message()),
              testing::HasSubstr("negative offset (-1)"));
}

TEST(OffsetSync, CannotEncodeATopicNameOverTheStringLimit) {
  const OffsetSync sync{{std::string(40000, 't'), 0}, {}, {}};
  EXPECT_EQ(sync.EncodeKey().status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace mirror::internal
