// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/wake_guard.h"

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

class WakeGuardTest : public testing::Test {
 protected:
  bool MayCopyAfter(absl::Duration turn) {
    now_ += turn;
    return guard_.MayCopy(now_);
  }

  absl::Time now_ = absl::UnixEpoch();
  absl::Time proven_ = absl::InfinitePast();
  int asked_ = 0;
  WakeGuard guard_{[this](absl::Time since) {
    ++asked_;
    return proven_ >= since;
  }};
};

TEST_F(WakeGuardTest, ShortTurnsNeedNoProof) {
  EXPECT_TRUE(MayCopyAfter(absl::Seconds(100)));  // the first
  EXPECT_TRUE(MayCopyAfter(absl::Seconds(3)));
  EXPECT_EQ(asked_, 0);
}

TEST_F(WakeGuardTest, AfterALongTurnNothingIsCopiedUntilThereIsProof) {
  EXPECT_TRUE(MayCopyAfter(absl::ZeroDuration()));
  EXPECT_FALSE(MayCopyAfter(absl::Seconds(5)));
  EXPECT_FALSE(MayCopyAfter(absl::Milliseconds(20)));
  proven_ = now_ - absl::Milliseconds(21);  // before it woke up
  EXPECT_FALSE(MayCopyAfter(absl::Milliseconds(20)));
  proven_ = now_;
  EXPECT_TRUE(MayCopyAfter(absl::Milliseconds(20)));
  const int asked = asked_;
  EXPECT_TRUE(MayCopyAfter(absl::Milliseconds(20)));
  EXPECT_EQ(asked_, asked);
}

TEST_F(WakeGuardTest, AProcessAloneIsNeverStopped) {
  WakeGuard alone(nullptr);
  EXPECT_TRUE(alone.MayCopy(now_));
  EXPECT_TRUE(alone.MayCopy(now_ + absl::Hours(1)));
}

}  // namespace
}  // namespace mirror::internal
