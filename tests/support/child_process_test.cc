// SPDX-License-Identifier: Apache-2.0

#include "tests/support/child_process.h"

#include <signal.h>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror::internal::testing {
namespace {

std::unique_ptr<ChildProcess> Spawn(const std::vector<std::string>& argv) {
  return ChildProcess::Start(argv, MakeTestDirectory("child") + "/out").value();
}

TEST(ChildProcess, ReportsExitCodeAndOutput) {
  auto child = Spawn({"sh", "-c", "echo out; echo err >&2; exit 3"});
  EXPECT_EQ(child->Wait(absl::Seconds(20)).value(), 3);
  EXPECT_EQ(child->Output(), "out\nerr\n");
}

TEST(ChildProcess, ReportsAProgramThatDoesNotExist) {
  EXPECT_EQ(Spawn({"/no/such/program"})->Wait(absl::Seconds(20)).value(), 127);
}

TEST(ChildProcess, IsKilledBySignal) {
  auto child = Spawn({"cat", "/dev/zero"});
  ASSERT_TRUE(child->Signal(SIGKILL).ok());
  EXPECT_EQ(child->Wait(absl::Seconds(20)).value(), 128 + SIGKILL);
  EXPECT_EQ(child->Signal(SIGKILL).code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(ChildProcess, CanBeStoppedAndContinued) {
  auto child = Spawn({"cat", "/dev/zero"});
  ASSERT_TRUE(child->Signal(SIGSTOP).ok());
  ASSERT_TRUE(child->Signal(SIGTERM).ok());
  EXPECT_FALSE(child->Wait(absl::ZeroDuration()).ok()) << "it is stopped";
  ASSERT_TRUE(child->Signal(SIGCONT).ok());
  EXPECT_EQ(child->Wait(absl::Seconds(20)).value(), 128 + SIGTERM);
}

TEST(ChildProcess, WaitGivesUpAtItsTimeout) {
  EXPECT_EQ(Spawn({"sleep", "600"})->Wait(absl::ZeroDuration()).status().code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST(ChildProcess, DestructorEndsTheProgram) {
  auto child = Spawn({"sleep", "600"});
  const pid_t pid = child->pid();
  child.reset();
  EXPECT_NE(kill(pid, 0), 0);
}

}  // namespace
}  // namespace mirror::internal::testing
