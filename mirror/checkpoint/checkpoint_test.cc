// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/checkpoint.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

struct Vector {
  Checkpoint checkpoint;
  std::string key_hex;
  std::string value_hex;
};

class CheckpointVectors : public testing::TestWithParam<Vector> {};

TEST_P(CheckpointVectors, EncodeAsMm2DoesAndDecodeToTheSame) {
  const Vector& vector = GetParam();
  const std::string key = absl::HexStringToBytes(vector.key_hex);
  const std::string value = absl::HexStringToBytes(vector.value_hex);
  EXPECT_EQ(vector.checkpoint.EncodeKey().value(), key);
  EXPECT_EQ(vector.checkpoint.EncodeValue().value(), value);
  EXPECT_EQ(Checkpoint::Decode(key, value).value(), vector.checkpoint);
}

INSTANTIATE_TEST_SUITE_P(
    Mm2, CheckpointVectors,
    testing::Values(
        Vector{{"my-group",
                {"A.orders", 3},
                UpstreamOffset(1000),
                DownstreamOffset(998),
                ""},
               "00086d792d67726f75700008412e6f726465727300000003",
               "000000000000000003e800000000000003e60000"},
        Vector{
            {"group-1",
             {"topic-2", 3},
             UpstreamOffset(4),
             DownstreamOffset(5),
             "metadata-6"},
            "000767726f75702d310007746f7069632d3200000003",
            "000000000000000000040000000000000005000a6d657461646174612d36"}));

Checkpoint Sample() {
  return {"my-group",
          {"A.orders", 3},
          UpstreamOffset(1000),
          DownstreamOffset(998),
          "m"};
}

TEST(Checkpoint, PrintsAsMm2sFormatter) {
  EXPECT_EQ(Sample().ToString(),
            "Checkpoint{consumerGroupId=my-group, topicPartition=A.orders-3, "
            "upstreamOffset=1000, downstreamOffset=998, metadata=m}");
}

TEST(Checkpoint, TellsADeletionFromACheckpoint) {
  const std::string key = Sample().EncodeKey().value();
  EXPECT_EQ(Checkpoint::Decode(key, std::nullopt).value(), std::nullopt);
  EXPECT_EQ(Checkpoint::Decode(key, kDeletedCheckpoint).value(), std::nullopt);
  EXPECT_EQ(Checkpoint::DecodeKey(key).value(),
            (CheckpointKey{"my-group", {"A.orders", 3}}));
}

TEST(Checkpoint, IgnoresBytesAfterTheLastField) {
  EXPECT_EQ(Checkpoint::Decode(Sample().EncodeKey().value() + "x",
                               Sample().EncodeValue().value() + "y")
                .value(),
            Sample());
}

TEST(Checkpoint, ReportsEveryTruncation) {
  const std::string key = Sample().EncodeKey().value();
  const std::string value = Sample().EncodeValue().value();
  for (size_t size = 0; size < key.size(); ++size) {
    EXPECT_EQ(Checkpoint::Decode(key.substr(0, size), value).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  // Without any byte it is a deletion.
  for (size_t size = 1; size < value.size(); ++size) {
    EXPECT_EQ(Checkpoint::Decode(key, value.substr(0, size)).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

// MM2 reads any version as version 0 and may take nonsense for offsets.
TEST(Checkpoint, ReportsAnUnknownVersionAsSuch) {
  std::string value = Sample().EncodeValue().value();
  value[1] = 1;
  const absl::Status status =
      Checkpoint::Decode(Sample().EncodeKey().value(), value).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("version 1"));
}

TEST(Checkpoint, SaysBehindMm2sFieldsWhichCommitsAreStale) {
  const std::string plain = Sample().EncodeValue().value();
  Checkpoint corrected = Sample();
  corrected.stale_through = DownstreamOffset(1500);
  const std::string key = corrected.EncodeKey().value();
  const std::string value = corrected.EncodeValue().value();
  EXPECT_EQ(value, plain + std::string("\0\0\0\0\0\0\x05\xdc", 8));
  EXPECT_EQ(Checkpoint::Decode(key, value).value(), corrected);
  // Other bytes there are none of ours.
  EXPECT_EQ(Checkpoint::Decode(key, plain + "1234567").value(), Sample());
  EXPECT_EQ(Checkpoint::Decode(key, plain + std::string(8, '\xff')).value(),
            Sample());
}

TEST(Checkpoint, RefusesNegativeOffsets) {
  Checkpoint negative = Sample();
  negative.downstream = DownstreamOffset(-1);
  EXPECT_EQ(Checkpoint::Decode(negative.EncodeKey().value(),
                               negative.EncodeValue().value())
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Checkpoint, CannotEncodeStringsOverTheLimit) {
  Checkpoint checkpoint = Sample();
  checkpoint.metadata.assign(32768, 'm');
  EXPECT_EQ(checkpoint.EncodeValue().status().code(),
            absl::StatusCode::kInvalidArgument);
  checkpoint.group.assign(32768, 'g');
  EXPECT_EQ(checkpoint.EncodeKey().status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace mirror::internal
