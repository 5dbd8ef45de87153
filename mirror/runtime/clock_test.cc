// SPDX-License-Identifier: Apache-2.0

#include "mirror/runtime/clock.h"

#include <time.h>

#include <memory>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "mirror/runtime/mutex.h"

namespace mirror::internal {
namespace {

absl::Duration Boottime() {
  timespec time = {};
  EXPECT_EQ(clock_gettime(CLOCK_BOOTTIME, &time), 0);
  return absl::DurationFromTimespec(time);
}

class ClockTest : public testing::Test {
 protected:
  absl::Time wall_time_ = absl::FromUnixSeconds(1700000000);
  absl::Duration elapsed_ = absl::Hours(5);
  const std::unique_ptr<Clock> clock_ = internal::NewClock(
      [this] { return wall_time_; }, [this] { return elapsed_; });
};

TEST_F(ClockTest, SteadyTimeBeginsAsTheWallClock) {
  EXPECT_EQ(clock_->Now(), absl::FromUnixSeconds(1700000000));
  EXPECT_EQ(clock_->WallTime(), absl::FromUnixSeconds(1700000000));
}

TEST_F(ClockTest, SteadyTimeContinuesWhenTheWallClockIsSet) {
  const absl::Time start = clock_->Now();
  for (const absl::Duration jump : {-absl::Hours(1), absl::Hours(2)}) {
    wall_time_ += jump;
    EXPECT_EQ(clock_->Now(), start);
    EXPECT_EQ(clock_->WallTime(), wall_time_);
  }
  elapsed_ += absl::Seconds(3);
  EXPECT_EQ(clock_->Now(), start + absl::Seconds(3));
}

TEST_F(ClockTest, AMomentHasTheCalendarTimeThatTheWallClockSaysNow) {
  const absl::Time start = clock_->Now();
  elapsed_ += absl::Seconds(3);
  wall_time_ += absl::Seconds(3) - absl::Hours(1);
  EXPECT_EQ(clock_->ToWallTime(start),
            absl::FromUnixSeconds(1700000000) - absl::Hours(1));
}

TEST(SystemClockTest, SteadyTimeAdvancesWithTheMachinesUptime) {
  Clock* const clock = Clock::System();
  const absl::Duration before = Boottime();
  const absl::Time start = clock->Now();
  const absl::Duration begun = Boottime();
  Mutex mu;
  {
    MutexLock lock(&mu);
    EXPECT_FALSE(clock->AwaitUntil(&mu, start + absl::Milliseconds(20),
                                   [] { return false; }));
  }
  const absl::Duration ending = Boottime();
  const absl::Time end = clock->Now();
  const absl::Duration after = Boottime();
  EXPECT_GE(end - start, ending - begun);
  EXPECT_LE(end - start, after - before);
}

}  // namespace
}  // namespace mirror::internal
