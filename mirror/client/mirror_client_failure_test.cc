// SPDX-License-Identifier: Apache-2.0
//
// What a client says when it has no answer, and many threads asking one.

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/client/client_fixture.h"
#include "mirror/runtime/mutex.h"
#include "mirror/runtime/periodic_worker.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::HasSubstr;

class MirrorClientFailureTest : public ClientFixture {
 protected:
  auto TranslateGroup(const std::string& source = "primary") {
    return client_->TranslateOffsets(source, "billing", kTimeout);
  }
  auto Translate(int64_t u, const std::string& topic = "orders") {
    return client_->TranslateOffset("primary", {topic, 0}, UpstreamOffset(u),
                                    kTimeout);
  }
  auto WaitFor(int64_t u) {
    return client_->WaitUntilTranslatable("primary", {"orders", 0},
                                          UpstreamOffset(u), kTimeout);
  }
};

TEST_F(MirrorClientFailureTest, AnUnknownSourceGetsAListOfTheKnownOnes) {
  WriteCheckpoint("billing", "primary.orders", 7, 7);
  EXPECT_THAT(TranslateGroup("primery"),
              StatusIs(StatusCode::kNotFound,
                       AllOf(HasSubstr("cluster standby"),
                             HasSubstr("primery.checkpoints.internal"),
                             HasSubstr("check that \"primery\" is the alias"),
                             HasSubstr("has primary.checkpoints.internal"))));
  EXPECT_THAT(client_->RemoteConsumerOffsets("primery", "billing", kTimeout),
              StatusIs(StatusCode::kNotFound));
}

TEST_F(MirrorClientFailureTest, NeitherIndexNorSyncsIsAnError) {
  EXPECT_THAT(Translate(7),
              StatusIs(StatusCode::kNotFound,
                       AllOf(HasSubstr("cluster standby"), HasSubstr(kIndex),
                             HasSubstr("the cluster has none"))));
  EXPECT_THAT(client_->TranslateBack("primary", {"orders", 0},
                                     DownstreamOffset(7), kTimeout),
              StatusIs(StatusCode::kNotFound));
}

TEST_F(MirrorClientFailureTest, AGroupWithoutCheckpointsIsAnError) {
  WriteCheckpoint("shipping", "primary.orders", 7, 7);
  EXPECT_THAT(TranslateGroup(),
              StatusIs(StatusCode::kNotFound,
                       AllOf(HasSubstr("cluster standby, group billing"),
                             HasSubstr("group filter"))));
}

TEST_F(MirrorClientFailureTest, APartitionThatWasNotCopiedIsAnError) {
  CreateCopy("primary.orders", 100);
  WriteIndex("orders", {Run(50, 0, 100)});
  EXPECT_THAT(
      Translate(7, "excluded"),
      StatusIs(StatusCode::kNotFound,
               AllOf(HasSubstr("excluded-0"), HasSubstr("topic filter"))));
}

TEST_F(MirrorClientFailureTest, APositionBeforeTheOldestCopyIsAnError) {
  CreateCopy("primary.orders", 300);
  WriteSync("orders", 100, 200);
  EXPECT_THAT(Translate(7),
              StatusIs(StatusCode::kNotFound,
                       AllOf(HasSubstr("orders-0: position 7 lies before"),
                             HasSubstr("start at the beginning"))));
}

TEST_F(MirrorClientFailureTest, AnswersPastTheLogAreErrors) {
  WriteIndex("orders", {Run(0, 500, 1000)});
  EXPECT_THAT(Translate(7),
              StatusIs(StatusCode::kNotFound,
                       AllOf(HasSubstr("primary.orders-0"),
                             HasSubstr("is the policy the mirror's?"))));
  CreateCopy("primary.orders", 30);
  EXPECT_THAT(Translate(7), StatusIs(StatusCode::kNotFound,
                                     HasSubstr("ends at 30; it was recreated "
                                               "or truncated")));
}

// However long the log of the new one is.
TEST_F(MirrorClientFailureTest, ARecreatedTopicHasNoPositions) {
  WriteIndex("orders", {Run(0, 0, 1000)}, 0, "of the first topic");
  WriteCheckpoint("billing", "primary.orders", 7, 7);
  CreateCopy("primary.orders", 3000);
  EXPECT_THAT(Translate(7), StatusIs(StatusCode::kNotFound,
                                     HasSubstr("its topic was recreated")));
  const auto positions = TranslateGroup();
  ASSERT_THAT(positions, IsOk());
  EXPECT_FALSE(positions->at({"primary.orders", 0}).known());
}

TEST_F(MirrorClientFailureTest, AStalledClusterEndsInDeadlineExceeded) {
  CreateCopy("primary.orders", 100);
  WriteIndex("orders", {Run(0, 0, 100)});
  WriteCheckpoint("billing", "primary.orders", 7, 7);
  standby_->SetDown(true);
  const absl::Time start = clock_.Now();
  EXPECT_THAT(TranslateGroup(),
              StatusIs(StatusCode::kDeadlineExceeded, HasSubstr("standby")));
  EXPECT_EQ(clock_.Now() - start, kTimeout);
  EXPECT_THAT(Translate(7), StatusIs(StatusCode::kDeadlineExceeded));
  EXPECT_THAT(WaitFor(7), StatusIs(StatusCode::kDeadlineExceeded));
  EXPECT_THAT(client_->RemoteConsumerOffsets("primary", "billing", kTimeout),
              StatusIs(StatusCode::kDeadlineExceeded));
  EXPECT_THAT(client_->HeartbeatTopics(), StatusIs(StatusCode::kUnavailable));
}

TEST_F(MirrorClientFailureTest, AClusterThatComesBackInTimeIsWaitedFor) {
  CreateCopy("primary.orders", 100);
  WriteIndex("orders", {Run(0, 0, 100)});
  WriteCheckpoint("billing", "primary.orders", 7, 3);
  standby_->SetDown(true);
  clock_.on_wait = [this] { standby_->SetDown(false); };
  EXPECT_THAT(TranslateGroup(), IsOk());
}

// Half an index could put a group behind; half the checkpoints would lose
// partitions.
TEST_F(MirrorClientFailureTest, AnIndexReadInPartIsNoAnswer) {
  CreateCopy("primary.orders", 100);
  standby_->CreateTopic(kIndex, 2);
  WriteIndex("orders", {Run(0, 0, 100)});
  WriteCheckpoint("billing", "primary.orders", 7, 3);
  standby_->SetPartitionDown({kIndex, 1}, true);
  EXPECT_THAT(TranslateGroup(), StatusIs(StatusCode::kDeadlineExceeded,
                                         HasSubstr(std::string(kIndex))));
  standby_->SetPartitionDown({kIndex, 1}, false);
  EXPECT_THAT(TranslateGroup(), IsOk());
}

TEST_F(MirrorClientFailureTest, RefusalsAreNotWaitedOut) {
  WriteIndex("orders", {Run(0, 0, 100)});
  standby_->FailFetch({kIndex, 0}, absl::PermissionDeniedError("no READ"));
  const absl::Time start = clock_.Now();
  EXPECT_THAT(Translate(7),
              StatusIs(StatusCode::kPermissionDenied, HasSubstr(kIndex)));
  EXPECT_EQ(clock_.Now(), start);
}

TEST_F(MirrorClientFailureTest, OffsetSyncsThatMayNotBeReadAreDoneWithout) {
  CreateCopy("primary.orders", 100);
  WriteIndex("orders", {Run(0, 0, 100)});
  WriteSync("orders", 200, 100);
  standby_->FailFetch({kSyncs, 0}, absl::PermissionDeniedError("no READ"));
  EXPECT_THAT(Translate(7), IsOk());
}

TEST_F(MirrorClientFailureTest, WaitingSaysWhatWasMissing) {
  EXPECT_THAT(WaitFor(7),
              StatusIs(StatusCode::kDeadlineExceeded, HasSubstr(kIndex)));
  CreateCopy("primary.orders", 100);
  WriteIndex("orders", {Run(0, 0, 100)});
  EXPECT_THAT(WaitFor(777),
              StatusIs(StatusCode::kDeadlineExceeded,
                       AllOf(HasSubstr("orders-0: position 777 of primary"),
                             HasSubstr("only at least 100"))));
}

TEST_F(MirrorClientFailureTest, WrongSettingsAreNamed) {
  EXPECT_THAT(
      MirrorClient::Create(
          {{"bootstrap.servers", "b:1"}, {"no.such.setting", "1"}}, nullptr),
      StatusIs(StatusCode::kInvalidArgument, HasSubstr("no.such.setting")));
  EXPECT_THAT(
      MirrorClient::Create({}, nullptr),
      StatusIs(StatusCode::kInvalidArgument, HasSubstr("bootstrap.servers")));
}

TEST_F(MirrorClientFailureTest, CancelledClientsAnswerNothing) {
  CreateCopy("primary.orders", 100);
  WriteIndex("orders", {Run(0, 0, 100)});
  WriteCheckpoint("billing", "primary.orders", 7, 3);
  ASSERT_THAT(TranslateGroup(), IsOk());
  client_->Cancel();
  EXPECT_THAT(TranslateGroup(), StatusIs(StatusCode::kCancelled));
  EXPECT_THAT(TranslateGroup("other"), StatusIs(StatusCode::kCancelled));
  EXPECT_THAT(Translate(7), StatusIs(StatusCode::kCancelled));
  EXPECT_THAT(client_->RemoteTopics(), StatusIs(StatusCode::kCancelled));
  EXPECT_THAT(client_->CommitOffsets("billing", {}, kTimeout),
              StatusIs(StatusCode::kCancelled));
}

TEST_F(MirrorClientFailureTest, CancelEndsAWait) {
  clock_.on_wait = [this] { client_->Cancel(); };
  EXPECT_THAT(client_->WaitUntilTranslatable("primary", {"orders", 0},
                                             UpstreamOffset(7),
                                             absl::InfiniteDuration()),
              StatusIs(StatusCode::kCancelled));
}

TEST_F(MirrorClientFailureTest, ThreadsShareAClient) {
  CreateCopy("primary.orders", 1000);
  WriteIndex("orders", {Run(0, 0, 10)});
  WriteCheckpoint("billing", "primary.orders", 7, 3);
  MirrorClientOptions options;
  options.cluster = standby_;
  const auto client = MirrorClient::Create(std::move(options)).value();
  Mutex mu;
  int good = 0;
  int bad = 0;
  const auto ask = [&] {
    const bool answered =
        client->TranslateOffsets("primary", "billing", kTimeout).ok() &&
        client
            ->TranslateOffset("primary", {"orders", 0}, UpstreamOffset(5),
                              kTimeout)
            .ok() &&
        client->RemoteConsumerOffsets("primary", "billing", kTimeout).ok() &&
        client->RemoteTopics().ok();
    MutexLock lock(&mu);
    ++(answered ? good : bad);
    return absl::ZeroDuration();
  };
  std::vector<std::unique_ptr<PeriodicWorker>> workers;
  for (int i = 0; i < 4; ++i) {
    workers.push_back(
        std::make_unique<PeriodicWorker>("ask", Clock::System(), ask));
    ASSERT_THAT(workers.back()->Start(), IsOk());
  }
  for (int round = 1; round <= 20; ++round) {
    WriteIndex("orders", {Run(0, 0, 10 + round)});
    WriteCheckpoint("billing", "primary.orders", round, 3);
    MutexLock lock(&mu);
    mu.Await([&] { return good + bad >= 5 * round; });
  }
  for (const auto& worker : workers) worker->Stop();
  EXPECT_EQ(bad, 0);
}

}  // namespace
}  // namespace mirror::internal
