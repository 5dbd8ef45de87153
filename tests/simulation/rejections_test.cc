// SPDX-License-Identifier: Apache-2.0
//
// Sources with gaps in their offsets (compacted, short transactions, aborted
// runs) and records that the target rejects, its limits changing meanwhile, the
// process killed at any step; under all three policies: no record but a
// rejected one is ever skipped, and the last copies stand in source order.

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "mirror/flow/flow_fixture.h"
#include "tests/simulation/seeds.h"

namespace mirror::internal {
namespace {

constexpr uint64_t kSeedsPerShard = 25;
constexpr uint64_t kShards = 4;
constexpr int64_t kSmallLimit = 1000;
constexpr int64_t kLargeLimit = 100000;
constexpr size_t kLarge = 2000;
const TopicPartition kSource{"orders", 0};
const TopicPartition kCopy{"A.orders", 0};
constexpr char kLetters[] = "mm2-dead-letters.A.internal";

class World {
 public:
  explicit World(uint64_t seed) : random_(seed), flow_(seed) {
    constexpr RejectedRecordPolicy kPolicies[] = {
        RejectedRecordPolicy::kStop, RejectedRecordPolicy::kSkip,
        RejectedRecordPolicy::kDeadLetter};
    policy_ = kPolicies[Below(3)];
    PartitionOptions& partition = flow_.loop_options().partition;
    partition.delivery.on_rejected_record = policy_;
    partition.max_in_flight_bytes = 1 + Below(50000);
    if (policy_ == RejectedRecordPolicy::kDeadLetter) {
      partition.delivery.dead_letter_topic = kLetters;
      flow_.control_options().delivery.dead_letter_topic = kLetters;
    }
    flow_.source().CreateTopic("orders", 1);
    flow_.source().SetMaxBatchRecords(1 + Below(50));
    flow_.target().CreateTopic("A.orders", 1);
    flow_.target().SetMaxMessageBytes("A.orders", kSmallLimit);
    flow_.target().SetBufferLimit(1 + Below(200));
    flow_.Start(1);
  }

  void Run() {
    for (int step = 0; step < 40; ++step) {
      Act();
      flow_.RunFor(absl::Milliseconds(25 * (1 + Below(100))));
    }
    flow_.target().SetDown(false);
    flow_.target().ReleaseAcks();
    if (policy_ == RejectedRecordPolicy::kStop) {
      flow_.target().SetMaxMessageBytes("A.orders", kLargeLimit);
    }
    Append(1);
    ASSERT_TRUE(flow_.RunUntil(
        [&] {
          return flow_.Status(kSource).committed_offset() >=
                 flow_.source().Records(kSource).back().offset.value();
        },
        absl::Minutes(30)))
        << flow_.Status(kSource).ShortDebugString();
    Check();
  }

 private:
  int Below(int limit) {
    return std::uniform_int_distribution<int>(0, limit - 1)(random_);
  }
  bool Chance(int percent) { return Below(100) < percent; }

  void Append(int count) {
    for (int i = 0; i < count; ++i) {
      Record record;
      record.timestamp_ms = 1700000000000;
      record.key = absl::StrCat(appended_++);
      record.value = std::string(Chance(10) ? kLarge : 10, 'x');
      flow_.source().Append(kSource, record);
      if (Chance(30)) flow_.source().AppendGap(kSource, 1 + Below(3));
      if (Chance(5)) flow_.source().AppendAborted(kSource, {record});
    }
  }

  void Act() {
    FakeCluster& b = flow_.target();
    switch (Below(8)) {
      case 0:
        b.SetMaxMessageBytes("A.orders",
                             Chance(50) ? kSmallLimit : kLargeLimit);
        break;
      case 1:
        if (Chance(50)) flow_.Start(1);  // killed and restarted
        break;
      case 2:
        b.SetDown(Chance(50));
        break;
      case 3:
        b.HoldAcks();
        break;
      case 4:
        b.ReleaseAcks();
        break;
      case 5:
        if (Chance(30)) b.FenceSinks();
        break;
      default:
        break;
    }
    Append(Below(60));
  }

  void Check() {
    std::map<std::string, size_t> last;
    const std::vector<Record> copies = flow_.target().Records(kCopy);
    for (size_t i = 0; i < copies.size(); ++i) last[*copies[i].key] = i;
    std::map<std::string, int> letters;
    if (policy_ == RejectedRecordPolicy::kDeadLetter) {
      for (const Record& letter : flow_.target().Records({kLetters, 0})) {
        EXPECT_EQ(letter.value->size(), kLarge) << "a good record was rejected";
        ++letters[*letter.key];
      }
    }
    size_t before = 0;
    bool is_first = true;
    for (const Record& record : flow_.source().Records(kSource)) {
      const auto it = last.find(*record.key);
      if (it == last.end()) {
        EXPECT_EQ(record.value->size(), kLarge) << *record.key << " is lost";
        EXPECT_NE(policy_, RejectedRecordPolicy::kStop)
            << *record.key << " is lost";
        if (policy_ == RejectedRecordPolicy::kDeadLetter) {
          EXPECT_GT(letters.count(*record.key), 0u);
        }
        continue;
      }
      // A large one that was copied before a restart may be a dead letter when
      // it comes again.
      if (record.value->size() == kLarge) continue;
      if (!is_first) {
        EXPECT_LT(before, it->second) << *record.key;
      }
      is_first = false;
      before = it->second;
    }
  }

  std::mt19937_64 random_;
  SimulatedFlow flow_;
  RejectedRecordPolicy policy_ = RejectedRecordPolicy::kStop;
  int appended_ = 0;
};

class Rejections : public testing::TestWithParam<uint64_t> {};

TEST_P(Rejections, OnlyRejectedRecordsAreSkippedWhateverHappens) {
  ForEachSeed(GetParam() * kSeedsPerShard, kSeedsPerShard,
              [](uint64_t seed) { World(seed).Run(); });
}

INSTANTIATE_TEST_SUITE_P(Seeds, Rejections,
                         testing::Range<uint64_t>(0, kShards));

}  // namespace
}  // namespace mirror::internal
