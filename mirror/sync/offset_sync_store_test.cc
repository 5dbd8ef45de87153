// SPDX-License-Identifier: Apache-2.0

#include "mirror/sync/offset_sync_store.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const TopicPartition kTp{"orders", 3};

Translation Exact(int64_t d) {
  return {DownstreamOffset(d), Exactness::kExact};
}

// The index topic after compaction.
class Topic {
 public:
  void Write(const IndexFlush& flush) {
    for (const IndexRecord& record : flush.records()) {
      if (record.value.has_value()) {
        records_[record.key] = *record.value;
      } else {
        records_.erase(record.key);
      }
    }
  }
  void Flush(OffsetSyncStore* store) {
    const IndexFlush flush = store->PrepareFlush({kTp}).value();
    Write(flush);
    store->CommitFlush(flush);
  }
  void Load(OffsetSyncStore* store) const {
    for (const auto& [key, value] : records_) {
      ASSERT_TRUE(store->ApplyIndexRecord(key, value).ok());
    }
  }
  size_t size() const { return records_.size(); }

 private:
  std::map<std::string, std::string> records_;
};

void Append(OffsetSyncStore* store, int64_t u, int64_t d, int64_t count) {
  EXPECT_TRUE(
      store->Append(kTp, {{UpstreamOffset(u), DownstreamOffset(d), count}}));
}
Translation At(const OffsetSyncStore& store, int64_t u) {
  return store.Translate(kTp, UpstreamOffset(u));
}

TEST(OffsetSyncStore, KeepsPartitionsApart) {
  OffsetSyncStore store;
  Append(&store, 0, 500, 10);
  EXPECT_EQ(At(store, 7), Exact(507));
  EXPECT_EQ(store.Translate({"orders", 4}, UpstreamOffset(7)), Translation());
  EXPECT_EQ(store.TranslateBack(kTp, DownstreamOffset(507)),
            (BackTranslation{UpstreamOffset(7), Exactness::kExact}));
}

TEST(OffsetSyncStore, TakesManyRangesAtOnce) {
  OffsetSyncStore store;
  EXPECT_TRUE(
      store.Append(kTp, {{UpstreamOffset(0), DownstreamOffset(500), 10},
                         {UpstreamOffset(10), DownstreamOffset(510), 5},
                         {UpstreamOffset(20), DownstreamOffset(515), 5}}));
  EXPECT_EQ(store.Stats(kTp).runs, 2u);
  EXPECT_EQ(At(store, 12), Exact(512));
  EXPECT_EQ(At(store, 21), Exact(516));
  EXPECT_TRUE(store.Append(kTp, {}));
}

TEST(OffsetSyncStore, ATargetReplacedAmongTheRangesStartsOverThere) {
  OffsetSyncStore store;
  EXPECT_FALSE(
      store.Append(kTp, {{UpstreamOffset(0), DownstreamOffset(500), 10},
                         {UpstreamOffset(10), DownstreamOffset(0), 5},
                         {UpstreamOffset(15), DownstreamOffset(5), 5}}));
  EXPECT_EQ(At(store, 7), Translation());
  EXPECT_EQ(At(store, 17), Exact(7));
}

TEST(OffsetSyncStore, ACleanPartitionStaysOneRecord) {
  OffsetSyncStore store;
  Topic topic;
  for (int64_t u = 0; u < 1000; u += 10) {
    Append(&store, u, u, 10);
    topic.Flush(&store);
  }
  EXPECT_EQ(topic.size(), 1u);
  EXPECT_TRUE(store.PrepareFlush({kTp})->records().empty());

  OffsetSyncStore next;  // the next engine continues with the same record
  topic.Load(&next);
  EXPECT_EQ(At(next, 999), Exact(999));
  next.Resume(kTp, UpstreamOffset(1000), UnindexedCopies::kPossible);
  Append(&next, 1000, 1000, 10);
  topic.Flush(&next);
  EXPECT_EQ(topic.size(), 1u);
}

TEST(OffsetSyncStore, ManyRunsAreManySegments) {
  OffsetSyncStore store;
  Topic topic;
  for (int64_t i = 0; i < 2000; ++i) Append(&store, i * 11, i * 10, 10);
  topic.Flush(&store);
  EXPECT_EQ(topic.size(), 4u);  // 512 runs each
  OffsetSyncStore loaded;
  topic.Load(&loaded);
  for (int64_t u = 0; u < 22000; ++u) ASSERT_EQ(At(loaded, u), At(store, u));
}

TEST(OffsetSyncStore, TheTopicIsBoundedHoweverManyGapsThereAre) {
  constexpr int64_t kRuns = 300 * 512;
  OffsetSyncStore store;
  store.Begin(kTp, UpstreamOffset(0), {});
  Topic topic;
  for (int64_t i = 0; i < kRuns; ++i) {
    Append(&store, 2 * i, i, 1);  // a marker behind each record
    if (i % 500 == 0) topic.Flush(&store);
  }
  topic.Flush(&store);
  EXPECT_LE(topic.size(), 256u);
  OffsetSyncStore client;
  topic.Load(&client);
  EXPECT_EQ(At(client, 2 * (kRuns - 5)), Exact(kRuns - 5));
  for (int64_t i = 0; i < kRuns; i += 97) {
    const Translation t = At(client, 2 * i);
    ASSERT_TRUE(t.known()) << i;
    ASSERT_LE(t.offset.value(), i);
  }
}

TEST(OffsetSyncStore, AFlushThatFailedIsPreparedAgain) {
  OffsetSyncStore store;
  Append(&store, 0, 0, 10);
  EXPECT_EQ(store.PrepareFlush({kTp})->records().size(), 1u);
  EXPECT_EQ(store.PrepareFlush({kTp})->records().size(), 1u);
}

TEST(OffsetSyncStore, SegmentsBelowTheLogStartAreDeleted) {
  OffsetSyncStore store;
  Topic topic;
  for (int64_t i = 0; i < 2000; ++i) Append(&store, i * 11, i * 10, 10);
  topic.Flush(&store);
  store.DropBelow(kTp, UpstreamOffset(1100 * 11));
  topic.Flush(&store);
  EXPECT_EQ(topic.size(), 2u);
  OffsetSyncStore loaded;
  topic.Load(&loaded);
  EXPECT_EQ(At(loaded, 1100 * 11), Exact(11000));
  EXPECT_EQ(At(loaded, 5), Translation());
}

TEST(OffsetSyncStore, ATombstoneDeletesItsSegment) {
  OffsetSyncStore store;
  for (int64_t i = 0; i < 1000; ++i) Append(&store, i * 11, i * 10, 10);
  const IndexFlush flush = store.PrepareFlush({kTp}).value();
  OffsetSyncStore reader;
  Topic topic;
  topic.Write(flush);
  topic.Load(&reader);
  ASSERT_TRUE(
      reader.ApplyIndexRecord(flush.records()[0].key, std::nullopt).ok());
  EXPECT_EQ(At(reader, 5), Translation());
  EXPECT_EQ(At(reader, 600 * 11), Exact(6000));
}

TEST(OffsetSyncStore, AReplacedTargetStartsOver) {
  OffsetSyncStore store;
  Topic topic;
  for (int64_t i = 0; i < 1000; ++i) Append(&store, 7 + i * 11, i * 10, 10);
  topic.Flush(&store);
  EXPECT_FALSE(
      store.Append(kTp, {{UpstreamOffset(20000), DownstreamOffset(0), 5}}))
      << "the target went back";
  EXPECT_EQ(At(store, 7), Translation());
  topic.Flush(&store);
  EXPECT_EQ(topic.size(), 1u);
  OffsetSyncStore loaded;
  topic.Load(&loaded);
  EXPECT_EQ(At(loaded, 20001), Exact(1));
}

TEST(OffsetSyncStore, SegmentsOfAnOlderGenerationAreVoid) {
  OffsetSyncStore store;
  Append(&store, 0, 100, 10);
  const IndexFlush old = store.PrepareFlush({kTp}).value();
  store.StartOver(kTp);
  Append(&store, 5, 0, 10);
  const IndexFlush current = store.PrepareFlush({kTp}).value();
  OffsetSyncStore loaded;
  for (const IndexFlush* flush : {&old, &current, &old}) {
    for (const IndexRecord& record : flush->records()) {
      ASSERT_TRUE(loaded.ApplyIndexRecord(record.key, record.value).ok());
    }
  }
  EXPECT_EQ(At(loaded, 6), Exact(1));
  EXPECT_EQ(At(loaded, 0), Translation());
}

TEST(OffsetSyncStore, TheSourcesIdentityTravelsWithTheIndex) {
  OffsetSyncStore store;
  Topic topic;
  store.SetSource(kTp, {"topic-id", 4});
  Append(&store, 0, 0, 1);
  topic.Flush(&store);
  OffsetSyncStore loaded;
  topic.Load(&loaded);
  EXPECT_EQ(loaded.Source(kTp), (SourceIdentity{"topic-id", 4}));
}

TEST(OffsetSyncStore, AChangedIdentityAloneIsFlushed) {
  OffsetSyncStore store;
  Topic topic;
  store.SetSource(kTp, {"topic-id", 4});
  store.SetTargetTopicId(kTp, "target-id");
  EXPECT_TRUE(store.PrepareFlush({kTp})->records().empty()) << "no runs";
  Append(&store, 0, 0, 10);
  topic.Flush(&store);
  EXPECT_TRUE(store.PrepareFlush({kTp})->records().empty());

  store.SetLeaderEpoch(kTp, 4);  // the same
  store.SetTargetTopicId(kTp, "target-id");
  EXPECT_TRUE(store.PrepareFlush({kTp})->records().empty());
  store.SetLeaderEpoch(kTp, 5);
  EXPECT_EQ(store.PrepareFlush({kTp})->records().size(), 1u);
  EXPECT_EQ(store.PrepareFlush({kTp})->records().size(), 1u) << "not committed";
  topic.Flush(&store);
  EXPECT_TRUE(store.PrepareFlush({kTp})->records().empty());
  store.SetTargetTopicId(kTp, "new-target-id");
  topic.Flush(&store);
  EXPECT_EQ(topic.size(), 1u);

  OffsetSyncStore loaded;
  topic.Load(&loaded);
  EXPECT_EQ(loaded.Source(kTp), (SourceIdentity{"topic-id", 5}));
  EXPECT_EQ(loaded.TargetTopicId(kTp), "new-target-id");
  EXPECT_EQ(At(loaded, 7), Exact(7));
  loaded.SetSource(kTp, {"topic-id", 5});
  EXPECT_TRUE(loaded.PrepareFlush({kTp})->records().empty());
}

TEST(OffsetSyncStore, TheIdentityIsKeptWithoutCopies) {
  OffsetSyncStore store;
  Topic topic;
  store.SetSource(kTp, {"topic-id", 4});
  Append(&store, 0, 0, 10);
  topic.Flush(&store);
  store.SetLeaderEpoch(kTp, 4, UpstreamOffset(10));
  store.StartOver(kTp);
  topic.Flush(&store);
  EXPECT_TRUE(store.PrepareFlush({kTp})->records().empty());
  EXPECT_FALSE(store.IsIndexed(kTp));

  OffsetSyncStore loaded;
  topic.Load(&loaded);
  EXPECT_EQ(loaded.Source(kTp), (SourceIdentity{"topic-id", 4}));
  EXPECT_EQ(loaded.Stats(kTp).source_end, UpstreamOffset(10));
  EXPECT_EQ(At(loaded, 5), Translation());
  EXPECT_FALSE(loaded.IsIndexed(kTp));

  // The next copies take its place, in the topic too.
  for (OffsetSyncStore* each : {&store, &loaded}) {
    Topic copy = topic;
    Append(each, 12, 0, 5);
    copy.Flush(each);
    EXPECT_EQ(copy.size(), 1u);
    OffsetSyncStore again;
    copy.Load(&again);
    EXPECT_EQ(again.Source(kTp), (SourceIdentity{"topic-id", 4}));
    EXPECT_EQ(At(again, 13), Exact(1));
    EXPECT_TRUE(again.IsIndexed(kTp));
  }
}

SkippedRange Lost(int64_t first, int64_t end,
                  SkipReason reason = SkipReason::kSourceLost) {
  return {UpstreamOffset(first),
          UpstreamOffset(end),
          end - first,
          reason,
          absl::FromUnixSeconds(1700000000),
          "of a test"};
}

TEST(OffsetSyncStore, SaysWhatWasSkippedAboveAPosition) {
  OffsetSyncStore store;
  EXPECT_THAT(store.Skipped(kTp), IsEmpty());
  store.Skip(kTp, Lost(10, 20));
  store.Skip(kTp, Lost(20, 30, SkipReason::kRefused));
  store.Skip(kTp, Lost(30, 30, SkipReason::kSourceTruncated));
  const auto from = [&](int64_t u) {
    return store.Skipped(kTp, UpstreamOffset(u)).size();
  };
  EXPECT_THAT(store.Skipped(kTp),
              ElementsAre(Lost(10, 20), Lost(20, 30, SkipReason::kRefused),
                          Lost(30, 30, SkipReason::kSourceTruncated)));
  EXPECT_EQ(from(19), 3u);
  EXPECT_EQ(from(20), 2u);
  EXPECT_EQ(from(30), 1u) << "the mark";
  EXPECT_EQ(from(31), 0u);
  EXPECT_THAT(store.Skipped({"orders", 4}), IsEmpty());
}

TEST(OffsetSyncStore, TheReasonIsWrittenBeforeWhatLiesPastTheGap) {
  OffsetSyncStore store;
  store.Skip(kTp, Lost(0, 40));
  Append(&store, 40, 0, 10);
  const IndexFlush flush = store.PrepareFlush({kTp}).value();
  ASSERT_EQ(flush.records().size(), 2u);
  EXPECT_TRUE(SkippedRangeKey::Decode(flush.records()[0].key).ok());
  EXPECT_TRUE(IndexSegmentKey::Decode(flush.records()[1].key).ok());
  EXPECT_EQ(flush.records()[0].topic_partition, kTp);
}

TEST(OffsetSyncStore, ASkipAloneIsFlushedUntilItIsCommitted) {
  OffsetSyncStore store;
  Topic topic;
  Append(&store, 0, 0, 10);
  topic.Flush(&store);
  store.Skip(kTp, Lost(10, 40));
  EXPECT_EQ(store.PrepareFlush({kTp})->records().size(), 1u);
  EXPECT_EQ(store.PrepareFlush({kTp})->records().size(), 1u);
  topic.Flush(&store);
  EXPECT_TRUE(store.PrepareFlush({kTp})->records().empty());
  OffsetSyncStore loaded;
  topic.Load(&loaded);
  EXPECT_THAT(loaded.Skipped(kTp), ElementsAre(Lost(10, 40)));
  EXPECT_EQ(At(loaded, 9), Exact(9));
  loaded.Skip(kTp, Lost(10, 40));  // once more, after a kill
  EXPECT_TRUE(loaded.PrepareFlush({kTp})->records().empty());
}

TEST(OffsetSyncStore, WhatWasSkippedOutlivesTheLogStart) {
  OffsetSyncStore store;
  Topic topic;
  store.Skip(kTp, Lost(0, 40));
  Append(&store, 40, 0, 10);
  store.DropBelow(kTp, UpstreamOffset(45));
  topic.Flush(&store);
  OffsetSyncStore loaded;
  topic.Load(&loaded);
  EXPECT_THAT(loaded.Skipped(kTp), ElementsAre(Lost(0, 40)));
}

TEST(OffsetSyncStore, StartingOverMakesHistoryOfWhatWasSkipped) {
  OffsetSyncStore store;
  Topic topic;
  store.Skip(kTp, Lost(10, 20));
  Append(&store, 20, 10, 5);
  topic.Flush(&store);
  store.StartOver(kTp);
  EXPECT_THAT(store.Skipped(kTp), IsEmpty());
  const SkippedRange mark = Lost(0, 0, SkipReason::kSourceRecreated);
  store.Skip(kTp, mark);
  topic.Flush(&store);

  // Killed before the first copy: only the mark tells the new generation.
  OffsetSyncStore loaded;
  topic.Load(&loaded);
  EXPECT_THAT(loaded.Skipped(kTp), ElementsAre(mark));
  EXPECT_THAT(loaded.SkipHistory(kTp), ElementsAre(Lost(10, 20), mark));
  EXPECT_EQ(At(loaded, 20), Translation());
  Append(&loaded, 0, 15, 5);
  topic.Flush(&loaded);
  OffsetSyncStore client;
  topic.Load(&client);
  EXPECT_EQ(At(client, 3), Exact(18));
  EXPECT_THAT(client.Skipped(kTp), ElementsAre(mark));
}

// 500 to 1499 were lost with an earlier log of the target, which kept what was
// below; 1500 to 1502 were compacted away.
TEST(OffsetSyncStore, APositionInWhatTheTargetLostIsTheFirstCopyAfterIt) {
  OffsetSyncStore store;
  Append(&store, 0, 0, 1500);
  store.StartOver(kTp);
  SkippedRange lost;
  lost.first = UpstreamOffset(500);
  lost.end = UpstreamOffset(1500);
  lost.records = 1000;
  lost.reason = SkipReason::kTargetLost;
  store.Skip(kTp, lost);
  EXPECT_FALSE(store.Translate(kTp, UpstreamOffset(700)).known());
  Append(&store, 1503, 500, 100);
  EXPECT_EQ(store.Translate(kTp, UpstreamOffset(500)), Exact(500));
  EXPECT_EQ(store.Translate(kTp, UpstreamOffset(1500)), Exact(500));
  EXPECT_EQ(store.Translate(kTp, UpstreamOffset(1504)), Exact(501));
  EXPECT_FALSE(store.Translate(kTp, UpstreamOffset(499)).known());
  // It says nothing about the log after the next one.
  store.StartOver(kTp);
  Append(&store, 1603, 300, 10);
  EXPECT_FALSE(store.Translate(kTp, UpstreamOffset(700)).known());
}

TEST(OffsetSyncStore, RecordsOfBothKindsComeInAnyOrder) {
  OffsetSyncStore store;
  store.Skip(kTp, Lost(10, 20));
  Append(&store, 20, 10, 5);
  std::vector<IndexRecord> records = store.PrepareFlush({kTp})->records();
  store.StartOver(kTp);
  store.Skip(kTp, Lost(3, 7));
  Append(&store, 7, 15, 5);
  const IndexFlush second = store.PrepareFlush({kTp}).value();
  records.insert(records.end(), second.records().begin(),
                 second.records().end());
  const auto less = [](const IndexRecord& a, const IndexRecord& b) {
    return std::tie(a.key, a.value) < std::tie(b.key, b.value);
  };
  std::sort(records.begin(), records.end(), less);
  do {
    OffsetSyncStore loaded;
    for (const IndexRecord& record : records) {
      ASSERT_TRUE(loaded.ApplyIndexRecord(record.key, record.value).ok());
    }
    EXPECT_EQ(loaded.Skipped(kTp), store.Skipped(kTp));
    EXPECT_EQ(loaded.SkipHistory(kTp), store.SkipHistory(kTp));
    EXPECT_EQ(At(loaded, 8), Exact(16));
  } while (std::next_permutation(records.begin(), records.end(), less));
}

TEST(OffsetSyncStore, GarbageInPlaceOfASkippedRangeChangesNothing) {
  OffsetSyncStore store;
  store.Skip(kTp, Lost(10, 20));
  const IndexRecord good = store.PrepareFlush({kTp})->records()[0];
  EXPECT_FALSE(store.ApplyIndexRecord(good.key, "garbage").ok());
  EXPECT_FALSE(store.ApplyIndexRecord(good.key + "x", good.value).ok());
  std::string newer = good.key;
  newer.back() = 99;
  EXPECT_EQ(store.ApplyIndexRecord(newer, good.value).code(),
            absl::StatusCode::kUnimplemented);
  EXPECT_THAT(store.Skipped(kTp), ElementsAre(Lost(10, 20)));
  ASSERT_TRUE(store.ApplyIndexRecord(good.key, std::nullopt).ok());
  EXPECT_THAT(store.Skipped(kTp), IsEmpty()) << "forgotten";
}

TEST(OffsetSyncStore, Mm2sSyncsGiveWayToTheIndex) {
  OffsetSyncStore store;
  store.ApplySync({kTp, UpstreamOffset(100), DownstreamOffset(90)});
  store.Resume(kTp, UpstreamOffset(101), UnindexedCopies::kPossible);
  Append(&store, 101, 91, 50);
  EXPECT_EQ(At(store, 100), Exact(90));
  EXPECT_EQ(At(store, 120), Exact(110));
}

TEST(OffsetSyncStore, StaleSyncsDoNoHarm) {
  OffsetSyncStore store;
  Append(&store, 100, 100, 50);
  // Of a target log that is gone, or no offsets at all.
  for (const auto& [u, d] : std::vector<std::pair<int64_t, int64_t>>{
           {500, 3}, {120, 900}, {-1, 3}, {7, -1}, {600, 901}}) {
    store.ApplySync({kTp, UpstreamOffset(u), DownstreamOffset(d)});
    EXPECT_EQ(At(store, 120), Exact(120));
  }
  Append(&store, 150, 150, 50);
  EXPECT_EQ(At(store, 120), Exact(120));
  EXPECT_EQ(At(store, 160), Exact(160));
}

// Copied once, killed before the index had it, and copied again: the sync is
// of the second copy.
TEST(OffsetSyncStore, ASyncBehindTheIndexsEndIsNotBelieved) {
  OffsetSyncStore writer;
  Append(&writer, 0, 0, 1000);
  Topic topic;
  topic.Flush(&writer);
  OffsetSyncStore store;
  topic.Load(&store);
  store.ApplySync({kTp, UpstreamOffset(1000), DownstreamOffset(1500)});
  // The first copies are at 1000 and 1450.
  EXPECT_LE(At(store, 1000).offset, DownstreamOffset(1000));
  EXPECT_LE(At(store, 1450).offset, DownstreamOffset(1450));
  EXPECT_NE(At(store, 1450).exactness, Exactness::kExact);
  EXPECT_EQ(At(store, 999), Exact(999));
}

TEST(OffsetSyncStore, TheIndexWinsOverSyncsReadBefore) {
  OffsetSyncStore writer;
  Append(&writer, 100, 100, 50);
  const IndexRecord record = writer.PrepareFlush({kTp})->records()[0];
  OffsetSyncStore store;
  for (const int64_t u : {50, 120, 300}) {
    store.ApplySync({kTp, UpstreamOffset(u), DownstreamOffset(u * 3)});
  }
  ASSERT_TRUE(store.ApplyIndexRecord(record.key, record.value).ok());
  EXPECT_EQ(At(store, 120), Exact(120));
}

TEST(OffsetSyncStore, GarbageChangesNothing) {
  OffsetSyncStore store;
  Append(&store, 0, 0, 10);
  const IndexRecord good = store.PrepareFlush({kTp})->records()[0];
  EXPECT_FALSE(store.ApplyIndexRecord("", good.value).ok());
  EXPECT_FALSE(store.ApplyIndexRecord(good.key, "garbage").ok());
  EXPECT_EQ(At(store, 5), Exact(5));
}

TEST(OffsetSyncStore, IsThreadSafe) {
  OffsetSyncStore store;
  std::thread writer([&store] {
    for (int64_t i = 0; i < 2000; ++i) Append(&store, i * 2, i * 2, 2);
  });
  DownstreamOffset last;
  while (last < DownstreamOffset(1999)) {
    const Translation t = At(store, 1999);
    EXPECT_GE(t.offset, last);
    last = std::max(last, t.offset);
    EXPECT_TRUE(store.PrepareFlush({kTp}).ok());
  }
  writer.join();
}

}  // namespace
}  // namespace mirror::internal
