// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/deleted_topics.h"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/progress/connect_offset.h"
#include "mirror/progress/flow_note.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/simulated_clock.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

const TopicPartition kOrders0{"orders", 0};
const TopicPartition kOrders1{"orders", 1};

FakeClusterOptions WithoutWaiting() {
  FakeClusterOptions options;
  options.waits = false;
  return options;
}

std::string KeyOf(const TopicPartition& source,
                  const std::string& connector = "MirrorSourceConnector") {
  return SourceOffsetKey{"A", source, connector}.Encode();
}

std::string NoteKey() { return FlowNote{"A", "orders", {}}.EncodeKey(); }

class DeletedTopicsTest : public testing::Test {
 protected:
  DeletedTopicsTest() : a_("A", WithoutWaiting()), b_("B", WithoutWaiting()) {
    a_.CreateTopic("payments", 1);
    b_.CreateTopic("progress", 1);
    b_.CreateTopic("index", 1);
    admin_ = a_.NewAdmin("test").value();
    Make();
  }

  // A run of the engine begins, with what the memory has.
  void Make() {
    MemoryWriterOptions names{"writer", "progress", "index"};
    writer_ = std::make_unique<MemoryWriter>(names, &b_, &clock_);
    writer_->SetPartitions(1, 1);
    options_.flow = "A->B";
    options_.source_alias = "A";
    options_.release = [this](const TopicPartition& source) {
      releasing_.push_back(source);
      return paused_;
    };
    options_.on_forgotten = [this](const std::string& topic,
                                   const std::set<int32_t>&) {
      forgotten_.push_back(topic);
    };
    options_.on_event = [this](EngineEvent event) {
      events_.push_back(std::move(event));
    };
    topics_ = std::make_unique<DeletedTopics>(
        options_, admin_.get(), &clock_, &progress_, &index_, writer_.get());
  }

  // The progress topic has it.
  void Store(const std::string& key, const std::string& value) {
    Record record;
    record.key = key;
    record.value = value;
    b_.Append({"progress", 0}, record);
    const OwnedRecordBatch batch({"progress", 0}, {record});
    progress_.Apply(batch.View(0));
  }
  void StoreOrders() {
    Store(KeyOf(kOrders0), R"({"offset":9})");
    index_.Begin(kOrders0, UpstreamOffset(0), {});
    index_.Append(kOrders0, {{UpstreamOffset(0), DownstreamOffset(0), 10}});
    const IndexFlush flush =
        index_.PrepareFlush(std::vector<TopicPartition>{kOrders0}).value();
    for (const IndexRecord& record : flush.records()) {
      Record written;
      written.key = record.key;
      written.value = record.value;
      b_.Append({"index", 0}, std::move(written));
    }
    index_.CommitFlush(flush);
  }

  // A look at the source, and some turns.
  void Look() {
    const auto listed = admin_->ListTopics();
    if (listed.ok()) {
      std::set<std::string> names;
      for (const TopicDescription& topic : *listed) names.insert(topic.name);
      topics_->Look(names);
    }
    for (int i = 0; i < 20; ++i) {
      clock_.Advance(absl::Milliseconds(100));
      writer_->Step();
      for (const TopicPartition& source : std::exchange(releasing_, {})) {
        topics_->OnReleased(source);
      }
      topics_->Step();
    }
  }
  void LookFor(absl::Duration time) {
    const absl::Time end = clock_.Now() + time;
    while (clock_.Now() < end) {
      Look();
      clock_.Advance(absl::Minutes(5));
    }
  }

  // The keys that the topic has, but for what is deleted.
  std::set<std::string> Live(const std::string& topic) {
    std::set<std::string> keys;
    for (const Record& record : b_.Records({topic, 0})) {
      if (record.value.has_value()) {
        keys.insert(*record.key);
      } else {
        keys.erase(*record.key);
      }
    }
    return keys;
  }

  SimulatedClock clock_;
  FakeCluster a_;
  FakeCluster b_;
  std::unique_ptr<ClusterAdmin> admin_;
  ProgressStore progress_{"A"};
  OffsetSyncStore index_;
  std::unique_ptr<MemoryWriter> writer_;
  DeletedTopicsOptions options_;
  std::unique_ptr<DeletedTopics> topics_;
  std::vector<TopicPartition> releasing_;
  bool paused_ = false;
  std::vector<std::string> forgotten_;
  std::vector<EngineEvent> events_;
};

TEST_F(DeletedTopicsTest, ATopicThatIsGoneForADayIsForgotten) {
  StoreOrders();
  topics_->Remember(kOrders1);
  LookFor(absl::Hours(23));
  EXPECT_THAT(Live("progress"),
              UnorderedElementsAre(KeyOf(kOrders0), NoteKey()));
  EXPECT_THAT(Live("index"), SizeIs(1));
  EXPECT_THAT(forgotten_, IsEmpty());
  LookFor(absl::Hours(2));
  EXPECT_THAT(forgotten_, ElementsAre("orders"));
  EXPECT_THAT(Live("progress"), IsEmpty());
  EXPECT_THAT(Live("index"), IsEmpty());
  EXPECT_THAT(progress_.offsets(), IsEmpty());
  EXPECT_THAT(progress_.gone(), IsEmpty());
  EXPECT_THAT(index_.Partitions(), IsEmpty());
  EXPECT_EQ(topics_->size(), 0u);
  ASSERT_THAT(events_, SizeIs(1));
  EXPECT_EQ(events_[0].kind, EngineEvent::Kind::kTopicForgotten);
  EXPECT_EQ(events_[0].level, LogLevel::kInfo);
  EXPECT_EQ(events_[0].topic, "orders");
  EXPECT_THAT(events_[0].message, HasSubstr("has been deleted from cluster A"));
}

TEST_F(DeletedTopicsTest, ProgressIsDeletedFirstAndTheNoteLast) {
  StoreOrders();
  LookFor(absl::Hours(23));
  b_.FailProduce("index", absl::UnavailableError("no leader"));
  LookFor(absl::Hours(2));
  EXPECT_THAT(Live("progress"), ElementsAre(NoteKey()));
  EXPECT_THAT(Live("index"), SizeIs(1));
  EXPECT_THAT(forgotten_, IsEmpty());
  EXPECT_TRUE(topics_->Holds("orders"));
  b_.FailProduce("index", absl::OkStatus());
  LookFor(absl::Minutes(10));
  EXPECT_THAT(Live("progress"), IsEmpty());
  EXPECT_THAT(forgotten_, ElementsAre("orders"));
}

TEST_F(DeletedTopicsTest, ATopicThatIsThereIsNotForgotten) {
  Store(KeyOf({"payments", 0}), R"({"offset":9})");
  LookFor(absl::Hours(48));
  EXPECT_THAT(Live("progress"), ElementsAre(KeyOf({"payments", 0})));
}

TEST_F(DeletedTopicsTest, ATopicThatComesBackStartsTheDayAgain) {
  StoreOrders();
  LookFor(absl::Hours(20));
  a_.CreateTopic("orders", 1);
  LookFor(absl::Minutes(10));
  EXPECT_THAT(Live("progress"), ElementsAre(KeyOf(kOrders0)));
  a_.DeleteTopic("orders");
  LookFor(absl::Hours(20));
  EXPECT_THAT(forgotten_, IsEmpty());
  LookFor(absl::Hours(5));
  EXPECT_THAT(forgotten_, ElementsAre("orders"));
}

TEST_F(DeletedTopicsTest, ATopicThatMayNotBeDescribedIsNotGone) {
  a_.CreateTopic("orders", 1);
  a_.FailDescribe("orders", absl::PermissionDeniedError("no DESCRIBE"));
  StoreOrders();
  LookFor(absl::Hours(48));
  EXPECT_THAT(Live("progress"), ElementsAre(KeyOf(kOrders0)));
  EXPECT_THAT(releasing_, IsEmpty());
}

TEST_F(DeletedTopicsTest, AtTheEndOfTheDayTheSourceHasTheLastWord) {
  StoreOrders();
  LookFor(absl::Hours(23));
  a_.CreateTopic("orders", 1);
  a_.FailDescribe("orders", absl::PermissionDeniedError("no DESCRIBE"));
  LookFor(absl::Hours(48));
  EXPECT_THAT(forgotten_, IsEmpty());
  EXPECT_THAT(Live("progress"), ElementsAre(KeyOf(kOrders0)));
}

TEST_F(DeletedTopicsTest, NothingIsForgottenWhileTheSourceDoesNotAnswer) {
  StoreOrders();
  LookFor(absl::Hours(20));
  a_.SetDown(true);
  LookFor(absl::Hours(48));
  // Listed just before it went down.
  topics_->Look({"payments"});
  EXPECT_THAT(releasing_, IsEmpty());
  EXPECT_THAT(Live("progress"),
              UnorderedElementsAre(KeyOf(kOrders0), NoteKey()));
  a_.SetDown(false);
  LookFor(absl::Minutes(10));
  EXPECT_THAT(forgotten_, ElementsAre("orders"));
}

TEST_F(DeletedTopicsTest, TheNoteOfThePreviousRunSaysSinceWhen) {
  StoreOrders();
  LookFor(absl::Hours(12));
  Make();
  LookFor(absl::Hours(11));
  EXPECT_THAT(forgotten_, IsEmpty());
  LookFor(absl::Hours(2));
  EXPECT_THAT(forgotten_, ElementsAre("orders"));
}

TEST_F(DeletedTopicsTest, ARunMissesATopicForTenMinutesBeforeItForgetsIt) {
  StoreOrders();
  LookFor(absl::Hours(1));
  clock_.Advance(absl::Hours(100));
  Make();
  LookFor(absl::Minutes(9));
  EXPECT_THAT(forgotten_, IsEmpty());
  LookFor(absl::Minutes(9));
  EXPECT_THAT(forgotten_, ElementsAre("orders"));
}

TEST_F(DeletedTopicsTest, ACalendarThatIsSetForwardForgetsNothing) {
  StoreOrders();
  LookFor(absl::Hours(1));
  clock_.SetWallClock(absl::Hours(24 * 365));
  LookFor(absl::Hours(1));
  EXPECT_THAT(forgotten_, IsEmpty());
}

TEST_F(DeletedTopicsTest, ANoteAloneIsDeletedToo) {
  const FlowNote note{"A", "orders", clock_.WallTime()};
  Store(note.EncodeKey(), note.EncodeValue());
  LookFor(absl::Hours(25));
  EXPECT_THAT(Live("progress"), IsEmpty());
  EXPECT_EQ(topics_->size(), 0u);
}

TEST_F(DeletedTopicsTest, ANoteOfATopicThatIsThereAgainIsWithdrawn) {
  const FlowNote note{"A", "payments", clock_.WallTime()};
  Store(note.EncodeKey(), note.EncodeValue());
  Look();
  EXPECT_THAT(Live("progress"), IsEmpty());
  EXPECT_THAT(progress_.gone(), IsEmpty());
}

TEST_F(DeletedTopicsTest, RecordsUnderAnotherConnectorsNameAreDeletedToo) {
  Store(KeyOf(kOrders0, "my-mirror"), R"({"offset":9})");
  LookFor(absl::Hours(25));
  EXPECT_THAT(forgotten_, ElementsAre("orders"));
  EXPECT_THAT(Live("progress"), IsEmpty());
}

TEST_F(DeletedTopicsTest, WhatOnlyOffsetSyncsTellLeavesTheMemoryInSilence) {
  index_.ApplySync({kOrders0, UpstreamOffset(5), DownstreamOffset(5)});
  LookFor(absl::Minutes(20));
  EXPECT_THAT(index_.Partitions(), IsEmpty());
  EXPECT_THAT(b_.Records({"progress", 0}), IsEmpty());
  EXPECT_THAT(b_.Records({"index", 0}), IsEmpty());
  EXPECT_THAT(events_, IsEmpty());
}

TEST_F(DeletedTopicsTest, ShardsReleaseEveryPartitionFirst) {
  StoreOrders();
  topics_->Remember(kOrders1);
  paused_ = true;
  std::vector<TopicPartition> asked;
  options_.release = [&asked](const TopicPartition& source) {
    asked.push_back(source);
    return true;
  };
  topics_ = std::make_unique<DeletedTopics>(options_, admin_.get(), &clock_,
                                            &progress_, &index_, writer_.get());
  topics_->Remember(kOrders1);
  LookFor(absl::Hours(25));
  EXPECT_THAT(asked, ElementsAre(kOrders0, kOrders1));
  topics_->OnReleased(kOrders1);
  Look();
  EXPECT_TRUE(topics_->Holds("orders"));
  EXPECT_THAT(Live("progress"),
              UnorderedElementsAre(KeyOf(kOrders0), NoteKey()));
  // Created again meanwhile: it waits.
  a_.CreateTopic("orders", 2);
  Look();
  EXPECT_TRUE(topics_->Holds("orders"));
  topics_->OnReleased(kOrders0);
  Look();
  EXPECT_FALSE(topics_->Holds("orders"));
  EXPECT_THAT(Live("progress"), IsEmpty());
  ASSERT_THAT(events_, SizeIs(1));
  EXPECT_EQ(events_[0].level, LogLevel::kWarning);
  EXPECT_THAT(events_[0].message, HasSubstr("paused"));
}

TEST_F(DeletedTopicsTest, NothingIsForgottenIfItIsSwitchedOff) {
  options_.after = absl::InfiniteDuration();
  Make();
  StoreOrders();
  LookFor(absl::Hours(100));
  EXPECT_THAT(Live("progress"), ElementsAre(KeyOf(kOrders0)));
}

}  // namespace
}  // namespace mirror::internal
