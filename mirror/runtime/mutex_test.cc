// SPDX-License-Identifier: Apache-2.0

#include "mirror/runtime/mutex.h"

#include <thread>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

TEST(Mutex, AwaitReturnsWhenAnotherThreadMakesTheConditionTrue) {
  Mutex mu;
  int turn = 0;
  std::thread other([&] {
    MutexLock lock(&mu);
    mu.Await([&] { return turn == 1; });
    turn = 2;
  });
  {
    MutexLock lock(&mu);
    turn = 1;
    mu.Await([&] { return turn == 2; });
  }
  other.join();
  EXPECT_EQ(turn, 2);
}

TEST(Mutex, AStateChangedBeforeAwaitWakesThoseWhoWaitAlready) {
  Mutex mu;
  int passed = 0;
  std::thread first([&] {
    MutexLock lock(&mu);
    passed = 1;
    mu.Await([&] { return passed == 3; });  // releases with passed == 1
  });
  std::thread second([&] {
    MutexLock lock(&mu);
    mu.Await([&] { return passed == 1; });
    passed = 2;
    mu.Await([&] { return passed == 3; });
  });
  {
    MutexLock lock(&mu);
    mu.Await([&] { return passed == 2; });
    passed = 3;
  }
  first.join();
  second.join();
}

TEST(Mutex, AwaitForGivesUpWhenTheConditionNeverHolds) {
  Mutex mu;
  MutexLock lock(&mu);
  EXPECT_FALSE(mu.AwaitFor([] { return false; }, absl::Milliseconds(1)));
  EXPECT_TRUE(mu.AwaitFor([] { return true; }, absl::ZeroDuration()));
}

}  // namespace
}  // namespace mirror::internal
