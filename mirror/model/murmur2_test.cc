// SPDX-License-Identifier: Apache-2.0

#include "mirror/model/murmur2.h"

#include <string>

#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

TEST(Murmur2, HashesAsJavasProducerDoes) {
  EXPECT_EQ(Murmur2("21"), -973932308);
  EXPECT_EQ(Murmur2("foobar"), -790332482);
  EXPECT_EQ(Murmur2("abc"), 479470107);
  EXPECT_EQ(Murmur2("a-little-bit-long-string"), -985981536);
  EXPECT_EQ(Murmur2("a-little-bit-longer-string"), -1486304829);
}

// 0x7fffffff masks the sign away; negating the hash would give another answer.
TEST(Murmur2, ChoosesThePartitionOfANegativeHashByMasking) {
  EXPECT_EQ(PartitionForKey("21", 25), (0x7fffffff & -973932308) % 25);
  EXPECT_EQ(PartitionForKey("21", 25), 15);
}

TEST(Murmur2, FindsTheOffsetsPartitionOfMm2sKeys) {
  EXPECT_EQ(PartitionForKey(R"(["MirrorSourceConnector",{"cluster":"A",)"
                            R"("partition":3,"topic":"orders"}])",
                            25),
            4);
  EXPECT_EQ(PartitionForKey(R"(["MirrorCheckpointConnector",{"partition":3,)"
                            R"("topic":"A.orders","group":"my-group"}])",
                            25),
            5);
  EXPECT_EQ(PartitionForKey(R"(["MirrorHeartbeatConnector",)"
                            R"({"sourceClusterAlias":"A",)"
                            R"("targetClusterAlias":"B"}])",
                            25),
            0);
}

}  // namespace
}  // namespace mirror::internal
