// SPDX-License-Identifier: Apache-2.0

#include "mirror/telemetry/trouble_filter.h"

#include <string>
#include <utility>

#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

EngineEvent ErrorOf(std::string cluster, std::string message,
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

TEST_F(TroubleFilterTest, AClusterIsReportedOnceInHalfAMinute) {
  EXPECT_TRUE(IsNews(ErrorOf("A", "connection refused")));
  EXPECT_FALSE(IsNews(ErrorOf("A", "brokers are down")));
  EXPECT_TRUE(IsNews(ErrorOf("B", "timed out")));
  now_ += absl::Seconds(30);
  EXPECT_TRUE(IsNews(ErrorOf("A", "brokers are down")));
}

TEST_F(TroubleFilterTest, WhatNeedsAnOperatorIsNotLostInAnOutage) {
  EXPECT_TRUE(IsNews(ErrorOf("A", "connection refused")));
  EXPECT_TRUE(IsNews(ErrorOf("A", "wrong password", LogLevel::kError)));
  EXPECT_FALSE(IsNews(ErrorOf("A", "wrong user", LogLevel::kError)));
}

TEST_F(TroubleFilterTest, JobsThatRepeatTheErrorAreNotReported) {
  EXPECT_TRUE(IsNews(ErrorOf("A", "cluster A: wrong password")));
  EXPECT_FALSE(
      IsNews(ErrorOf("", "cluster A: wrong password: listing has failed")));
  EXPECT_TRUE(IsNews(ErrorOf("", "cluster B: down: listing has failed")));
  EXPECT_FALSE(IsNews(ErrorOf("B", "cluster B: down")));
  EXPECT_TRUE(IsNews(ErrorOf("", "checkpoints are not written: no topic")));
}

TEST_F(TroubleFilterTest, OtherEventsPass) {
  EngineEvent event = ErrorOf("A", "both clusters answer");
  event.kind = EngineEvent::Kind::kClusterRecovered;
  EXPECT_TRUE(IsNews(event));
  EXPECT_TRUE(IsNews(event));
}

}  // namespace
}  // namespace mirror::internal
