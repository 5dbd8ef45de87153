// SPDX-License-Identifier: Apache-2.0

#include "mirror/sync/skip_ledger.h"

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Name = SkipLedger::Name;

constexpr SkipReason kLost = SkipReason::kSourceLost;
constexpr SkipReason kRefused = SkipReason::kRefused;

SkippedRange Range(int64_t first, int64_t end, SkipReason reason = kLost,
                   int64_t second = 0, std::string detail = "") {
  return {
      UpstreamOffset(first),         UpstreamOffset(end), end - first, reason,
      absl::FromUnixSeconds(second), std::move(detail)};
}

// The index topic: every record ever, in order.
class Topic {
 public:
  void Flush(SkipLedger* ledger) {
    const SkipLedger::Plan plan = ledger->PlanFlush();
    for (const SkipLedger::Write& write : plan.writes) {
      log_.push_back({write.name, write.record});
    }
    for (const Name& name : plan.tombstones) {
      log_.push_back({name, std::nullopt});
    }
    ledger->Commit(plan);
  }
  void Load(SkipLedger* ledger) const {
    for (const auto& [name, record] : log_) Apply(name, record, ledger);
  }
  // Values only, everything twice and in any order: as if an older copy of the
  // topic were read again.
  void LoadShuffled(std::mt19937* random, SkipLedger* ledger) const {
    auto log = log_;
    log.insert(log.end(), log_.begin(), log_.end());
    std::shuffle(log.begin(), log.end(), *random);
    for (const auto& [name, record] : log) {
      if (record.has_value()) Apply(name, record, ledger);
    }
  }
  size_t size() const { return log_.size(); }
  size_t live() const {
    std::map<Name, bool> live;
    for (const auto& [name, record] : log_) live[name] = record.has_value();
    return std::count_if(live.begin(), live.end(),
                         [](const auto& item) { return item.second; });
  }

 private:
  static void Apply(const Name& name,
                    const std::optional<SkippedRangeRecord>& record,
                    SkipLedger* ledger) {
    if (record.has_value()) {
      ledger->OnRead(name.generation, *record);
    } else {
      ledger->OnTombstone(name);
    }
  }

  std::vector<std::pair<Name, std::optional<SkippedRangeRecord>>> log_;
};

TEST(SkipLedger, AnAdjacentRangeExtendsOneWithTheSameReason) {
  SkipLedger ledger;
  ledger.Add(0, Range(50, 51, kRefused, 1, "first"));
  ledger.Add(0, Range(51, 53, kRefused, 2, "second"));
  ledger.Add(0, Range(53, 60, kLost, 3));
  EXPECT_THAT(ledger.All(), ElementsAre(Range(50, 53, kRefused, 2, "second"),
                                        Range(53, 60, kLost, 3)));
}

TEST(SkipLedger, WhatWasReportedBeforeChangesNothing) {
  SkipLedger ledger;
  Topic topic;
  ledger.Add(0, Range(50, 51, kRefused, 1));
  ledger.Add(0, Range(51, 53, kRefused, 1));
  topic.Flush(&ledger);
  const auto before = ledger.All();
  ledger.Add(0, Range(50, 51, kRefused, 9));  // after a kill
  ledger.Add(0, Range(51, 53, kRefused, 9));
  EXPECT_EQ(ledger.All(), before);
  EXPECT_TRUE(ledger.PlanFlush().empty());
}

TEST(SkipLedger, AnOverlapIsCountedOnce) {
  SkipLedger ledger;
  ledger.Add(0, Range(50, 60));
  ledger.Add(0, Range(55, 70));  // seen again after a kill, and it has grown
  EXPECT_THAT(ledger.All(), ElementsAre(Range(50, 70)));
  ledger.Add(0, Range(40, 90));  // progress was reset, further back
  EXPECT_THAT(ledger.All(), ElementsAre(Range(40, 90)));
  Topic topic;
  topic.Flush(&ledger);
  SkipLedger loaded;
  topic.Load(&loaded);
  EXPECT_EQ(loaded.All(), ledger.All());
}

TEST(SkipLedger, OneOffsetMayHaveManyReasons) {
  SkipLedger ledger;
  ledger.Add(0, Range(0, 0, SkipReason::kSourceRecreated));
  ledger.Add(0, Range(0, 7, kLost));
  EXPECT_THAT(ledger.All(),
              ElementsAre(Range(0, 7, kLost),
                          Range(0, 0, SkipReason::kSourceRecreated)));
}

TEST(SkipLedger, AMarkBehindARangeIsKept) {
  SkipLedger ledger;
  ledger.Add(0, Range(40, 60));
  ledger.Add(0, Range(60, 60));
  ledger.Add(0, Range(50, 50));  // this one says nothing new
  EXPECT_THAT(ledger.All(), ElementsAre(Range(40, 60), Range(60, 60)));
  ledger.Add(0, Range(60, 65));
  EXPECT_THAT(ledger.All(), ElementsAre(Range(40, 65)));
}

TEST(SkipLedger, GenerationsAreApart) {
  SkipLedger ledger;
  ledger.Add(1, Range(5, 9));
  ledger.Add(0, Range(0, 5));
  ledger.Add(0, Range(8, 9));
  EXPECT_THAT(ledger.Of(0), ElementsAre(Range(0, 5), Range(8, 9)));
  EXPECT_THAT(ledger.Of(1), ElementsAre(Range(5, 9)));
  EXPECT_THAT(ledger.Of(2), IsEmpty());
  EXPECT_THAT(ledger.All(), ElementsAre(Range(0, 5), Range(8, 9), Range(5, 9)));
}

TEST(SkipLedger, APlanHoldsUntilItIsCommitted) {
  SkipLedger ledger;
  ledger.Add(0, Range(0, 5));
  EXPECT_EQ(ledger.PlanFlush().writes.size(), 1u);
  const SkipLedger::Plan plan = ledger.PlanFlush();
  ledger.Add(0, Range(5, 7));  // while the plan is written
  ledger.Commit(plan);
  ASSERT_EQ(ledger.PlanFlush().writes.size(), 1u);
  EXPECT_EQ(ledger.PlanFlush().writes[0].record.range, Range(0, 7));
  ledger.Commit(ledger.PlanFlush());
  EXPECT_TRUE(ledger.PlanFlush().empty());
}

TEST(SkipLedger, BeyondTheCapTheTwoOldestAreMerged) {
  SkipLedger ledger;
  Topic topic;
  for (int64_t i = 0; i < 256; ++i) ledger.Add(0, Range(i * 10, i * 10 + 2));
  topic.Flush(&ledger);
  EXPECT_EQ(topic.live(), 256u);
  ledger.Add(0, Range(2560, 2562, kRefused));
  topic.Flush(&ledger);
  EXPECT_EQ(topic.live(), 256u) << "one tombstone";
  const std::vector<SkippedRange> all = ledger.All();
  ASSERT_EQ(all.size(), 256u);
  SkippedRange merged = Range(0, 12, kLost, 0, "merged: source-lost");
  merged.records = 4;
  EXPECT_EQ(all.front(), merged);
  EXPECT_EQ(all.back(), Range(2560, 2562, kRefused));
  SkipLedger loaded;
  topic.Load(&loaded);
  EXPECT_EQ(loaded.All(), all);
}

TEST(SkipLedger, WhatIsMergedIsNeverSaidToBeKeptElsewhere) {
  SkipLedger ledger;
  ledger.Add(0, Range(0, 9, SkipReason::kDeadLettered));
  ledger.Add(0, Range(10, 11, kRefused));
  for (int64_t i = 2; i < 257; ++i) ledger.Add(0, Range(i * 10, i * 10 + 1));
  EXPECT_EQ(ledger.All().front().reason, kRefused);
  EXPECT_EQ(ledger.All().front().detail, "merged: dead-lettered, refused");
}

TEST(SkipLedger, GenerationsAreMergedOnlyIfEachHasButOneRange) {
  SkipLedger ledger;
  ledger.Add(0, Range(7, 8));
  for (int64_t i = 0; i < 256; ++i) ledger.Add(1, Range(i * 10, i * 10 + 1));
  EXPECT_THAT(ledger.Of(0), ElementsAre(Range(7, 8)));
  EXPECT_EQ(ledger.Of(1).size(), 255u);

  SkipLedger recreated;
  for (uint32_t i = 0; i < 300; ++i) recreated.Add(i, Range(5, 6));
  EXPECT_EQ(recreated.All().size(), 256u);
  EXPECT_THAT(recreated.Of(299), ElementsAre(Range(5, 6)));
  EXPECT_EQ(recreated.Of(0).front().records, 45);
}

TEST(SkipLedger, WhatIsReadIsBoundedToo) {
  SkipLedger ledger;
  for (int64_t i = 0; i < 2000; ++i) {
    ledger.OnRead(0, {Range(i * 10, i * 10 + 1)});
  }
  EXPECT_EQ(ledger.All().size(), SkipLedger::kMaxRangesRead);
}

// One engine after the other: what each skips, and what it says again when the
// last flush was ahead of the progress.
class Life {
 public:
  explicit Life(uint32_t seed) : random_(seed) {}

  void Step() {
    const int64_t kind = Pick(0, 19);
    if (kind == 0) {
      generation_ += 1;
      u_ = 0;
    } else if (kind <= 2) {
      Restart();
    } else if (kind <= 6) {
      topic_.Flush(&ledger_);
    } else {
      Skip();
    }
  }
  void Flush() { topic_.Flush(&ledger_); }

  std::mt19937* random() { return &random_; }
  const SkipLedger& ledger() const { return ledger_; }
  const Topic& topic() const { return topic_; }

 private:
  int64_t Pick(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random_);
  }
  void Skip() {
    if (Pick(0, 9) == 0) u_ -= std::min(u_, Pick(0, 30));  // truncated
    u_ += Pick(0, 1) * Pick(1, 20);
    const int64_t end = u_ + Pick(0, 6);
    const auto reason = static_cast<SkipReason>(Pick(0, 5));
    ledger_.Add(generation_, Range(u_, end, reason, ++now_));
    if (Pick(0, 3) == 0)
      ledger_.Add(generation_, Range(u_, end, reason, ++now_));
    u_ = end;
  }
  void Restart() {
    ledger_ = SkipLedger();
    topic_.Load(&ledger_);
  }

  std::mt19937 random_;
  SkipLedger ledger_;
  Topic topic_;
  uint32_t generation_ = 0;
  int64_t u_ = 0;
  int64_t now_ = 0;
};

TEST(SkipLedger, TheTopicTellsTheSameInAnyOrder) {
  for (uint32_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Life life(seed);
    const int steps = seed % 4 == 0 ? 900 : 200;
    for (int i = 0; i < steps; ++i) life.Step();
    life.Flush();
    EXPECT_LE(life.ledger().All().size(), SkipLedger::kMaxRanges);
    SkipLedger loaded;
    life.topic().Load(&loaded);
    EXPECT_EQ(loaded.All(), life.ledger().All());
    life.topic().Load(&loaded);
    EXPECT_EQ(loaded.All(), life.ledger().All()) << "read twice";
    SkipLedger shuffled;
    life.topic().LoadShuffled(life.random(), &shuffled);
    EXPECT_EQ(shuffled.All(), life.ledger().All());
  }
}

}  // namespace
}  // namespace mirror::internal
