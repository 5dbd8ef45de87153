// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/shard_owner.h"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"
#include "mirror/testing/simulated_clock.h"

namespace mirror::internal {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr char kGroup[] = "A-mm2";
constexpr char kTopic[] = "mm2-offset-index.A.internal";
constexpr int32_t kShards = 4;

// A process, as far as it owns shards.
class Process {
 public:
  Process(const std::string& name, FakeCluster* target, Clock* clock) {
    ShardOwnerOptions options;
    options.flow = "A->B";
    options.membership.group = kGroup;
    options.membership.topic = kTopic;
    options.membership.client_id = name;
    options.transactional_id_prefix = "A-mm2-MirrorSourceConnector-";
    options.client_id = name;
    options.on_lost = [this](const std::set<int32_t>& lost) { lost_ = lost; };
    options.on_event = [this](EngineEvent event) {
      messages_.push_back(event.message);
    };
    owner_ = std::make_unique<ShardOwner>(std::move(options), target, clock);
    owner_->Start(kShards);
  }

  // Runs what it can take, as flow control does.
  void TakeAll() {
    for (FencedShard& shard : owner_->TakeFenced()) {
      if (!owner_->NoteRunning(shard.shard)) continue;
      writers_[shard.shard] = std::move(shard.writer);
    }
  }
  void ReleaseAll() {
    for (const int32_t shard : owner_->Releasing()) {
      writers_.erase(shard);
      owner_->NoteReleased(shard);
    }
  }
  std::set<int32_t> Running() const {
    std::set<int32_t> running;
    for (int32_t i = 0; i < kShards; ++i) {
      if (owner_->Runs(i)) running.insert(i);
    }
    return running;
  }

  ShardOwner& owner() { return *owner_; }
  RecordSink* writer(int32_t shard) { return writers_.at(shard).get(); }
  const std::set<int32_t>& lost() const { return lost_; }
  const std::vector<std::string>& messages() const { return messages_; }

 private:
  std::set<int32_t> lost_;
  std::vector<std::string> messages_;
  std::unique_ptr<ShardOwner> owner_;
  std::map<int32_t, std::unique_ptr<RecordSink>> writers_;
};

class ShardOwnerTest : public testing::Test {
 protected:
  ShardOwnerTest() { target_.CreateTopic(kTopic, kShards); }

  // Some turns of all.
  void Run(const std::vector<Process*>& processes, int turns = 20) {
    for (int i = 0; i < turns; ++i) {
      clock_.Advance(absl::Milliseconds(100));
      for (Process* process : processes) {
        process->owner().RunOnce();
        process->TakeAll();
        process->ReleaseAll();
      }
    }
  }
  // Writes a record by the shard's writer; returns the writer's last state.
  static absl::Status Write(Process* process, int32_t shard) {
    std::vector<Record> records(1);
    records[0].key = "key";
    OwnedRecordBatch batch({kTopic, shard}, std::move(records));
    int64_t next = 0;
    RecordSink* const writer = process->writer(shard);
    std::vector<Ack> acks;
    absl::Status status = writer->Send({kTopic, shard}, &batch, &next);
    for (int i = 0; i < 20 && status.ok() && acks.empty(); ++i) {
      status = writer->Poll(absl::ZeroDuration(), &acks);
    }
    return status.ok() && acks.empty() ? absl::UnavailableError("no answer")
                                       : status;
  }

  SimulatedClock clock_;
  FakeCluster target_{"B", {"", 1, /*waits=*/false}};
};

TEST_F(ShardOwnerTest, OneProcessTakesAllShards) {
  Process one("one", &target_, &clock_);
  EXPECT_FALSE(one.owner().Runs(0));
  Run({&one});
  EXPECT_THAT(one.Running(), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(one.owner().error(), IsOk());
  EXPECT_THAT(Write(&one, 2), IsOk());
  EXPECT_EQ(target_.Records({kTopic, 2}).size(), 1u);
}

TEST_F(ShardOwnerTest, AnotherProcessGetsItsShareOnceItIsReleased) {
  Process one("one", &target_, &clock_);
  Run({&one});
  Process other("other", &target_, &clock_);
  for (int i = 0; i < 20; ++i) {
    one.owner().RunOnce();
    other.owner().RunOnce();
    other.TakeAll();
  }
  EXPECT_EQ(one.owner().Releasing().size(), 2u);
  EXPECT_THAT(other.Running(), IsEmpty());
  Run({&one, &other});
  EXPECT_EQ(one.Running().size(), 2u);
  EXPECT_EQ(other.Running().size(), 2u);
  EXPECT_THAT(one.messages(), Contains(HasSubstr("given to another process")));
}

TEST_F(ShardOwnerTest, AProcessThatLeavesGivesUpAllItsShards) {
  Process one("one", &target_, &clock_);
  Process other("other", &target_, &clock_);
  Run({&one, &other});
  ASSERT_EQ(other.Running().size(), 2u);
  one.owner().Leave();
  Run({&other});
  EXPECT_THAT(other.Running(), ElementsAre(0, 1, 2, 3));
}

TEST_F(ShardOwnerTest, ALostShardIsDroppedAtOnceAndItsWriterIsFenced) {
  Process one("one", &target_, &clock_);
  Run({&one});
  target_.EndSession(kGroup, "one");
  Process other("other", &target_, &clock_);
  Run({&other});
  EXPECT_THAT(other.Running(), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(Write(&one, 0), StatusIs(absl::StatusCode::kFailedPrecondition));
  one.owner().RunOnce();
  EXPECT_THAT(one.lost(), UnorderedElementsAre(0, 1, 2, 3));
  EXPECT_THAT(one.Running(), IsEmpty());
}

TEST_F(ShardOwnerTest, AShardThatIsLostWhileItIsLoadedIsNotRun) {
  Process one("one", &target_, &clock_);
  std::vector<FencedShard> fenced;
  for (int i = 0; i < 20 && fenced.size() < kShards; ++i) {
    one.owner().RunOnce();
    for (FencedShard& shard : one.owner().TakeFenced()) {
      fenced.push_back(std::move(shard));
    }
  }
  ASSERT_EQ(fenced.size(), static_cast<size_t>(kShards));
  EXPECT_TRUE(one.owner().NoteRunning(0));
  target_.EndSession(kGroup, "one");
  one.owner().RunOnce();
  EXPECT_FALSE(one.owner().NoteRunning(1));
}

TEST_F(ShardOwnerTest, AShardWhoseWriterIsLostIsTakenAgain) {
  Process one("one", &target_, &clock_);
  Run({&one});
  // As a process does that woke up between its assignment and the fencing.
  auto fence = target_.NewTransactionalSink(
      {"sleeper", "A-mm2-MirrorSourceConnector-1"});
  std::vector<Ack> acks;
  for (int i = 0; i < 5; ++i) {
    ASSERT_THAT((*fence)->Poll(absl::ZeroDuration(), &acks), IsOk());
  }
  const absl::Status lost = Write(&one, 1);
  ASSERT_THAT(lost, StatusIs(absl::StatusCode::kFailedPrecondition));
  one.owner().NoteWriterLost(1, lost);
  EXPECT_THAT(one.Running(), ElementsAre(0, 2, 3));
  Run({&one});
  EXPECT_THAT(one.Running(), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(Write(&one, 1), IsOk());
}

TEST_F(ShardOwnerTest, WithoutPermissionNothingIsTakenUntilThereIsOne) {
  target_.RefuseTransactions(
      absl::PermissionDeniedError("cluster B: not allowed"));
  Process one("one", &target_, &clock_);
  Run({&one});
  EXPECT_THAT(one.Running(), IsEmpty());
  EXPECT_THAT(one.owner().error(),
              StatusIs(absl::StatusCode::kPermissionDenied,
                       AllOf(HasSubstr("taking shard 0"),
                             HasSubstr("allow WRITE and DESCRIBE"))));
  target_.RefuseTransactions(absl::OkStatus());
  Run({&one});
  EXPECT_THAT(one.Running(), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(one.owner().error(), IsOk());
}

TEST_F(ShardOwnerTest, AMemberProvesThatItOwnsItsShards) {
  Process one("one", &target_, &clock_);
  Run({&one});
  const absl::Time woken = clock_.Now();
  EXPECT_FALSE(one.owner().OwnedSince(woken));
  Run({&one}, 1);
  EXPECT_TRUE(one.owner().OwnedSince(woken));
}

}  // namespace
}  // namespace mirror::internal
