// SPDX-License-Identifier: Apache-2.0
//
// mirror_maker killed at random moments, under load: no record is lost, order
// is kept, and what is copied twice was copied within the second before a kill.

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/integration/kill_test.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/test_cluster.h"

namespace mirror::internal::testing {
namespace {

constexpr int kKills = 20;
constexpr int kLongestLifeMs = 5000;
// Commits are a second apart; the rest is for a machine that is too busy to
// perform one.
constexpr absl::Duration kTwice = absl::Seconds(10);

using MirrorMakerKillTest = KillTest;

// The longest time between a record's first copy and the last copy before the
// mirror went back to it; `copies` have the time they were appended.
absl::Duration OldestDuplicate(const std::vector<Record>& copies) {
  std::map<int64_t, int64_t> copied_at;
  int64_t last_ms = 0;
  int64_t oldest_ms = 0;
  int64_t before = -1;
  for (const Record& copy : copies) {
    int64_t number = -1;
    EXPECT_TRUE(absl::SimpleAtoi(*copy.value, &number));
    if (number <= before) {  // here a new process begins
      oldest_ms = std::max(oldest_ms, last_ms - copied_at[number]);
    }
    copied_at[number] = copy.timestamp_ms;
    last_ms = copy.timestamp_ms;
    before = number;
  }
  return absl::Milliseconds(oldest_ms);
}

TEST_F(MirrorMakerKillTest, LosesNothingAndCopiesLittleTwice) {
  source()->CreateTopic(Topic("orders"), kPartitions);
  target()->CreateTopic(Copy("orders"), kPartitions,
                        {{"message.timestamp.type", "LogAppendTime"}});
  Load load(source(), Topic("orders"));
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937 random(seed);
  for (int i = 0; i < kKills; ++i) {
    ASSERT_NO_FATAL_FAILURE(Kill(
        Start().get(), absl::Milliseconds(std::uniform_int_distribution<int>(
                           0, kLongestLifeMs)(random))));
  }
  EXPECT_GT(Copied(), 0) << "it never lived long enough";
  load.Stop();
  // Copies what is left, and tells when it is done.
  RunningMirror rest(NewFlow());
  ASSERT_TRUE(rest.AwaitCopied(source(), Topic("orders")));

  RecordProperty("duplicates", static_cast<int>(ExpectNothingLost("orders")));
  absl::Duration oldest;
  for (const auto& copies : target()->Read(Copy("orders"))) {
    oldest = std::max(oldest, OldestDuplicate(copies));
  }
  RecordProperty("oldest_duplicate_ms",
                 static_cast<int>(absl::ToInt64Milliseconds(oldest)));
  EXPECT_LE(oldest, kTwice);
}

}  // namespace
}  // namespace mirror::internal::testing
