// SPDX-License-Identifier: Apache-2.0
//
// A partition of a deleted topic leaves the store and the index topic.

#include <optional>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/sync/offset_sync_store.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const TopicPartition kTp{"orders", 3};

SkippedRange Lost(int64_t first, int64_t end) {
  SkippedRange range;
  range.first = UpstreamOffset(first);
  range.end = UpstreamOffset(end);
  range.records = end - first;
  return range;
}

class OffsetSyncStoreForgetTest : public testing::Test {
 protected:
  void Append(int64_t u, int64_t d) {
    store_.Append(kTp, {{UpstreamOffset(u), DownstreamOffset(d), 10}});
  }
  IndexFlush Flush() {
    IndexFlush flush = store_.PrepareFlush({kTp}).value();
    for (const IndexRecord& record : flush.records()) {
      if (record.value.has_value()) {
        keys_.insert(record.key);
      } else {
        keys_.erase(record.key);
      }
    }
    store_.CommitFlush(flush);
    return flush;
  }

  OffsetSyncStore store_;
  std::set<std::string> keys_;  // that the topic has
};

TEST_F(OffsetSyncStoreForgetTest, ForgetsAPartitionHereAndInTheTopic) {
  Append(0, 500);
  store_.Skip(kTp, Lost(10, 20));
  Flush();
  store_.StartOver(kTp);
  Append(20, 0);
  store_.Skip(kTp, Lost(30, 40));
  const IndexFlush late = Flush();
  // Its segment is void now, and no tombstone was written for it.
  store_.StartOver(kTp);
  EXPECT_TRUE(store_.IsStored(kTp));
  EXPECT_EQ(keys_.size(), 3u);
  const auto tombstones = store_.PrepareForget(kTp);
  for (const IndexRecord& record : tombstones.value()) {
    EXPECT_EQ(record.value, std::nullopt);
    keys_.erase(record.key);
  }
  EXPECT_THAT(keys_, IsEmpty());
  store_.Forget(kTp);
  store_.CommitFlush(late);
  EXPECT_THAT(store_.Partitions(), IsEmpty());
}

TEST_F(OffsetSyncStoreForgetTest, TombstonesOfWhatWasForgottenTakeNoMemory) {
  Append(0, 500);
  store_.Skip(kTp, Lost(10, 20));
  OffsetSyncStore next_run;
  const IndexFlush flush = Flush();
  for (const IndexRecord& record : flush.records()) {
    EXPECT_TRUE(next_run.ApplyIndexRecord(record.key, std::nullopt).ok());
  }
  EXPECT_THAT(next_run.Partitions(), IsEmpty());
}

TEST_F(OffsetSyncStoreForgetTest, WhatOnlySyncsTellIsNotStored) {
  store_.ApplySync({kTp, UpstreamOffset(5), DownstreamOffset(5)});
  EXPECT_THAT(store_.Partitions(), ElementsAre(kTp));
  EXPECT_FALSE(store_.IsStored(kTp));
}

}  // namespace
}  // namespace mirror::internal
