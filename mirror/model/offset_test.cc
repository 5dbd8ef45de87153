// SPDX-License-Identifier: Apache-2.0

#include "mirror/model/offset.h"

#include <type_traits>

#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

template <typename A, typename B, typename = void>
struct Comparable : std::false_type {};
template <typename A, typename B>
struct Comparable<A, B,
                  std::void_t<decltype(std::declval<A>() < std::declval<B>())>>
    : std::true_type {};

TEST(Offset, SidesDoNotMix) {
  EXPECT_TRUE((Comparable<UpstreamOffset, UpstreamOffset>::value));
  EXPECT_FALSE((Comparable<UpstreamOffset, DownstreamOffset>::value));
  EXPECT_FALSE((std::is_convertible_v<UpstreamOffset, DownstreamOffset>));
  EXPECT_FALSE((std::is_convertible_v<int64_t, UpstreamOffset>));
}

TEST(Offset, CountsInRecords) {
  const UpstreamOffset u(1000);
  EXPECT_EQ(u + 5, UpstreamOffset(1005));
  EXPECT_EQ(u - 1, UpstreamOffset(999));
  EXPECT_EQ((u + 5) - u, 5);
}

}  // namespace
}  // namespace mirror::internal
