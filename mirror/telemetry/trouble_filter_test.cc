// SPDX-License-Identifier: Apache-2.0

#include "mirror/telemetry/trouble_filter.h"

#include <string>
#include <utility>

#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

EngineEvent Trouble(std::string cluster, std::string message,
                    LogLevel level = LogLevel::kWarning) {
  EngineEvent event;
  event.kind = EngineEvent::Kind::kClusterTrouble;
  event.level = level;
  event.cluster = std::move(cluster);
  event.message = std::move(message);
  return event;
}

class TroubleFilterTest : public ::testing::Test {
 protected:
  bool IsNews(const EngineEvent& event) { return filter_.IsNews(event, now_); }

  absl::Time now_ = absl::UnixEpoch();
  TroubleFilter filter_;
};

TEST_F(TroubleFilterTest, AClusterIsToldOfOnceInHalfAMinute) {
  EXPECT_TRUE(IsNews(Trouble("A", "connection refused")));
  EXPECT_FALSE(IsNews(Trouble("A", "brokers are down")));
  EXPECT_TRUE(IsNews(Trouble("B", "timed out")));
  now_ += absl::Seconds(30);
  EXPECT_TRUE(IsNews(Trouble("A", "brokers are down")));
}

TEST_F(TroubleFilterTest, WhatNeedsSomebodyToActIsNotLostInAnOutage) {
  EXPECT_TRUE(IsNews(Trouble("A", "connection refused")));
  EXPECT_TRUE(IsNews(Trouble("A", "wrong password", LogLevel::kError)));
  EXPECT_FALSE(IsNews(Trouble("A", "wrong user", LogLevel::kError)));
}

TEST_F(TroubleFilterTest, JobsThatRepeatTheTroubleAreNotHeard) {
  EXPECT_TRUE(IsNews(Trouble("A", "cluster A: wrong password")));
  EXPECT_FALSE(
      IsNews(Trouble("", "cluster A: wrong password: listing has failed")));
  EXPECT_TRUE(IsNews(Trouble("", "cluster B: down: listing has failed")));
  EXPECT_FALSE(IsNews(Trouble("B", "cluster B: down")));
  EXPECT_TRUE(IsNews(Trouble("", "checkpoints are not written: no topic")));
}

TEST_F(TroubleFilterTest, OtherEventsPass) {
  EngineEvent event = Trouble("A", "both clusters answer");
  event.kind = EngineEvent::Kind::kClusterRecovered;
  EXPECT_TRUE(IsNews(event));
  EXPECT_TRUE(IsNews(event));
}

}  // namespace
}  // namespace mirror::internal
