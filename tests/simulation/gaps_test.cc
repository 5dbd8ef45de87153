// SPDX-License-Identifier: Apache-2.0
//
// What a mirror that may skip or reseed still promises while topics are
// deleted, truncated and written to by others under it: every record that the
// source has is on the target, or noted as lost there by one that does not copy
// it again, in order.

#include <algorithm>
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

constexpr uint64_t kSeedsPerShard = 20;
constexpr uint64_t kShards = 4;
const TopicPartition kSource{"orders", 0};
const TopicPartition kCopy{"A.orders", 0};

class World {
 public:
  explicit World(uint64_t seed) : random_(seed), flow_(seed) {
    const auto any = [this] {
      return Chance(50) ? LossPolicy::kSkip : LossPolicy::kReseed;
    };
    PartitionOptions& partition = flow_.loop_options().partition;
    flow_.control_options().delivery.on_source_gap =
        partition.delivery.on_source_gap = any();
    flow_.control_options().delivery.on_target_change = any();
    partition.delivery.on_target_change =
        flow_.control_options().delivery.on_target_change;
    flow_.source().CreateTopic("orders", 1);
    flow_.source().SetMaxBatchRecords(1 + Below(50));
    flow_.Start(1);
  }

  void Run() {
    for (int step = 0; step < 40; ++step) {
      Act();
      flow_.RunFor(absl::Milliseconds(25 * (1 + Below(200))));
    }
    ASSERT_NO_FATAL_FAILURE(Settle());
    Check();
  }

 private:
  int Below(int limit) {
    return std::uniform_int_distribution<int>(0, limit - 1)(random_);
  }
  bool Chance(int percent) { return Below(100) < percent; }

  void Act() {
    FakeCluster& a = flow_.source();
    FakeCluster& b = flow_.target();
    const bool is_there = b.HasTopic("A.orders");
    switch (Below(12)) {
      case 0:
        if (Chance(50)) flow_.Start(1);  // killed and restarted
        break;
      case 1:
        (Chance(50) ? a : b).SetDown(Chance(50));
        break;
      case 2:
        if (is_there) b.SetPartitionDown(kCopy, Chance(50));
        break;
      case 3:
        b.FenceSinks();
        break;
      case 4:
        if (is_there) b.DeleteTopic("A.orders");
        break;
      case 5:
        if (is_there) b.Append(kCopy, NewRecord("foreign"));
        break;
      case 6:
        a.DeleteTopic("orders");
        if (Chance(50)) flow_.RunFor(absl::Milliseconds(25 * Below(400)));
        a.CreateTopic("orders", 1);
        break;
      case 7:
        a.TruncateTo(kSource, Below(static_cast<int>(a.LogEnd(kSource)) + 1));
        break;
      case 8:
        TruncateTarget();
        break;
      default:
        break;
    }
    const int count = Below(40);
    for (int i = 0; i < count; ++i) {
      a.Append(kSource, NewRecord(absl::StrCat(appended_++)));
    }
  }

  // With records in flight it could not be told apart from what they left, nor
  // before the first acknowledgement to a new producer.
  void TruncateTarget() {
    flow_.source().Append(kSource, NewRecord(absl::StrCat(appended_++)));
    ASSERT_NO_FATAL_FAILURE(Settle());
    FakeCluster& b = flow_.target();
    if (!b.HasTopic("A.orders")) return;
    b.TruncateTo(kCopy, Below(static_cast<int>(b.LogEnd(kCopy)) + 1));
    if (Chance(50)) {  // killed at any step of what is done about it
      flow_.source().SetDown(Chance(50));
      flow_.RunFor(absl::Milliseconds(25 * Below(600)));
      flow_.Start(1);
    }
    ASSERT_NO_FATAL_FAILURE(Settle());
  }

  Record NewRecord(std::string value) {
    Record record;
    record.timestamp_ms = absl::ToUnixMillis(flow_.clock().Now());
    record.value = std::move(value);
    return record;
  }

  // Repairs everything and waits until nothing changes any more.
  void Settle() {
    flow_.source().SetDown(false);
    flow_.target().SetDown(false);
    if (flow_.target().HasTopic("A.orders")) {
      flow_.target().SetPartitionDown(kCopy, false);
    }
    // Looks at topics and at the ends of logs are that far apart.
    flow_.RunFor(absl::Minutes(2));
    ASSERT_TRUE(flow_.RunUntil([this] { return IsCommitted(); }))
        << flow_.Status(kSource).ShortDebugString();
    flow_.RunFor(absl::Seconds(30));
    ASSERT_TRUE(IsCommitted()) << flow_.Status(kSource).ShortDebugString();
  }

  bool IsCommitted() {
    const std::vector<Record> records = flow_.source().Records(kSource);
    const PartitionStatus status = flow_.Status(kSource);
    return status.state() == PARTITION_RUNNING &&
           flow_.target().HasTopic("A.orders") &&
           (records.empty() ||
            status.committed_offset() == records.back().offset.value());
  }

  // Whether what the target lost is copied again.
  bool Reseeds() {
    return flow_.control_options().delivery.on_target_change ==
           LossPolicy::kReseed;
  }

  // Copies of a record may be lost to the target only after it was written.
  bool IsNotedAsLost(const Record& record) {
    const std::vector<SkippedRange> history =
        flow_.store().SkipHistory(kSource);
    return std::any_of(
        history.begin(), history.end(), [&](const SkippedRange& range) {
          return range.reason == SkipReason::kTargetLost &&
                 range.first <= record.offset && record.offset < range.end &&
                 absl::ToUnixMillis(range.time) >= record.timestamp_ms;
        });
  }

  void Check() {
    std::map<std::string, size_t> last;
    const std::vector<Record> copies = flow_.target().Records(kCopy);
    for (size_t i = 0; i < copies.size(); ++i) last[*copies[i].value] = i;
    int64_t before = -1;
    for (const Record& record : flow_.source().Records(kSource)) {
      const auto copy = last.find(*record.value);
      if (copy == last.end()) {
        EXPECT_TRUE(!Reseeds() && IsNotedAsLost(record))
            << "the record at offset " << record.offset << " is lost";
        continue;
      }
      const auto index = static_cast<int64_t>(copy->second);
      // A copy that is left of those before a reseed, where later ones are
      // lost.
      const bool is_older = !Reseeds() && IsNotedAsLost(record);
      EXPECT_TRUE(index > before || is_older)
          << "the copy of " << record.offset << " is ahead of an earlier one";
      before = std::max(before, index);
    }
  }

  std::mt19937_64 random_;
  SimulatedFlow flow_;
  int64_t appended_ = 0;
};

class Gaps : public testing::TestWithParam<uint64_t> {};

TEST_P(Gaps, NoRecordIsMissingThatIsNotNoted) {
  ForEachSeed(GetParam() * kSeedsPerShard, kSeedsPerShard,
              [](uint64_t seed) { World(seed).Run(); });
}

INSTANTIATE_TEST_SUITE_P(Seeds, Gaps, testing::Range<uint64_t>(0, kShards));

}  // namespace
}  // namespace mirror::internal
