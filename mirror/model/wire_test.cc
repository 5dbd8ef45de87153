// SPDX-License-Identifier: Apache-2.0

#include "mirror/model/wire.h"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

using ::testing::HasSubstr;

TEST(Wire, WritesBigEndianWithoutPaddingAndReadsItBack) {
  WireWriter writer;
  writer.PutInt16(0x0102);
  writer.PutInt32(-2);
  writer.PutString("orders");
  writer.PutInt64(std::numeric_limits<int64_t>::min());
  const std::string bytes = *std::move(writer).Finish();
  EXPECT_EQ(bytes, std::string("\x01\x02\xff\xff\xff\xfe\x00\x06orders"
                               "\x80\x00\x00\x00\x00\x00\x00\x00",
                               22));
  WireReader reader("test", bytes);
  int16_t a;
  int32_t b;
  absl::string_view text;
  int64_t c;
  ASSERT_TRUE(reader.ReadInt16(&a) && reader.ReadInt32(&b) &&
              reader.ReadString(&text) && reader.ReadInt64(&c));
  EXPECT_EQ(a, 0x0102);
  EXPECT_EQ(b, -2);
  EXPECT_EQ(text, "orders");
  EXPECT_EQ(c, std::numeric_limits<int64_t>::min());
}

TEST(Wire, HoldsStringsUpToTheInt16Limit) {
  WireWriter fits;
  fits.PutString(std::string(32767, 'x'));
  EXPECT_EQ(std::move(fits).Finish()->size(), 2u + 32767u);
  WireWriter too_long;
  too_long.PutString(std::string(32768, 'x'));
  const auto bytes = std::move(too_long).Finish();
  EXPECT_EQ(bytes.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(bytes.status().message()), HasSubstr("32768"));
}

TEST(Wire, SaysWhereBytesAreMissingAndKeepsFailing) {
  WireReader reader("offset sync key", absl::string_view("\x00\x05"
                                                         "ab",
                                                         4));
  absl::string_view text;
  int16_t number;
  EXPECT_FALSE(reader.ReadString(&text));
  EXPECT_EQ(reader.status().message(),
            "offset sync key is truncated: 5 bytes expected at byte 2 of 4");
  EXPECT_FALSE(reader.ReadInt16(&number));
}

TEST(Wire, RefusesANegativeStringLength) {
  WireReader reader("key", "\xff\xff");
  absl::string_view text;
  EXPECT_FALSE(reader.ReadString(&text));
  EXPECT_THAT(std::string(reader.status().message()),
              HasSubstr("negative string length (-1)"));
}

TEST(Wire, RefusesNegativePartitionsAndOffsets) {
  int32_t partition;
  int64_t offset;
  EXPECT_FALSE(WireReader("key", "\xff\xff\xff\xff").ReadPartition(&partition));
  EXPECT_FALSE(WireReader("value", "\xff\xff\xff\xff\xff\xff\xff\xff")
                   .ReadOffset(&offset));
}

TEST(Wire, TellsAnUnknownVersionFromGarbage) {
  EXPECT_TRUE(WireReader("value", absl::string_view("\0\0", 2)).ReadVersion0());
  WireReader newer("value", absl::string_view("\0\1", 2));
  EXPECT_FALSE(newer.ReadVersion0());
  EXPECT_EQ(newer.status().code(), absl::StatusCode::kUnimplemented);
  WireReader truncated("value", absl::string_view("\0", 1));
  EXPECT_FALSE(truncated.ReadVersion0());
  EXPECT_EQ(truncated.status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace mirror::internal
