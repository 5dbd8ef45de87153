// SPDX-License-Identifier: Apache-2.0

#include "mirror/sync/run_growth.h"

#include <string>

#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

// orders-3, source 40 on copied to 500 on; 1000 records.
const RunGrowth kGrowth{2, UpstreamOffset(40), DownstreamOffset(500), 1000};

TEST(RunGrowthTest, HasTheDocumentedBytes) {
  const std::string bytes(
      "\x00\x00\x00\x00\x00\x02"
      "\x00\x00\x00\x00\x00\x00\x00\x28"
      "\x00\x00\x00\x00\x00\x00\x01\xf4"
      "\x00\x00\x00\x00\x00\x00\x03\xe8",
      30);
  EXPECT_EQ(kGrowth.Encode(), bytes);
  EXPECT_THAT(RunGrowth::Decode(bytes), IsOkAndHolds(kGrowth));
}

TEST(RunGrowthTest, GarbageIsRejected) {
  const std::string bytes = kGrowth.Encode();
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(RunGrowth::Decode(bytes.substr(0, size)).ok()) << size;
  }
  std::string negative = bytes;
  negative[6] = '\x80';
  EXPECT_THAT(RunGrowth::Decode(negative),
              StatusIs(absl::StatusCode::kInvalidArgument));
  std::string newer = bytes;
  newer[1] = '\x01';
  EXPECT_THAT(RunGrowth::Decode(newer),
              StatusIs(absl::StatusCode::kUnimplemented));
}

}  // namespace
}  // namespace mirror::internal
