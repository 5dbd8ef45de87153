// SPDX-License-Identifier: Apache-2.0
//
// mirror_maker killed at random moments under full load: what the target holds
// is found when the next one starts, so each record is there once, in order,
// and every position is exact.

#include <cstdint>
#include <map>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/client/mirror_client.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "tests/integration/kill_test.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/test_cluster.h"

namespace mirror::internal::testing {
namespace {

constexpr int kKills = 8;
// More than is copied until the last kill.
constexpr int64_t kRecords = 300000;
// Of a process that copies.
constexpr int kLongestLifeMs = 1500;

class NoDuplicatesAfterKillTest : public KillTest {
 protected:
  // Runs mirror_maker, and kills it `life` after it began to copy.
  void RunAndKill(absl::Duration life) {
    auto mirror_maker = Start();
    const int64_t before = Copied();
    EXPECT_TRUE(Eventually([before] { return Copied() > before; }))
        << mirror_maker->Output();
    Kill(mirror_maker.get(), life);
  }

  void KillAgainAndAgain(const std::map<std::string, std::string>& configs) {
    source()->CreateTopic(Topic("orders"), kPartitions);
    target()->CreateTopic(Copy("orders"), kPartitions, configs);
    for (int32_t i = 0; i < kPartitions; ++i) {
      source()->AppendNumbers({Topic("orders"), i}, 0, kRecords);
    }
    const uint32_t seed = std::random_device()();
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::mt19937 random(seed);
    int kills_under_load = 0;
    for (int i = 0; i < kKills; ++i) {
      if (Copied() == kPartitions * kRecords) break;
      ASSERT_NO_FATAL_FAILURE(RunAndKill(absl::Milliseconds(
          std::uniform_int_distribution<int>(0, kLongestLifeMs)(random))));
      if (Copied() < kPartitions * kRecords) ++kills_under_load;
    }
    EXPECT_GE(kills_under_load, 2) << "there was too little to copy";
    RecordProperty("kills_under_load", kills_under_load);
    RunningMirror rest(NewFlow());
    ASSERT_TRUE(rest.AwaitCopied(source(), Topic("orders")));
    EXPECT_EQ(ExpectNothingLost("orders"), 0) << "records are there twice";
    ExpectExactPositions();
  }

  // The records of both sides have the same offsets.
  static void ExpectExactPositions() {
    const auto client =
        MirrorClient::Create({{"bootstrap.servers", target()->servers()}},
                             DefaultReplicationPolicy::Create().value())
            .value();
    for (int32_t i = 0; i < kPartitions; ++i) {
      for (int64_t u = 0; u < kRecords; u += 7919) {
        const Translation expected{DownstreamOffset(u), Exactness::kExact};
        // The index topic is brought up to date once all is copied.
        EXPECT_TRUE(Eventually([&] {
          const auto position = client->TranslateOffset(
              "A", {Topic("orders"), i}, UpstreamOffset(u), kPatience);
          return position.ok() && *position == expected;
        })) << i
            << " at " << u;
      }
    }
  }
};

TEST_F(NoDuplicatesAfterKillTest, EachRecordIsThereOnce) {
  KillAgainAndAgain({});
}

TEST_F(NoDuplicatesAfterKillTest, AlsoWhereTheTargetReplacesTimestamps) {
  KillAgainAndAgain({{"message.timestamp.type", "LogAppendTime"}});
}

}  // namespace
}  // namespace mirror::internal::testing
