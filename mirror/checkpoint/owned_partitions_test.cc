// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/owned_partitions.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/sync/offset_sync_store.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;

const TopicPartition kMine{"A.orders", 0};
const TopicPartition kOther{"A.orders", 1};

class OwnedPartitionsTest : public testing::Test {
 protected:
  OwnedPartitionsTest()
      : translator_("A", "B", DefaultReplicationPolicy::Create().value(),
                    RegexTopicFilter::Create("orders").value(), &store_) {}

  // Owns partition 0 of every topic, as long as owned_ is set.
  OwnedPartitions New() {
    return {[this](const TopicPartition& source) {
              asked_.push_back(source);
              return owned_ && source.partition == 0;
            },
            &translator_};
  }

  OffsetSyncStore store_;
  const CheckpointTranslator translator_;
  bool owned_ = true;
  std::vector<TopicPartition> asked_;
};

TEST_F(OwnedPartitionsTest, AllAreOwnedIfThereIsNoOneElse) {
  OwnedPartitions owned(nullptr, &translator_);
  EXPECT_FALSE(owned.Ask({kMine}));
  EXPECT_TRUE(owned.Has(kMine));
  EXPECT_TRUE(owned.Has({"C.orders", 7}));
}

TEST_F(OwnedPartitionsTest, AsksAboutEachOnceByItsNameOnTheSource) {
  OwnedPartitions owned = New();
  EXPECT_FALSE(owned.Has(kMine));
  EXPECT_FALSE(owned.Ask({kOther}));
  EXPECT_TRUE(owned.Ask({kMine, kOther}));
  owned_ = false;
  EXPECT_FALSE(owned.Ask({kMine, kOther}));
  EXPECT_TRUE(owned.Has(kMine));
  EXPECT_FALSE(owned.Has(kOther));
  EXPECT_THAT(asked_, ElementsAre(TopicPartition{"orders", 1},
                                  TopicPartition{"orders", 0}));
}

TEST_F(OwnedPartitionsTest, AsksWhereAGroupStandsInTopicsThatCount) {
  OwnedPartitions owned = New();
  EXPECT_TRUE(owned.AskOffsets(
      GroupOffsets{{{"ledger", 0}, {1, ""}}, {{"orders", 0}, {1, ""}}}));
  EXPECT_TRUE(owned.Has(kMine));
  EXPECT_THAT(asked_, ElementsAre(TopicPartition{"orders", 0}));
}

TEST_F(OwnedPartitionsTest, NoOneOwnsWhatHasNoNameOnTheSource) {
  OwnedPartitions owned = New();
  EXPECT_FALSE(owned.Ask({TopicPartition{"C.orders", 0}}));
  EXPECT_FALSE(owned.Has({"C.orders", 0}));
  EXPECT_THAT(asked_, IsEmpty());
}

TEST_F(OwnedPartitionsTest, PicksCheckpoints) {
  OwnedPartitions owned = New();
  owned.Ask({kMine, kOther});
  const GroupCheckpoints all = {{kMine, Checkpoint()}, {kOther, Checkpoint()}};
  EXPECT_THAT(owned.Of(all), ElementsAre(Key(kMine)));
}

TEST_F(OwnedPartitionsTest, AsksAgainOnlyAboutWhatWasOwned) {
  OwnedPartitions owned = New();
  owned.Ask({kMine, kOther});
  asked_.clear();
  EXPECT_TRUE(owned.AskAgain().Has(kMine));
  EXPECT_THAT(asked_, ElementsAre(TopicPartition{"orders", 0}));
  owned_ = false;
  EXPECT_FALSE(owned.AskAgain().Has(kMine));
  EXPECT_TRUE(owned.Has(kMine));
}

}  // namespace
}  // namespace mirror::internal
