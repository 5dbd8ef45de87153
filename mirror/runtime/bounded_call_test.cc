// SPDX-License-Identifier: Apache-2.0

#include "mirror/runtime/bounded_call.h"

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "mirror/runtime/mutex.h"
#include "mirror/runtime/thread.h"

namespace mirror::internal {
namespace {

TEST(CallWithin, ReturnsWhenTheCallHasReturned) {
  bool called = false;
  EXPECT_TRUE(
      CallWithin(absl::InfiniteDuration(), [&called] { called = true; }));
  EXPECT_TRUE(called);
}

TEST(CallWithin, CallsHereWhereNoThreadIsToBeHad) {
  internal::ThreadShortage shortage(0);
  bool called = false;
  EXPECT_TRUE(CallWithin(absl::ZeroDuration(), [&called] { called = true; }));
  EXPECT_TRUE(called);
}

TEST(CallWithin, LeavesACallBehindThatDoesNotReturn) {
  struct Latch {
    Mutex mu;
    bool released ABSL_GUARDED_BY(mu) = false;
  };
  auto latch = std::make_shared<Latch>();
  EXPECT_FALSE(CallWithin(absl::ZeroDuration(), [latch] {
    MutexLock lock(&latch->mu);
    latch->mu.Await([&latch]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(latch->mu) {
      return latch->released;
    });
  }));
  MutexLock lock(&latch->mu);
  latch->released = true;
}

TEST(PendingCall, IsAwaitedALittleAtATime) {
  Mutex mu;
  bool released = false;
  PendingCall call([&mu, &released] {
    MutexLock lock(&mu);
    mu.Await([&released] { return released; });
  });
  EXPECT_FALSE(call.Await(absl::ZeroDuration()));
  {
    MutexLock lock(&mu);
    released = true;
  }
  EXPECT_TRUE(call.Await(absl::InfiniteDuration()));
}

}  // namespace
}  // namespace mirror::internal
