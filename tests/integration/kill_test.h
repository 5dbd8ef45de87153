// SPDX-License-Identifier: Apache-2.0
//
// What the tests share that kill mirror_maker while it copies the topic
// "orders".

#ifndef TESTS_INTEGRATION_KILL_TEST_H_
#define TESTS_INTEGRATION_KILL_TEST_H_

#include <signal.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/test_cluster.h"
#include "tests/support/child_process.h"
#include "tests/support/mirror_maker.h"

namespace mirror::internal::testing {

class KillTest : public MirrorTest {
 protected:
  static constexpr int32_t kPartitions = 3;

  void SetUp() override {
    properties_ = WriteProperties(absl::StrCat(
        "clusters = A, B\n", "A.bootstrap.servers = ", source()->servers(),
        "\nB.bootstrap.servers = ", target()->servers(),
        "\nA->B.enabled = true\nA->B.topics = ", Topic(".*"),
        "\ntasks.max = 2\n"));
  }
  std::unique_ptr<ChildProcess> Start() {
    return StartMirrorMaker({properties_});
  }
  // Kills it `life` from now.
  static void Kill(ChildProcess* mirror_maker, absl::Duration life) {
    EXPECT_THAT(mirror_maker->Wait(life),
                StatusIs(absl::StatusCode::kDeadlineExceeded))
        << mirror_maker->Output();
    ASSERT_THAT(mirror_maker->Signal(SIGKILL), IsOk());
    ASSERT_THAT(mirror_maker->Wait(kPatience), IsOk());
  }
  static int64_t Copied() {
    int64_t copied = 0;
    for (int32_t i = 0; i < kPartitions; ++i) {
      copied += target()->End({Copy("orders"), i});
    }
    return copied;
  }

 private:
  std::string properties_;
};

}  // namespace mirror::internal::testing

#endif  // TESTS_INTEGRATION_KILL_TEST_H_
