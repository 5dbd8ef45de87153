// SPDX-License-Identifier: Apache-2.0
//
// Every record a real MM2 wrote: decoded, encoded again to the same bytes,
// found in the same partition, printed as MM2's formatters print it.

#include "tests/golden/golden.h"

#include <cctype>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/checkpoint/checkpoint.h"
#include "mirror/heartbeat/heartbeat.h"
#include "mirror/model/murmur2.h"
#include "mirror/progress/connect_offset.h"
#include "mirror/sync/offset_sync.h"

namespace mirror::internal {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;

std::string TestName(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

std::string Bytes(const std::string& value) { return value; }
std::string Bytes(const absl::StatusOr<std::string>& value) {
  return value.value();
}

// Decodes all records of `file` as `Codec`s and compares bytes and print.
template <typename Codec>
void ExpectSameBytesAndLines(const std::string& file) {
  const std::vector<GoldenRecord> records = ReadGolden(file);
  ASSERT_THAT(records, Not(IsEmpty()));
  std::vector<std::string> lines;
  for (const GoldenRecord& record : records) {
    const auto decoded = Codec::Decode(record.key.value(), record.value);
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    ASSERT_TRUE(decoded->has_value());
    const Codec& codec = **decoded;
    EXPECT_EQ(Bytes(codec.EncodeKey()), record.key);
    EXPECT_EQ(Bytes(codec.EncodeValue()), record.value);
    lines.push_back(codec.ToString());
  }
  EXPECT_EQ(lines, ReadFormatted(file));
}

class GoldenHeartbeats : public testing::TestWithParam<std::string> {};
TEST_P(GoldenHeartbeats, KeepBytesAndPrintAlike) {
  ExpectSameBytesAndLines<Heartbeat>(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Mm2, GoldenHeartbeats,
                         testing::ValuesIn(GoldenFiles("heartbeats")),
                         TestName);

class GoldenCheckpoints : public testing::TestWithParam<std::string> {};
TEST_P(GoldenCheckpoints, KeepBytesAndPrintAlike) {
  ExpectSameBytesAndLines<Checkpoint>(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Mm2, GoldenCheckpoints,
                         testing::ValuesIn(GoldenFiles("checkpoints")),
                         TestName);

class GoldenOffsetSyncs : public testing::TestWithParam<std::string> {};
TEST_P(GoldenOffsetSyncs, KeepBytesAndPrintAlike) {
  ExpectSameBytesAndLines<OffsetSync>(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Mm2, GoldenOffsetSyncs,
                         testing::ValuesIn(GoldenFiles("mm2-offset-syncs")),
                         TestName);

// The flow A->B's; B->A had nothing to copy, so its topic is empty.
class GoldenSourceOffsets : public testing::TestWithParam<std::string> {};
TEST_P(GoldenSourceOffsets, KeepBytesAndPartition) {
  const std::vector<GoldenRecord> records = ReadGolden(GetParam());
  ASSERT_THAT(records, Not(IsEmpty()));
  for (const GoldenRecord& record : records) {
    const auto decoded = ConnectOffset::Decode(*record.key, record.value);
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    const std::string key =
        std::visit([](const auto& k) { return k.Encode(); }, decoded->key);
    EXPECT_EQ(key, record.key);
    EXPECT_EQ(EncodeConnectOffsetValue(decoded->offset.value()), record.value);
    EXPECT_EQ(PartitionForKey(key, 25), record.partition) << key;
  }
}
INSTANTIATE_TEST_SUITE_P(Mm2, GoldenSourceOffsets,
                         testing::ValuesIn(GoldenFiles("target.mm2-offsets")),
                         TestName);

}  // namespace
}  // namespace mirror::internal
