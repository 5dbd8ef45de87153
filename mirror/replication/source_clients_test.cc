// SPDX-License-Identifier: Apache-2.0
//
// Which client reads what while topics are recreated, through whole flows.

#include "mirror/replication/source_clients.h"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/flow/flow_fixture.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/forwarding_cluster.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using ::testing::IsEmpty;

// What the clients of a WatchedCluster were asked, and what they call.
struct Watch {
  int open = 0;
  int most_open = 0;
  // Topics of which partitions were unassigned, or lost with their client.
  std::set<std::string> disturbed;
  // That a client was to read although it had read another of the name.
  std::set<std::string> stale;
  // The next Poll() fails fatally.
  bool poll_fails = false;
  // As LogSink and CredentialSource may be called by a real client.
  std::function<void()> host = [] {};
};

class WatchedSource final : public RecordSource {
 public:
  WatchedSource(std::unique_ptr<RecordSource> source, Watch* watch)
      : source_(std::move(source)), watch_(watch) {
    watch_->most_open = std::max(watch_->most_open, ++watch_->open);
    watch_->host();
  }
  ~WatchedSource() override {
    --watch_->open;
    for (const TopicPartition& tp : reads_) watch_->disturbed.insert(tp.topic);
    source_.reset();
    watch_->host();
  }

  absl::Status Assign(absl::Span<const StartPosition> positions) override {
    watch_->host();
    for (const StartPosition& position : positions) {
      const TopicPartition& tp = position.topic_partition;
      reads_.insert(tp);
      const std::string& id =
          ids_.try_emplace(tp.topic, position.topic_id).first->second;
      if (id != position.topic_id) watch_->stale.insert(tp.topic);
    }
    return source_->Assign(positions);
  }
  absl::Status Unassign(absl::Span<const TopicPartition> partitions) override {
    watch_->host();
    for (const TopicPartition& tp : partitions) {
      if (reads_.erase(tp) > 0) watch_->disturbed.insert(tp.topic);
    }
    return source_->Unassign(partitions);
  }
  absl::Status Poll(absl::Duration timeout, Fetched* fetched) override {
    watch_->host();
    if (std::exchange(watch_->poll_fails, false)) {
      return absl::FailedPreconditionError("failed fatally");
    }
    return source_->Poll(timeout, fetched);
  }
  std::optional<PartitionBounds> Bounds(const TopicPartition& tp) override {
    return source_->Bounds(tp);
  }

 private:
  std::unique_ptr<RecordSource> source_;
  Watch* const watch_;
  std::set<TopicPartition> reads_;
  std::map<std::string, std::string> ids_;
};

// Its sources are watched; the rest is as it was.
class WatchedCluster final : public ForwardingCluster {
 public:
  WatchedCluster(Cluster* cluster, Watch* watch)
      : ForwardingCluster(cluster), watch_(watch) {}

  absl::StatusOr<std::unique_ptr<RecordSource>> NewSource(
      const SourceOptions& options) override {
    auto source = ForwardingCluster::NewSource(options);
    if (!source.ok()) return source.status();
    return std::make_unique<WatchedSource>(*std::move(source), watch_);
  }

 private:
  Watch* const watch_;
};

class SourceClientsTest : public testing::Test {
 protected:
  SourceClientsTest() {
    flow_.control_options().delivery.on_source_gap = LossPolicy::kReseed;
    flow_.loop_options().partition.delivery.on_source_gap = LossPolicy::kReseed;
    flow_.set_source_port(&watched_);
  }
  FakeCluster& a() { return flow_.source(); }

  // Topics x, y and z with 10 records each, copied.
  void StartWithThreeTopics() {
    for (const char* topic : {"x", "y", "z"}) {
      a().CreateTopic(topic, 1);
      a().Fill({topic, 0}, 10);
    }
    flow_.Start(/*loops=*/1);
    ASSERT_TRUE(flow_.RunUntil([&] {
      return flow_.Copied("x", 1) && flow_.Copied("y", 1) &&
             flow_.Copied("z", 1);
    }));
    watch_.disturbed.clear();
  }
  void Recreate(const std::string& topic, int64_t count) {
    a().DeleteTopic(topic);
    a().CreateTopic(topic, 1);
    a().Fill({topic, 0}, count);
  }
  bool ReachesEnd(const std::string& topic, int64_t end) {
    return flow_.RunUntil(
        [&] { return flow_.target().LogEnd({"A." + topic, 0}) == end; });
  }

  Watch watch_;
  SimulatedFlow flow_;
  WatchedCluster watched_{&flow_.source(), &watch_};
};

TEST_F(SourceClientsTest, OtherTopicsAreNotDisturbedWhenOneIsRecreated) {
  StartWithThreeTopics();
  Recreate("y", 5);
  ASSERT_TRUE(ReachesEnd("y", 15));
  EXPECT_THAT(watch_.disturbed, testing::ElementsAre("y"));
  a().Fill({"z", 0}, 10);
  EXPECT_TRUE(ReachesEnd("z", 20));
}

TEST_F(SourceClientsTest, AClientNeverReadsTwoTopicsOfOneName) {
  StartWithThreeTopics();
  for (int i = 1; i <= 5; ++i) {
    Recreate("y", 5);
    ASSERT_TRUE(ReachesEnd("y", 10 + 5 * i));
    Recreate("x", 5);
    ASSERT_TRUE(ReachesEnd("x", 10 + 5 * i));
  }
  EXPECT_THAT(watch_.stale, IsEmpty());
  EXPECT_EQ(watch_.disturbed.count("z"), 0u);
  EXPECT_EQ(watch_.most_open, 2);
}

TEST_F(SourceClientsTest, TheSecondClientEndsOnceItHasNothingToRead) {
  StartWithThreeTopics();
  Recreate("y", 5);
  ASSERT_TRUE(ReachesEnd("y", 15));
  EXPECT_EQ(watch_.open, 2);
  a().DeleteTopic("y");
  EXPECT_TRUE(flow_.RunUntil([&] { return watch_.open == 1; }));
  a().CreateTopic("y", 1);
  a().Fill({"y", 0}, 3);
  EXPECT_TRUE(ReachesEnd("y", 18));
  EXPECT_THAT(watch_.stale, IsEmpty());
}

TEST_F(SourceClientsTest, ClientsThatCallTheHostFindTheShardUnlocked) {
  StartWithThreeTopics();
  int calls = 0;
  watch_.host = [&] {
    ++calls;
    flow_.Status({"z", 0});
  };
  for (int i = 1; i <= 2; ++i) {
    Recreate("y", 5);
    ASSERT_TRUE(ReachesEnd("y", 10 + 5 * i));
  }
  EXPECT_GT(calls, 0);
  // The flow destroys its clients after this function's variables.
  watch_.host = [] {};
}

TEST_F(SourceClientsTest, ClientsThatFailedFatallyAreReplacedByOne) {
  StartWithThreeTopics();
  Recreate("y", 5);
  ASSERT_TRUE(ReachesEnd("y", 15));
  EXPECT_EQ(watch_.open, 2);
  watch_.poll_fails = true;
  a().Fill({"y", 0}, 10);
  a().Fill({"z", 0}, 10);
  EXPECT_TRUE(ReachesEnd("y", 25));
  EXPECT_TRUE(ReachesEnd("z", 20));
  EXPECT_EQ(watch_.open, 1);
}

TEST_F(SourceClientsTest, BatchesHeldBackDoNotOutliveTheClientTheyCameFrom) {
  flow_.loop_options().partition.max_in_flight_bytes = 1;
  a().SetMaxBatchRecords(5);
  StartWithThreeTopics();
  // The fake ends the program if a batch is left.
  flow_.target().SetPartitionDown({"A.y", 0}, true);
  a().Fill({"y", 0}, 100);
  flow_.RunFor(absl::Seconds(1));
  Recreate("y", 5);
  flow_.RunFor(absl::Seconds(30));
  Recreate("y", 5);
  flow_.RunFor(absl::Seconds(30));
  flow_.target().SetPartitionDown({"A.y", 0}, false);
  a().Fill({"z", 0}, 10);
  EXPECT_TRUE(ReachesEnd("z", 20));
}

}  // namespace
}  // namespace mirror::internal
