// SPDX-License-Identifier: Apache-2.0
//
// Brokers killed and stalled under load. Kafka keeps what it acknowledged and
// the engine keeps its records until they are, so both sides end up equal: an
// outage costs not even a duplicate.

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/test_cluster.h"

namespace mirror::internal::testing {
namespace {

// Long enough for a stalled connection to be given up.
constexpr absl::Duration kStall = absl::Seconds(30);

class BrokerOutageTest : public MirrorTest {
 protected:
  // A topic under load, of which some thousand records are copied.
  void StartLoad() {
    source()->CreateTopic(Topic("orders"), 3);
    load_ = std::make_unique<Load>(source(), Topic("orders"));
    mirror_ = std::make_unique<RunningMirror>(NewFlow());
    ASSERT_TRUE(AwaitCopies(3000));
  }
  // Waits for so many more records of partition 0.
  bool AwaitCopies(int64_t count) {
    const int64_t before = Copied();
    return Eventually([&] { return Copied() >= before + count; });
  }
  int64_t Copied() { return mirror_->Partition(Topic("orders"), 0).records(); }
  void ExpectAllCopiedOnce() {
    EXPECT_TRUE(AwaitCopies(3000));
    EXPECT_GT(load_->Stop(), 0);
    EXPECT_TRUE(mirror_->AwaitCopied(source(), Topic("orders")));
    ExpectSame("orders");
    EXPECT_THAT(mirror_->engine()->Stop(), IsOk());
  }
  // Broken connections are no partition's fault.
  void ExpectNoPartitionStopped() {
    EXPECT_EQ(mirror_->EventCount(EngineEvent::Kind::kPartitionStopped), 0);
    EXPECT_EQ(mirror_->EventCount(EngineEvent::Kind::kSourceGap), 0);
  }

  std::unique_ptr<Load> load_;
  std::unique_ptr<RunningMirror> mirror_;
};

TEST_F(BrokerOutageTest, SourceKilledAndBack) {
  StartLoad();
  ASSERT_THAT(source()->broker()->Kill(), IsOk());
  EXPECT_TRUE(mirror_->AwaitEvent(EngineEvent::Kind::kClusterTrouble,
                                  {"A", source()->servers()}));
  source()->Restart();
  ExpectAllCopiedOnce();
  ExpectNoPartitionStopped();
}

TEST_F(BrokerOutageTest, TargetKilledAndBack) {
  StartLoad();
  ASSERT_THAT(target()->broker()->Kill(), IsOk());
  EXPECT_TRUE(mirror_->AwaitEvent(EngineEvent::Kind::kClusterTrouble,
                                  {"B", target()->servers()}));
  target()->Restart();
  ExpectAllCopiedOnce();
  ExpectNoPartitionStopped();
}

TEST_F(BrokerOutageTest, BothKilledAgainAndAgain) {
  StartLoad();
  for (int i = 0; i < 2; ++i) {
    ASSERT_THAT(source()->broker()->Kill(), IsOk());
    source()->Restart();
    ASSERT_THAT(target()->broker()->Kill(), IsOk());
    target()->Restart();
  }
  ExpectAllCopiedOnce();
  ExpectNoPartitionStopped();
}

TEST_F(BrokerOutageTest, StartsOnceTheTargetIsThere) {
  source()->CreateTopic(Topic("orders"), 3);
  ASSERT_THAT(target()->broker()->Kill(), IsOk());
  load_ = std::make_unique<Load>(source(), Topic("orders"));
  mirror_ = std::make_unique<RunningMirror>(NewFlow());
  EXPECT_TRUE(mirror_->AwaitEvent(EngineEvent::Kind::kClusterTrouble,
                                  {"B", target()->servers()}));
  target()->Restart();
  ExpectAllCopiedOnce();
}

TEST_F(BrokerOutageTest, StopIsBoundedWhileTheTargetIsDown) {
  StartLoad();
  ASSERT_THAT(target()->broker()->Kill(), IsOk());
  const absl::Time begin = absl::Now();
  mirror_->engine()->Stop().IgnoreError();  // may have had nothing in flight
  EXPECT_LT(absl::Now() - begin, absl::Seconds(20));
  target()->Restart();
  std::vector<int64_t> ends;
  for (int32_t i = 0; i < 3; ++i) {
    ends.push_back(target()->End({Copy("orders"), i}));
  }
  load_->Stop();
  // What was in flight when the engine gave up may be there twice or not, but
  // does not come now.
  RunningMirror next(NewFlow());
  EXPECT_TRUE(next.AwaitCopied(source(), Topic("orders")));
  ExpectNothingLost("orders");
  for (int32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(target()->End({Copy("orders"), i}),
              ends[i] + next.Partition(Topic("orders"), i).records());
  }
}

TEST_F(BrokerOutageTest, TargetStalledForHalfAMinute) {
  StartLoad();
  ASSERT_THAT(target()->broker()->Pause(), IsOk());
  EXPECT_TRUE(Throughout(kStall, [&] {
    return mirror_->Partition(Topic("orders"), 0).state() == PARTITION_RUNNING;
  }));
  EXPECT_TRUE(mirror_->AwaitEvent(EngineEvent::Kind::kClusterTrouble, {"B"}));
  EXPECT_EQ(mirror_->Partition(Topic("orders"), 0).problem(),
            PROBLEM_TARGET_STALLED);
  ASSERT_THAT(target()->broker()->Resume(), IsOk());
  ExpectAllCopiedOnce();
  ExpectNoPartitionStopped();
}

TEST_F(BrokerOutageTest, SourceStalledForHalfAMinute) {
  StartLoad();
  ASSERT_THAT(source()->broker()->Pause(), IsOk());
  EXPECT_TRUE(Throughout(kStall, [&] {
    return mirror_->Partition(Topic("orders"), 0).state() == PARTITION_RUNNING;
  }));
  EXPECT_TRUE(mirror_->AwaitEvent(EngineEvent::Kind::kClusterTrouble, {"A"}));
  ASSERT_THAT(source()->broker()->Resume(), IsOk());
  ExpectAllCopiedOnce();
  ExpectNoPartitionStopped();
}

}  // namespace
}  // namespace mirror::internal::testing
