// SPDX-License-Identifier: Apache-2.0

#include "mirror/cluster/topic_queue.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<Record> Values(const std::vector<std::string>& values) {
  std::vector<Record> records;
  for (const std::string& value : values) {
    records.emplace_back().value = value;
  }
  return records;
}

MATCHER_P3(OutcomeIs, first, count, code, "") {
  return arg.first == first && arg.count == count && arg.status.code() == code;
}

class TopicQueueTest : public testing::Test {
 protected:
  TopicQueueTest() : cluster_("B", {"", 1, /*waits=*/false}) {
    sink_ = cluster_.NewSink({}).value();
  }

  std::vector<TopicQueue::Outcome> Turn() {
    queue_.Send(sink_.get(), now_);
    std::vector<Ack> acks;
    EXPECT_THAT(sink_->Poll(absl::ZeroDuration(), &acks), IsOk());
    for (const Ack& ack : acks) {
      EXPECT_TRUE(queue_.Owns(ack));
      queue_.OnAck(ack);
    }
    return queue_.TakeOutcomes();
  }

  FakeCluster cluster_;
  std::unique_ptr<RecordSink> sink_;
  TopicQueue queue_{"notes"};
  absl::Time now_ = absl::UnixEpoch();
};

TEST_F(TopicQueueTest, TellsWhatBecameOfEachRecord) {
  cluster_.CreateTopic("notes", 2);
  EXPECT_EQ(queue_.Add(1, Values({"a", "b"}), now_), 0);
  EXPECT_EQ(queue_.Add(0, Values({"c"}), now_), 2);
  EXPECT_FALSE(queue_.idle());
  EXPECT_THAT(Turn(), testing::UnorderedElementsAre(
                          OutcomeIs(0, 2, absl::StatusCode::kOk),
                          OutcomeIs(2, 1, absl::StatusCode::kOk)));
  EXPECT_TRUE(queue_.idle());
  EXPECT_EQ(cluster_.Records({"notes", 1})[1].value, "b");
}

TEST_F(TopicQueueTest, WaitsForATopicThatIsJustBeingCreated) {
  queue_.Add(0, Values({"a"}), now_);
  EXPECT_THAT(Turn(), IsEmpty());
  cluster_.CreateTopic("notes", 1);
  now_ += absl::Seconds(1);
  EXPECT_THAT(Turn(), ElementsAre(OutcomeIs(0, 1, absl::StatusCode::kOk)));
}

TEST_F(TopicQueueTest, GivesUpOnATopicThatIsNotThere) {
  queue_.Add(0, Values({"a", "b"}), now_);
  EXPECT_THAT(Turn(), IsEmpty());
  now_ += absl::Seconds(10);
  EXPECT_THAT(Turn(),
              ElementsAre(OutcomeIs(0, 2, absl::StatusCode::kNotFound)));
  EXPECT_TRUE(queue_.idle());
}

TEST_F(TopicQueueTest, AFullSinkTakesTheRestLater) {
  cluster_.CreateTopic("notes", 1);
  cluster_.SetBufferLimit(1);
  queue_.Add(0, Values({"a", "b"}), now_);
  EXPECT_THAT(Turn(), ElementsAre(OutcomeIs(0, 1, absl::StatusCode::kOk)));
  EXPECT_FALSE(queue_.idle());
  EXPECT_THAT(Turn(), ElementsAre(OutcomeIs(1, 1, absl::StatusCode::kOk)));
}

TEST_F(TopicQueueTest, PassesARefusalOn) {
  cluster_.CreateTopic("notes", 1);
  cluster_.FailProduce("notes", absl::PermissionDeniedError("WRITE"));
  queue_.Add(0, Values({"a"}), now_);
  EXPECT_THAT(Turn(), ElementsAre(OutcomeIs(
                          0, 1, absl::StatusCode::kPermissionDenied)));
}

TEST_F(TopicQueueTest, IgnoresAcksOfWhatWasCleared) {
  cluster_.CreateTopic("notes", 1);
  cluster_.HoldAcks();
  queue_.Add(0, Values({"a"}), now_);
  EXPECT_THAT(Turn(), IsEmpty());
  queue_.Clear();
  EXPECT_TRUE(queue_.idle());
  cluster_.ReleaseAcks();
  EXPECT_THAT(Turn(), IsEmpty());
  EXPECT_TRUE(queue_.idle());
}

}  // namespace
}  // namespace mirror::internal
