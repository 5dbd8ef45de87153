// SPDX-License-Identifier: Apache-2.0
//
// Seeded lives of one partition against a brute-force model: gaps on both
// sides, kills that lose the newest part of the index, restarts that copy a
// range again, compaction in between, start-up from the index topic in order,
// out of order and with duplicates, thinning, log start moving. A failure
// prints its seed.

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "mirror/model/position.h"
#include "mirror/sync/offset_sync_store.h"

namespace mirror::internal {
namespace {

constexpr int64_t kNone = std::numeric_limits<int64_t>::max();

const TopicPartition& Tp() {
  static const auto* const kOrders = new TopicPartition{"orders", 3};
  return *kOrders;
}

// What really happened, record by record.
class Truth {
 public:
  void Copy(int64_t u, int64_t d) {
    copies_.push_back({u, d});
    newest_[u] = d;
  }
  // The mirror went past `u`, and the source has no such record (any more).
  void PassWithoutCopy(int64_t u) { newest_.erase(u); }
  // Exactly-once: what was copied from `d` on was aborted; no reader sees it.
  void Abort(int64_t d) {
    while (!copies_.empty() && copies_.back().d >= d) copies_.pop_back();
    newest_.clear();
    for (const Copied& copy : copies_) newest_[copy.u] = copy.d;
  }
  // What was copied from `d` on was not indexed and never will be.
  void LoseIndex(int64_t d) {
    for (Copied& copy : copies_) copy.indexed &= copy.d < d;
  }
  // The largest target position from which every record at or above u that was
  // copied is met.
  int64_t TruePosition(int64_t u) const {
    int64_t position = kNone;
    for (auto it = newest_.lower_bound(u); it != newest_.end(); ++it) {
      position = std::min(position, it->second);
    }
    return position;
  }
  // The lowest source offset met from target position d on, among the copies
  // below `end` that the index knows of, and the records that the source
  // still had when the mirror last passed them.
  int64_t LowestMetFrom(int64_t d, DownstreamOffset end) const {
    int64_t lowest = kNone;
    for (const Copied& copy : copies_) {
      if (copy.d < d || copy.d >= end.value() || !copy.indexed) continue;
      if (newest_.count(copy.u) == 0) continue;
      lowest = std::min(lowest, copy.u);
    }
    return lowest;
  }
  // The lowest source offset, of a record that the source still had, that a
  // reader who has read the target up to d has not met.
  int64_t LowestUnmet(int64_t d) const {
    std::set<int64_t> met;
    for (const Copied& copy : copies_) {
      if (copy.d < d) met.insert(copy.u);
    }
    for (const auto& [u, copy] : newest_) {
      if (met.count(u) == 0) return u;
    }
    return kNone;
  }
  const std::map<int64_t, int64_t>& newest() const { return newest_; }

 private:
  struct Copied {
    int64_t u, d;
    bool indexed = true;
  };
  std::vector<Copied> copies_;
  std::map<int64_t, int64_t> newest_;
};

// One engine after the other copying one partition, with the index topic
// between them.
class World {
 public:
  World(uint32_t seed, size_t max_runs) : random_(seed), max_runs_(max_runs) {
    density_ = Pick(1, 10);
    noise_ = Chance(30) ? Pick(1, 5) : 0;
    exactly_once_ = Chance(30);
    first_ = Pick(0, 4);
    for (int64_t u = first_; u < first_ + 80; ++u) {
      if (Pick(1, 10) <= density_) source_.insert(u);
    }
    store_ = NewStore();
    target_start_ = target_end_ = Pick(0, 20);
    begun_ = Chance(70);
    passed_ = first_;
    if (begun_) {
      store_->Begin(Tp(), UpstreamOffset(passed_), TargetNow());
    }
    progress_ = passed_;
  }

  void Step() {
    switch (Pick(0, 9)) {
      case 0:
        return exactly_once_ || Chance(50) ? Kill() : RefuseAndKill();
      case 1:
      case 2:
        return Flush();
      case 3:
        if (Chance(20)) DropBelow();
        return;
      default:
        return CopyBatch();
    }
  }

  const OffsetSyncStore& store() const { return *store_; }
  const Truth& truth() const { return truth_; }
  bool begun() const { return begun_; }
  int64_t log_start() const { return log_start_; }
  int64_t passed() const { return passed_; }
  int64_t target_end() const { return target_end_; }
  // A store that read all of the topic: in order, or everything twice and
  // shuffled.
  std::unique_ptr<OffsetSyncStore> Load(bool shuffled) {
    std::vector<IndexRecord> records = topic_;
    if (shuffled) {
      records.insert(records.end(), topic_.begin(), topic_.end());
      std::shuffle(records.begin(), records.end(), random_);
    }
    auto store = NewStore();
    for (const IndexRecord& record : records) {
      EXPECT_TRUE(store->ApplyIndexRecord(record.key, record.value).ok());
    }
    return store;
  }
  bool all_flushed() const {
    return store_->PrepareFlush({Tp()})->records().empty();
  }
  bool dropped() const { return log_start_ > 0; }

  int64_t Pick(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random_);
  }
  bool Chance(int percent) { return Pick(1, 100) <= percent; }

 private:
  std::unique_ptr<OffsetSyncStore> NewStore() const {
    OffsetSyncStoreOptions options;
    options.max_runs_per_partition = max_runs_;
    return std::make_unique<OffsetSyncStore>(options);
  }

  TargetLog TargetNow() const {
    return {DownstreamOffset(target_start_), DownstreamOffset(target_end_)};
  }

  void CopyBatch() {
    if (passed_ >= first_ + 80) return;
    for (int64_t n = Pick(1, 8); n > 0 && passed_ < first_ + 80; --n) {
      const int64_t u = passed_++;
      if (source_.count(u) == 0) {
        truth_.PassWithoutCopy(u);
        if (Chance(30)) Skip(u);
        if (Chance(50)) store_->Pass(Tp(), UpstreamOffset(passed_));
        continue;
      }
      if (noise_ > 0 && Chance(20)) target_end_ += noise_;
      const int64_t d = target_end_++;
      truth_.Copy(u, d);
      source_end_ = std::max(source_end_, passed_ + Pick(0, 8));
      EXPECT_TRUE(store_->Append(
          Tp(), {{UpstreamOffset(u), DownstreamOffset(d), 1}},
          Chance(80) ? UpstreamOffset(source_end_) : OffsetRuns::kNoEnd));
    }
  }

  // As if the record at `u` were known to be lost.
  void Skip(int64_t u) {
    store_->Skip(Tp(),
                 {UpstreamOffset(u), UpstreamOffset(u + 1), 1,
                  Chance(50) ? SkipReason::kSourceLost : SkipReason::kRefused,
                  absl::FromUnixMillis(++now_ms_), "of a test"});
  }

  void Flush() {
    const IndexFlush flush = store_->PrepareFlush({Tp()}).value();
    if (Chance(10)) return;  // the write failed; it is prepared again
    topic_.insert(topic_.end(), flush.records().begin(), flush.records().end());
    store_->CommitFlush(flush);
    flushed_target_end_ = target_end_;
    // Progress follows the index, unless the kill comes in between.
    if (exactly_once_ || Chance(70)) progress_ = passed_;
  }

  // The target rejects some records; later ones land, and are sent again behind
  // these, but the mirror is killed before.
  void RefuseAndKill() {
    const int64_t first = passed_;
    for (int64_t u = first + 1; u < std::min(first + 10, first_ + 80); ++u) {
      if (source_.count(u) > 0 && Chance(50)) truth_.Copy(u, target_end_++);
    }
    source_end_ = std::max(source_end_, std::min(first + 10, first_ + 80));
    Kill();
  }

  void Kill() {
    if (exactly_once_) {
      truth_.Abort(flushed_target_end_);
      ++target_end_;  // the abort marker
    } else {
      truth_.LoseIndex(flushed_target_end_);
    }
    for (int64_t n = Pick(0, 2); n > 0 && Chance(30); --n) Compact();
    store_ = Load(/*shuffled=*/Chance(30));
    passed_ = progress_;
    if (topic_.empty()) begun_ = false;  // the marker was never written
    if (!exactly_once_ && topic_.empty()) {
      store_->Begin(Tp(), UpstreamOffset(passed_), TargetNow());
    }
    store_->Resume(
        Tp(), UpstreamOffset(passed_),
        exactly_once_ ? UnindexedCopies::kNone : UnindexedCopies::kPossible);
  }

  void Compact() {
    if (source_.empty()) return;
    auto victim = source_.begin();
    std::advance(victim, Pick(0, static_cast<int64_t>(source_.size()) - 1));
    source_.erase(victim);
  }

  void DropBelow() {
    log_start_ = Pick(log_start_, std::max(log_start_, progress_));
    store_->DropBelow(Tp(), UpstreamOffset(log_start_));
  }

  std::mt19937 random_;
  const size_t max_runs_;
  int64_t density_, noise_, first_;
  bool exactly_once_, begun_;
  std::set<int64_t> source_;
  Truth truth_;
  std::unique_ptr<OffsetSyncStore> store_;
  std::vector<IndexRecord> topic_;
  int64_t progress_ = 0;
  int64_t passed_ = 0;
  int64_t source_end_ = 0;
  int64_t target_start_ = 0;
  int64_t target_end_ = 0;
  int64_t flushed_target_end_ = 0;
  int64_t log_start_ = 0;
  int64_t now_ms_ = 0;
};

// No answer is past the true position, answers are monotonic, and an exact one
// re-reads nothing.
void CheckForward(const World& world, const OffsetSyncStore& store) {
  const DownstreamOffset end = store.Stats(Tp()).downstream_end;
  int64_t last = -1;
  for (int64_t u = 0; u <= world.passed() + 90; ++u) {
    const Translation t = store.Translate(Tp(), UpstreamOffset(u));
    if (!t.known()) {
      ASSERT_EQ(last, -1) << "unknown above a known position, u=" << u;
      continue;
    }
    ASSERT_GE(t.offset.value(), last) << "not monotonic at u=" << u;
    last = t.offset.value();
    ASSERT_LE(last, world.truth().TruePosition(u))
        << "past the true position of u=" << u;
    if (!t.exact()) continue;
    ASSERT_GE(world.truth().LowestMetFrom(last, end), u)
        << "not exact at u=" << u;
  }
}

void CheckBack(const World& world, const OffsetSyncStore& store) {
  int64_t last = -1;
  for (int64_t d = 0; d <= world.target_end() + 3; ++d) {
    const BackTranslation back = store.TranslateBack(Tp(), DownstreamOffset(d));
    if (!back.known()) {
      ASSERT_EQ(last, -1) << "unknown above a known position, d=" << d;
      continue;
    }
    ASSERT_GE(back.offset.value(), last) << "not monotonic at d=" << d;
    last = back.offset.value();
    ASSERT_LE(last, world.truth().LowestUnmet(d))
        << "past the true position of d=" << d;
  }
}

// Once a restart has caught up, every record copied has an exact answer, and
// its inverse.
void CheckCovered(const World& world, const OffsetSyncStore& store) {
  const OffsetSyncStore::PartitionStats stats = store.Stats(Tp());
  if (stats.catching_up) return;
  for (const auto& [u, d] : world.truth().newest()) {
    // What a kill left unindexed is not known before it is copied again.
    const bool indexed = DownstreamOffset(d) < stats.downstream_end;
    if (u < world.log_start() || !indexed) continue;
    const Translation expected{DownstreamOffset(d), Exactness::kExact};
    ASSERT_EQ(store.Translate(Tp(), UpstreamOffset(u)), expected) << "u=" << u;
    const BackTranslation inverse{UpstreamOffset(u), Exactness::kExact};
    ASSERT_EQ(store.TranslateBack(Tp(), DownstreamOffset(d)), inverse)
        << "d=" << d;
  }
}

void CheckSame(const World& world, const OffsetSyncStore& a,
               const OffsetSyncStore& b) {
  for (int64_t u = 0; u <= world.passed() + 90; ++u) {
    ASSERT_EQ(a.Translate(Tp(), UpstreamOffset(u)),
              b.Translate(Tp(), UpstreamOffset(u)))
        << "u=" << u;
  }
  ASSERT_EQ(a.Skipped(Tp()), b.Skipped(Tp()));
  ASSERT_EQ(a.SkipHistory(Tp()), b.SkipHistory(Tp()));
}

class OffsetSyncStoreProperty : public testing::TestWithParam<uint32_t> {
 protected:
  static constexpr uint32_t kSeedsPerShard = 25;
  static constexpr int kSteps = 40;

  template <typename Check>
  void ForEachSeed(size_t max_runs, Check check) {
    for (uint32_t i = 0; i < kSeedsPerShard; ++i) {
      const uint32_t seed = GetParam() * kSeedsPerShard + i;
      World world(seed, max_runs);
      for (int step = 0; step < kSteps; ++step) {
        SCOPED_TRACE("seed " + std::to_string(seed) + " step " +
                     std::to_string(step));
        world.Step();
        check(world);
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  }
};

TEST_P(OffsetSyncStoreProperty, AnswersAreSafeMonotonicAndExact) {
  ForEachSeed(1000, [](World& world) {
    ASSERT_NO_FATAL_FAILURE(CheckForward(world, world.store()));
    ASSERT_NO_FATAL_FAILURE(CheckBack(world, world.store()));
    if (world.begun()) CheckCovered(world, world.store());
  });
}

TEST_P(OffsetSyncStoreProperty, TheTopicTellsWhatTheWriterKnows) {
  ForEachSeed(1000, [](World& world) {
    if (!world.all_flushed() || world.dropped()) return;
    CheckSame(world, world.store(), *world.Load(/*shuffled=*/false));
  });
}

TEST_P(OffsetSyncStoreProperty, OrderAndRepetitionOfSegmentsDoNotMatter) {
  ForEachSeed(1000, [](World& world) {
    const auto store = world.Load(/*shuffled=*/true);
    ASSERT_NO_FATAL_FAILURE(CheckForward(world, *store));
    ASSERT_NO_FATAL_FAILURE(CheckBack(world, *store));
    if (world.dropped()) return;
    CheckSame(world, *store, *world.Load(/*shuffled=*/false));
  });
}

TEST_P(OffsetSyncStoreProperty, ThinningOnlyDegradesAnswers) {
  ForEachSeed(6, [](World& world) {
    ASSERT_LE(world.store().Stats(Tp()).runs, 6u);
    ASSERT_NO_FATAL_FAILURE(CheckForward(world, world.store()));
    ASSERT_NO_FATAL_FAILURE(CheckBack(world, world.store()));
  });
}

INSTANTIATE_TEST_SUITE_P(Seeds, OffsetSyncStoreProperty,
                         testing::Range(0u, 8u));

}  // namespace
}  // namespace mirror::internal
