// SPDX-License-Identifier: Apache-2.0
//
// Several mirror_makers with one file: they share the flow, and when one is
// stopped, killed or paused the others copy what it copied.

#include <signal.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/test_cluster.h"
#include "tests/support/child_process.h"
#include "tests/support/mirror_maker.h"

namespace mirror::internal::testing {
namespace {

constexpr int32_t kPartitions = 8;
// Appended between two events; more than is copied in a moment.
constexpr int64_t kRecords = 100000;

class SharedFlowTest : public MirrorTest {
 protected:
  void SetUp() override {
    source()->CreateTopic(Topic("orders"), kPartitions);
    // Each test has a group, and with it internal topics, of its own.
    const std::string name =
        ::testing::UnitTest::GetInstance()->current_test_info()->name();
    properties_ = WriteProperties(absl::StrCat(
        "clusters = A, B\n", "A.bootstrap.servers = ", source()->servers(),
        "\nB.bootstrap.servers = ", target()->servers(),
        "\nA->B.enabled = true\nA->B.topics = ", Topic(".*"),
        "\nmirror.ownership = group\nB.group.id = ", name,
        "\nsession.timeout.ms = 6000\ntasks.max = 4\n"
        "refresh.topics.interval.seconds = 1\n"));
  }
  void Start() { processes_.push_back(StartMirrorMaker({properties_})); }
  // Waits until `process` has taken its share of the shards.
  static void AwaitShard(ChildProcess* process) {
    EXPECT_TRUE(Eventually([&] {
      return absl::StrContains(process->Output(), "copied here from now on");
    })) << process->Output();
  }
  void Append() {
    for (int32_t i = 0; i < kPartitions; ++i) {
      source()->AppendNumbers({Topic("orders"), i}, appended_, kRecords);
    }
    appended_ += kRecords;
  }
  static int64_t Copied() {
    int64_t copied = 0;
    for (int32_t i = 0; i < kPartitions; ++i) {
      copied += target()->End({Copy("orders"), i});
    }
    return copied;
  }
  void AwaitCopied() {
    EXPECT_TRUE(Eventually([&] { return Copied() >= kPartitions * appended_; }))
        << Copied() << " of " << kPartitions * appended_ << "\n"
        << processes_.back()->Output();
  }
  // Appends, and waits until some of it is copied.
  void Load() {
    const int64_t before = Copied();
    Append();
    EXPECT_TRUE(Eventually([before] { return Copied() > before; }))
        << processes_.back()->Output();
  }

  std::string properties_;
  std::vector<std::unique_ptr<ChildProcess>> processes_;
  int64_t appended_ = 0;
};

TEST_F(SharedFlowTest, NothingIsLostOrTwiceWhenOneIsStopped) {
  Start();
  AwaitShard(processes_[0].get());
  Start();
  AwaitShard(processes_[1].get());
  Load();
  ASSERT_THAT(processes_[0]->Signal(SIGTERM), IsOk());
  EXPECT_THAT(processes_[0]->Wait(kPatience), IsOkAndHolds(0));
  Append();
  AwaitCopied();
  EXPECT_EQ(ExpectNothingLost("orders"), 0) << "records are there twice";
}

TEST_F(SharedFlowTest, NothingIsLostOrTwiceWhenOneIsKilled) {
  Start();
  AwaitShard(processes_[0].get());
  Start();
  AwaitShard(processes_[1].get());
  Load();
  ASSERT_THAT(processes_[0]->Signal(SIGKILL), IsOk());
  Append();
  AwaitCopied();
  EXPECT_EQ(ExpectNothingLost("orders"), 0) << "records are there twice";
}

// What a process that wakes up has still in its producer is written late, and
// so are those records twice. The index and the progress are the others'.
TEST_F(SharedFlowTest, NothingIsLostWhenOneIsPausedForLongerThanItsSession) {
  Start();
  AwaitShard(processes_[0].get());
  Start();
  AwaitShard(processes_[1].get());
  Load();
  ASSERT_THAT(processes_[0]->Signal(SIGSTOP), IsOk());
  Append();
  AwaitCopied();
  ASSERT_THAT(processes_[0]->Signal(SIGCONT), IsOk());
  EXPECT_TRUE(Eventually([&] {
    return absl::StrContains(processes_[0]->Output(),
                             "other processes may copy its shards");
  })) << processes_[0]->Output();
  Append();
  AwaitCopied();
  RecordProperty("records_twice",
                 static_cast<int>(ExpectNothingLost("orders")));
}

}  // namespace
}  // namespace mirror::internal::testing
