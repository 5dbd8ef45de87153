// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/gap_policy.h"

#include <optional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

using ::testing::HasSubstr;

UpstreamOffset U(int64_t offset) { return UpstreamOffset(offset); }

// A log that holds 100 to 199.
StartQuestion Wanted(int64_t offset,
                     std::optional<UpstreamOffset> diverged_at = std::nullopt) {
  return {U(offset), diverged_at, {U(100), U(200)}};
}

std::optional<int64_t> Start(const StartQuestion& question, LossPolicy on_gap) {
  const auto start = DecideStart(question, on_gap).start;
  if (!start.has_value()) return std::nullopt;
  return start->value();
}

SkippedRange Gap(const StartQuestion& question, LossPolicy on_gap) {
  return DecideStart(question, on_gap).gap.value();
}

TEST(DecideStart, BeginsAtTheLogsStartWithoutProgress) {
  const StartQuestion question{std::nullopt, std::nullopt, {U(100), U(200)}};
  EXPECT_EQ(Start(question, LossPolicy::kStop), 100);
}

TEST(DecideStart, ResumesWhereTheLogHasTheOffset) {
  for (const int64_t wanted : {100, 150, 200}) {
    EXPECT_EQ(Start(Wanted(wanted), LossPolicy::kStop), wanted);
    EXPECT_EQ(Start(Wanted(wanted, U(wanted)), LossPolicy::kStop), wanted);
    EXPECT_FALSE(
        DecideStart(Wanted(wanted), LossPolicy::kSkip).gap.has_value());
  }
}

TEST(DecideStart, StopsAtAGapByDefault) {
  EXPECT_EQ(Start(Wanted(99), LossPolicy::kStop), std::nullopt);
  EXPECT_EQ(Start(Wanted(201), LossPolicy::kStop), std::nullopt);
  EXPECT_EQ(Start(Wanted(150, U(120)), LossPolicy::kStop), std::nullopt);
}

TEST(DecideStart, SkipsOrReseedsIfConfigured) {
  EXPECT_EQ(Start(Wanted(50), LossPolicy::kSkip), 100);
  EXPECT_EQ(Start(Wanted(50), LossPolicy::kReseed), 100);
  EXPECT_EQ(Start(Wanted(500), LossPolicy::kSkip), 200);
  EXPECT_EQ(Start(Wanted(500), LossPolicy::kReseed), 100);
}

TEST(DecideStart, CopiesWhatTookThePlaceOfLostRecords) {
  // The log has grown again, past the position.
  EXPECT_EQ(Start(Wanted(150, U(120)), LossPolicy::kSkip), 120);
  EXPECT_EQ(Start(Wanted(150, U(120)), LossPolicy::kReseed), 100);
  EXPECT_EQ(Start(Wanted(150, U(0)), LossPolicy::kSkip), 100);
  EXPECT_EQ(Start(Wanted(500, U(300)), LossPolicy::kSkip), 200);
}

TEST(DecideStart, SaysWhetherWhatIsBelowTheStartWasRead) {
  const auto truncated_above = [](const StartQuestion& question) {
    return DecideStart(question, LossPolicy::kSkip).truncated_above;
  };
  EXPECT_TRUE(truncated_above(Wanted(150, U(120))));
  EXPECT_TRUE(truncated_above(Wanted(500)));
  // Another log, as far as is known.
  EXPECT_FALSE(truncated_above(Wanted(150, U(50))));
  // Skips what retention deleted.
  EXPECT_FALSE(truncated_above(Wanted(50)));
  EXPECT_FALSE(truncated_above(Wanted(150)));
}

TEST(DecideStart, NamesTheRecordsThatAreMissing) {
  const SkippedRange lost = Gap(Wanted(40), LossPolicy::kSkip);
  EXPECT_EQ(lost.reason, SkipReason::kSourceLost);
  EXPECT_EQ(lost.first, U(40));
  EXPECT_EQ(lost.end, U(100));
  EXPECT_EQ(lost.records, 60);
  EXPECT_THAT(lost.detail, HasSubstr("40 to 99"));
}

TEST(DecideStart, MarksWhereALogWasTruncated) {
  for (const auto& question : {Wanted(500), Wanted(250, U(230))}) {
    const SkippedRange mark = Gap(question, LossPolicy::kStop);
    EXPECT_EQ(mark.reason, SkipReason::kSourceTruncated);
    EXPECT_EQ(mark.first, U(200));
    EXPECT_EQ(mark.end, U(200));
    EXPECT_THAT(mark.detail, HasSubstr("truncated at 200"));
  }
}

}  // namespace
}  // namespace mirror::internal
