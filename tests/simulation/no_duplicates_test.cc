// SPDX-License-Identifier: Apache-2.0
//
// Whole flows between FakeClusters, killed at any step, again and again: what
// was copied before is found on the target and not copied again. In the end the
// target holds each source record once, in order, equal ones among them, and
// every position is exact; transforms drop records, producers are lost, and
// brokers come and go. Where others write, no record is lost.
// Replay one seed with --test_env=MIRROR_SEED=n.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "mirror/flow/flow_fixture.h"
#include "mirror/transform/record_transform.h"
#include "tests/simulation/seeds.h"

namespace mirror::internal {
namespace {

constexpr uint64_t kSeedsPerShard = 20;
constexpr uint64_t kShards = 8;
constexpr int32_t kPartitions = 3;

bool IsDropped(const Record& record) { return *record.value == "dropped"; }

class DropSome final : public RecordTransform {
 public:
  absl::StatusOr<RecordVerdict> Transform(const TopicPartition&,
                                          Record& record) const override {
    return IsDropped(record) ? RecordVerdict::kDrop : RecordVerdict::kKeep;
  }
};

struct Weather {
  bool drops = false;
  bool foreign = false;
  bool outages = false;
  bool lost_producers = false;
};

class World {
 public:
  World(uint64_t seed, Weather weather)
      : weather_(weather), random_(seed), flow_(seed) {
    flow_.loop_options().partition.max_in_flight_bytes = 1 + Below(4000);
    flow_.loop_options().partition.delivery.target_is_shared = weather.foreign;
    if (weather.drops) {
      flow_.loop_options().partition.transforms = {
          std::make_shared<DropSome>()};
    }
    flow_.source().CreateTopic("orders", kPartitions);
    flow_.source().SetMaxBatchRecords(1 + Below(50));
    flow_.target().SetBufferLimit(1 + Below(200));
    flow_.Start(1 + Below(2));
  }

  // Kills at random moments.
  void Run() {
    for (int i = 0; i < 80; ++i) {
      Act();
      for (int steps = Below(20); steps > 0; --steps) flow_.Step();
      if (Chance(20)) Kill();
      ASSERT_NO_FATAL_FAILURE(CheckPositions(/*at_rest=*/false));
    }
    ASSERT_NO_FATAL_FAILURE(Finish());
  }

  // Kills once, after so many steps of a flow that has much to do.
  void KillAfter(int steps) {
    for (int32_t i = 0; i < kPartitions; ++i) Append(i, 40);
    for (int i = 0; i < steps; ++i) {
      if (i % 3 == 0) Append(i % kPartitions, 5);
      flow_.target().HoldAcks();
      if (i % 7 == 0) flow_.target().ReleaseAcks();
      flow_.Step();
    }
    Kill();
    ASSERT_NO_FATAL_FAILURE(Finish());
  }

  int64_t found() const {
    int64_t found = 0;
    for (const EngineEvent& event : flow_events()) {
      found += absl::StrContains(event.message, "already holds");
    }
    return found;
  }

 private:
  const std::vector<EngineEvent>& flow_events() const {
    return const_cast<SimulatedFlow&>(flow_).events();
  }
  int Below(int limit) {
    return std::uniform_int_distribution<int>(0, limit - 1)(random_);
  }
  bool Chance(int percent) { return Below(100) < percent; }

  void Kill() { flow_.Start(flow_.loops().size()); }

  void Act() {
    FakeCluster& b = flow_.target();
    const TopicPartition copy{"A.orders", Below(kPartitions)};
    switch (Below(9)) {
      case 0:
      case 1:
      case 2:
        Append(Below(kPartitions), 1 + Below(60));
        break;
      case 3:
        flow_.source().AppendGap({"orders", Below(kPartitions)}, 1 + Below(3));
        break;
      case 4:
        b.HoldAcks();
        break;
      case 5:
        b.ReleaseAcks();
        break;
      case 6:
        if (!weather_.foreign || !b.HasTopic("A.orders")) break;
        if (Chance(50)) {
          Record record;
          record.value = absl::StrCat("foreign ", written_++);
          b.Append(copy, record);
        } else {
          b.AppendGap(copy, 1 + Below(2));
        }
        break;
      case 7:
        if (weather_.lost_producers && Chance(30)) b.FenceSinks();
        break;
      default:
        if (weather_.outages) {
          (Chance(50) ? b : flow_.source()).SetDown(Chance(30));
        }
        break;
    }
  }

  // Of few different records, many are equal.
  void Append(int32_t partition, int count) {
    for (int i = 0; i < count; ++i) {
      Record record;
      record.timestamp_ms = Below(2);  // 0 is written as 1
      record.value = absl::StrCat("v", Below(3));
      if (Chance(20)) record.value = "dropped";
      if (Chance(20)) record.key = "";
      if (Chance(20)) record.headers.push_back({"h", std::nullopt});
      flow_.source().Append({"orders", partition}, record);
    }
  }

  // What the target is to hold of a partition.
  std::vector<Record> Expected(int32_t partition) const {
    std::vector<Record> expected;
    for (Record record : flow_source().Records({"orders", partition})) {
      if (weather_.drops && IsDropped(record)) continue;
      if (record.timestamp_ms == 0) record.timestamp_ms = 1;
      expected.push_back(std::move(record));
    }
    return expected;
  }
  FakeCluster& flow_source() const {
    return const_cast<SimulatedFlow&>(flow_).source();
  }
  std::vector<Record> Copies(int32_t partition) {
    std::vector<Record> copies;
    if (!flow_.target().HasTopic("A.orders")) return copies;
    for (Record& record : flow_.target().Records({"A.orders", partition})) {
      if (absl::StartsWith(*record.value, "foreign")) continue;
      copies.push_back(std::move(record));
    }
    return copies;
  }

  // Where others write, the index may not be certain where copies begin, and
  // then nothing is read back; but nothing is lost, and order is kept.
  void CheckThatAllAreThere() {
    for (int32_t i = 0; i < kPartitions; ++i) {
      const std::vector<Record> expected = Expected(i);
      size_t next = 0;
      for (Record& copy : Copies(i)) {
        if (next == expected.size()) break;
        copy.offset = expected[next].offset;
        if (copy == expected[next]) ++next;
      }
      ASSERT_EQ(next, expected.size()) << "a record is lost, partition " << i;
    }
  }

  // The n-th copy is of the n-th record, whatever their values.
  void CheckPositions(bool at_rest) {
    if (weather_.foreign) {
      if (at_rest) CheckThatAllAreThere();
      return;
    }
    for (int32_t i = 0; i < kPartitions; ++i) {
      const std::vector<Record> expected = Expected(i);
      const std::vector<Record> copies = Copies(i);
      ASSERT_LE(copies.size(), expected.size()) << "a record is there twice";
      for (size_t n = 0; n < copies.size(); ++n) {
        Record copy = copies[n];
        copy.offset = expected[n].offset;
        ASSERT_EQ(copy, expected[n]) << "partition " << i << ", copy " << n;
        const Translation position =
            flow_.store().Translate({"orders", i}, expected[n].offset);
        if (position.known()) {
          ASSERT_LE(position.offset.value(), copies[n].offset.value());
        }
        if (at_rest) ASSERT_TRUE(position.exact());
        if (at_rest) {
          ASSERT_EQ(position.offset.value(), copies[n].offset.value());
        }
      }
      if (at_rest) ASSERT_EQ(copies.size(), expected.size());
    }
  }

  void Finish() {
    flow_.source().SetDown(false);
    flow_.target().SetDown(false);
    flow_.target().ReleaseAcks();
    const auto is_done = [this] {
      for (int32_t i = 0; i < kPartitions; ++i) {
        const auto expected = Expected(i);
        if (expected.empty()) continue;
        const PartitionStatus status = flow_.Status({"orders", i});
        if (!status.has_committed_offset() ||
            status.committed_offset() < expected.back().offset.value()) {
          return false;
        }
      }
      return true;
    };
    ASSERT_TRUE(flow_.RunUntil(is_done, absl::Minutes(30)));
    ASSERT_NO_FATAL_FAILURE(CheckPositions(/*at_rest=*/true));
    // The same of what a next run reads from the index.
    flow_.Start(flow_.loops().size());
    ASSERT_TRUE(flow_.RunUntil(is_done, absl::Minutes(30)));
    flow_.RunFor(absl::Seconds(2));
    ASSERT_NO_FATAL_FAILURE(CheckPositions(/*at_rest=*/true));
  }

  const Weather weather_;
  std::mt19937_64 random_;
  SimulatedFlow flow_;
  int64_t written_ = 0;
};

class NoDuplicates : public testing::TestWithParam<uint64_t> {};

TEST_P(NoDuplicates, KilledAgainAndAgainEachRecordIsThereOnce) {
  int64_t found = 0;
  ForEachSeed(GetParam() * kSeedsPerShard, kSeedsPerShard, [&](uint64_t seed) {
    Weather weather;
    weather.drops = seed % 2 == 1;
    weather.foreign = seed % 3 == 1;
    weather.outages = seed % 5 == 1;
    weather.lost_producers = seed % 7 < 3;
    World world(seed, weather);
    world.Run();
    found += world.found();
  });
  // Else there was nothing to be found.
  if (!HasFailure()) EXPECT_GT(found, 10);
}

INSTANTIATE_TEST_SUITE_P(Seeds, NoDuplicates,
                         testing::Range<uint64_t>(0, kShards));

TEST(NoDuplicatesTest, AKillAtEachStepRepeatsNothing) {
  int64_t found = 0;
  for (int steps = 0; steps < 120; ++steps) {
    SCOPED_TRACE(absl::StrCat("killed after step ", steps));
    World world(/*seed=*/static_cast<uint64_t>(steps), Weather());
    world.KillAfter(steps);
    if (testing::Test::HasFatalFailure()) return;
    found += world.found();
  }
  EXPECT_GT(found, 50);
}

}  // namespace
}  // namespace mirror::internal
