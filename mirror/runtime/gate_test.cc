// SPDX-License-Identifier: Apache-2.0

#include "mirror/runtime/gate.h"

#include <optional>
#include <thread>

#include "gtest/gtest.h"
#include "mirror/runtime/mutex.h"

namespace mirror::internal {
namespace {

TEST(Gate, RefusesOnceClosed) {
  Gate gate;
  EXPECT_TRUE(static_cast<bool>(gate.Enter()));
  gate.Close();
  EXPECT_FALSE(static_cast<bool>(gate.Enter()));
  gate.Close();
}

TEST(Gate, CloseWaitsForTheRunningWork) {
  Gate gate;
  bool left = false;  // written inside the gate, read after Close()
  std::optional<Gate::Pass> pass(gate.Enter());
  std::thread worker([&] {
    // Close() has begun once the gate refuses.
    while (gate.Enter()) {
    }
    left = true;
    pass.reset();
  });
  gate.Close();
  EXPECT_TRUE(left);
  worker.join();
}

}  // namespace
}  // namespace mirror::internal
