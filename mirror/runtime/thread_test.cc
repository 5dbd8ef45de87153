// SPDX-License-Identifier: Apache-2.0

#include "mirror/runtime/thread.h"

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using ::testing::HasSubstr;

TEST(Thread, RunsAndIsJoined) {
  bool ran = false;
  absl::StatusOr<Thread> thread = Thread::Start("test", [&ran] { ran = true; });
  ASSERT_THAT(thread, IsOk());
  EXPECT_TRUE(thread->joinable());
  thread->Join();
  EXPECT_FALSE(thread->joinable());
  EXPECT_TRUE(ran);
}

TEST(Thread, OneThatCannotBeStartedSaysWhatToRaise) {
  const auto kept = std::make_shared<int>(0);
  {
    internal::ThreadShortage shortage(1);
    absl::StatusOr<Thread> first = Thread::Start("first", [] {});
    ASSERT_THAT(first, IsOk());
    first->Join();
    EXPECT_THAT(
        Thread::Start("second", [kept] { ++*kept; }),
        StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("pids.max")));
    EXPECT_EQ(kept.use_count(), 1);
    EXPECT_EQ(*kept, 0);
  }
  absl::StatusOr<Thread> later = Thread::Start("later", [] {});
  ASSERT_THAT(later, IsOk());
  later->Join();
}

}  // namespace
}  // namespace mirror::internal
