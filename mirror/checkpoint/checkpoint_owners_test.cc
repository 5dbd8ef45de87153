// SPDX-License-Identifier: Apache-2.0
//
// Two processes that share a flow, each with the index of what it owns.

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/checkpoint/checkpoint_emitter.h"
#include "mirror/checkpoint/checkpoint_fixture.h"
#include "mirror/checkpoint/group_offset_syncer.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

const TopicPartition kOrders0{"orders", 0};
const TopicPartition kOrders1{"orders", 1};
const TopicPartition kLedger0{"ledger", 0};
const TopicPartition kLedger1{"ledger", 1};

// Source records 0 to 999 are 500 to 1499 of the copy.
void LoadIndex(const TopicPartition& source, OffsetSyncStore* store) {
  store->Begin(source, UpstreamOffset(0),
               {DownstreamOffset(500), DownstreamOffset(500)});
  store->Append(source, {{UpstreamOffset(0), DownstreamOffset(500), 1000}});
}

std::vector<std::string> Sorted(std::vector<std::string> lines) {
  std::sort(lines.begin(), lines.end());
  return lines;
}

class CheckpointOwnersTest : public CheckpointFixture {
 protected:
  struct Process {
    OffsetSyncStore store;
    std::set<TopicPartition> owned;
    std::unique_ptr<CheckpointEmitter> emitter;
    std::unique_ptr<GroupOffsetSyncer> syncer;
  };

  CheckpointOwnersTest() {
    for (const std::string topic : {"orders", "ledger"}) {
      a_.CreateTopic(topic, 2);
      b_.CreateTopic("A." + topic, 2);
      for (int i = 0; i < 2; ++i) b_.Fill({"A." + topic, i}, 1500);
    }
    options_.checkpoints.sync_group_offsets = true;
    options_.checkpoints.follow_rewinds = true;
    for (Process* process : {&one_, &two_}) {
      StartProcess(process, [process](const TopicPartition& source) {
        return process->owned.count(source) > 0;
      });
    }
    for (const TopicPartition& tp : {kOrders0, kLedger1}) Take(&one_, tp);
    for (const TopicPartition& tp : {kOrders1, kLedger0}) Take(&two_, tp);
  }

  void StartProcess(Process* process,
                    std::function<bool(const TopicPartition&)> owns) {
    options_.owns = std::move(owns);
    process->syncer.reset();
    process->emitter =
        CheckpointEmitter::Create(&a_, &b_, options_, &process->store, &clock_)
            .value();
    GroupOffsetSyncerOptions sync;
    sync.checkpoints = options_.checkpoints;
    sync.flow = "A->B";
    process->syncer = GroupOffsetSyncer::Create(&b_, std::move(sync),
                                                process->emitter.get(), &clock_)
                          .value();
  }
  static void Take(Process* process, const TopicPartition& source) {
    LoadIndex(source, &process->store);
    process->owned.insert(source);
  }
  static void Release(Process* process, const TopicPartition& source) {
    process->owned.erase(source);
    process->store.Forget(source);
  }

  void Round(Process* process) {
    clock_.Advance(absl::Seconds(60));
    EXPECT_THAT(process->emitter->RunOnce(), IsOk());
  }
  // What a round of the process adds to the topic.
  std::vector<std::string> WrittenBy(Process* process) {
    const size_t before = Written().size();
    Round(process);
    std::vector<std::string> written = Written();
    written.erase(written.begin(), written.begin() + before);
    return written;
  }
  static void Sync(Process* process) {
    EXPECT_THAT(process->syncer->RunOnce(), IsOk());
  }

  Process one_;
  Process two_;
};

TEST_F(CheckpointOwnersTest, WriteTogetherWhatOneWouldWrite) {
  a_.CommitGroupOffset("billing", kOrders0, 100);
  a_.CommitGroupOffset("billing", kOrders1, 200);
  a_.CommitGroupOffset("billing", kLedger0, 300);
  a_.CommitGroupOffset("shipping", kOrders1, 10);
  a_.CommitGroupOffset("audit", kLedger1, 20);
  EXPECT_THAT(WrittenBy(&one_), ElementsAre("audit A.ledger-1 20=520",
                                            "billing A.orders-0 100=600"));
  EXPECT_THAT(WrittenBy(&two_), ElementsAre("billing A.ledger-0 300=800",
                                            "billing A.orders-1 200=700",
                                            "shipping A.orders-1 10=510"));
  EXPECT_THAT(one_.emitter->Positions(),
              ElementsAre(Key("audit"), Key("billing")));
  EXPECT_THAT(two_.emitter->Positions(),
              ElementsAre(Key("billing"), Key("shipping")));

  const std::vector<std::string> shared = Sorted(Written());
  b_.DeleteTopic(kTopic);
  for (const auto& tp : {kOrders0, kOrders1, kLedger0, kLedger1}) {
    LoadIndex(tp, &store_);
  }
  options_.owns = nullptr;
  Start();
  EXPECT_THAT(Turn(), IsOk());
  EXPECT_EQ(Sorted(Written()), shared);
}

TEST_F(CheckpointOwnersTest, LeaveTheCheckpointsOfOthersAlone) {
  a_.CommitGroupOffset("billing", kOrders1, 200);
  a_.CommitGroupOffset("billing", kLedger0, 300);
  Round(&two_);
  a_.DeleteGroupOffset("billing", kOrders1);
  b_.TruncateTo({"A.ledger", 0}, 550);
  EXPECT_THAT(WrittenBy(&one_), IsEmpty());
  EXPECT_THAT(WrittenBy(&one_), IsEmpty());
  EXPECT_THAT(WrittenBy(&two_),
              UnorderedElementsAre("billing A.ledger-0 300=550",
                                   "-billing A.orders-1"));
}

TEST_F(CheckpointOwnersTest, DeleteOnlyWhatTheyOwn) {
  for (const char* group : {"billing", "shipping"}) {
    a_.CommitGroupOffset(group, kOrders0, 100);
    a_.CommitGroupOffset(group, kOrders1, 200);
  }
  Round(&one_);
  Round(&two_);
  a_.DeleteGroup("billing");
  EXPECT_THAT(WrittenBy(&one_), ElementsAre("-billing A.orders-0"));
  EXPECT_THAT(WrittenBy(&two_), ElementsAre("-billing A.orders-1"));
  a_.DeleteTopic("orders");
  one_.emitter->ForgetTopic("orders");
  two_.emitter->ForgetTopic("orders");
  EXPECT_THAT(WrittenBy(&one_), ElementsAre("-shipping A.orders-0"));
  EXPECT_THAT(WrittenBy(&two_), ElementsAre("-shipping A.orders-1"));
}

TEST_F(CheckpointOwnersTest, ContinueWhereTheFormerOwnerWas) {
  a_.CommitGroupOffset("billing", kOrders0, 200);
  Round(&one_);
  EXPECT_THAT(one_.emitter->Positions(), ElementsAre(Key("billing")));
  Release(&one_, kOrders0);
  EXPECT_THAT(one_.emitter->Positions(), IsEmpty());
  // The new owner's index is less precise at first.
  two_.store.ApplySync({kOrders0, UpstreamOffset(149), DownstreamOffset(649)});
  two_.owned.insert(kOrders0);
  a_.CommitGroupOffset("billing", kOrders0, 210);
  EXPECT_THAT(WrittenBy(&two_), IsEmpty());
  two_.store.Forget(kOrders0);
  Take(&two_, kOrders0);
  EXPECT_THAT(WrittenBy(&one_), IsEmpty());
  EXPECT_THAT(WrittenBy(&two_), ElementsAre("billing A.orders-0 210=710"));
  EXPECT_THAT(two_.emitter->Positions(), ElementsAre(Key("billing")));
}

// The former owner writes while the new one reads, before it asks.
TEST_F(CheckpointOwnersTest, ReadWhatTheFormerOwnerWroteLast) {
  a_.CommitGroupOffset("billing", kOrders0, 100);
  Round(&one_);
  StartProcess(&two_, [this](const TopicPartition& source) {
    if (one_.owned.count(source) == 0) return true;
    a_.CommitGroupOffset("billing", kOrders0, 200);
    Round(&one_);
    Release(&one_, source);
    two_.store.ApplySync({source, UpstreamOffset(149), DownstreamOffset(649)});
    return true;
  });
  EXPECT_THAT(WrittenBy(&two_), ElementsAre("billing A.orders-0 200=700"));
}

TEST_F(CheckpointOwnersTest, AskOnceInARound) {
  std::map<TopicPartition, int> asked;
  StartProcess(&two_, [&asked](const TopicPartition& source) {
    return ++asked[source] == 1;
  });
  a_.CommitGroupOffset("billing", kOrders1, 100);
  a_.CommitGroupOffset("shipping", kOrders1, 200);
  EXPECT_THAT(WrittenBy(&two_), ElementsAre("billing A.orders-1 100=600",
                                            "shipping A.orders-1 200=700"));
  EXPECT_THAT(asked, ElementsAre(Pair(kOrders1, 1)));
  a_.CommitGroupOffset("billing", kOrders1, 110);
  EXPECT_THAT(WrittenBy(&two_), IsEmpty());
  EXPECT_THAT(asked, ElementsAre(Pair(kOrders1, 2)));
}

TEST_F(CheckpointOwnersTest, CommitOnlyWhatTheyOwn) {
  a_.CommitGroupOffset("billing", kOrders0, 100);
  a_.CommitGroupOffset("billing", kOrders1, 200);
  Round(&one_);
  Round(&two_);
  Sync(&one_);
  const std::pair<TopicPartition, GroupOffset> first{{"A.orders", 0},
                                                     {600, ""}};
  const std::pair<TopicPartition, GroupOffset> second{{"A.orders", 1},
                                                      {700, ""}};
  EXPECT_THAT(b_.CommittedOffsets("billing"), ElementsAre(first));
  Sync(&two_);
  EXPECT_THAT(b_.CommittedOffsets("billing"), ElementsAre(first, second));
  // Members count for the group as a whole.
  b_.SetGroupActive("billing", true);
  a_.CommitGroupOffset("billing", kOrders0, 300);
  a_.CommitGroupOffset("billing", kOrders1, 300);
  for (Process* process : {&one_, &two_}) {
    Round(process);
    Sync(process);
  }
  EXPECT_THAT(b_.CommittedOffsets("billing"), ElementsAre(first, second));
}

// What the new owner last read of the partition is older than what the former
// owner did about it.
TEST_F(CheckpointOwnersTest, CommitNothingBeforeTheyHaveReadTheTopicAsOwner) {
  const TopicPartition target{"A.orders", 0};
  const auto recreate_target = [](OffsetSyncStore* store) {
    store->StartOver(kOrders0);
    store->Append(kOrders0, {{UpstreamOffset(890), DownstreamOffset(0), 50}});
  };
  a_.CommitGroupOffset("billing", kOrders0, 900);
  Round(&one_);
  Sync(&one_);
  EXPECT_EQ(b_.CommittedOffsets("billing").at(target).offset, 1400);
  recreate_target(&one_.store);
  EXPECT_THAT(WrittenBy(&one_), ElementsAre("billing A.orders-0 900=10"));
  Round(&two_);
  Sync(&one_);
  EXPECT_EQ(b_.CommittedOffsets("billing").at(target).offset, 10);
  Round(&one_);  // notes that the commit was moved back
  b_.CommitGroupOffset("billing", target, 40);
  Release(&one_, kOrders0);
  Take(&two_, kOrders0);
  recreate_target(&two_.store);
  Sync(&two_);
  EXPECT_EQ(b_.CommittedOffsets("billing").at(target).offset, 40);
  Round(&two_);
  Sync(&two_);
  EXPECT_EQ(b_.CommittedOffsets("billing").at(target).offset, 40);
}

TEST_F(CheckpointOwnersTest, DropWhatTheyKnowOfAPartitionWithIt) {
  a_.CommitGroupOffset("billing", kOrders0, 100);
  Round(&one_);
  Sync(&one_);
  a_.CommitGroupOffset("billing", kOrders0, 50);
  Round(&one_);  // a rewind that is to be followed
  Release(&one_, kOrders0);
  Round(&one_);
  Take(&one_, kOrders0);
  Round(&one_);
  Sync(&one_);
  EXPECT_EQ(b_.CommittedOffsets("billing").at({"A.orders", 0}).offset, 600);
}

}  // namespace
}  // namespace mirror::internal
