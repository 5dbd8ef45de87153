// SPDX-License-Identifier: Apache-2.0
//
// What tests of a MirrorEngine between real brokers share: a source A, a target
// B, a running engine, and waiting for what it does.
//
//   class SmokeTest : public MirrorTest {};
//   TEST_F(SmokeTest, CopiesRecords) {
//     source()->CreateTopic(Topic("orders"), 2);
//     RunningMirror mirror(NewFlow());
//     EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
//   }

#ifndef TESTS_INTEGRATION_MIRROR_TEST_H_
#define TESTS_INTEGRATION_MIRROR_TEST_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "mirror/flow.h"
#include "mirror/mirror_engine.h"
#include "mirror/runtime/mutex.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"
#include "tests/integration/test_cluster.h"

namespace mirror::internal::testing {

// An engine with one flow, started. Prints its events if the test has failed.
class RunningMirror : private EngineListener {
 public:
  explicit RunningMirror(Flow flow);
  ~RunningMirror() override;

  MirrorEngine* engine() { return engine_.get(); }
  FlowStatus Status() const { return engine_->Status().flows(0); }
  // Nothing if the partition is not mirrored.
  PartitionStatus Partition(const std::string& topic, int32_t partition) const;

  // Waits until the progress of every partition of the source's topic is stored
  // up to its end.
  bool AwaitCopied(TestCluster* source, const std::string& topic);
  bool AwaitProblem(const std::string& topic, int32_t partition,
                    PartitionProblem problem);
  // Waits for an event whose subject and message contain all of `words`.
  bool AwaitEvent(EngineEvent::Kind kind, const std::vector<std::string>& words,
                  absl::Duration timeout = kPatience);
  int64_t EventCount(EngineEvent::Kind kind) const;
  // From here on only what comes next counts.
  void ForgetEvents();

 private:
  void OnEvent(const EngineEvent& event) override;

  mutable Mutex mu_;
  std::vector<EngineEvent> events_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<MirrorEngine> engine_;
};

// One pair of brokers for all tests of a program, as each costs seconds. They
// let everybody do everything until an ACL forbids it.
class MirrorTest : public ::testing::Test {
 protected:
  static TestCluster* source();
  static TestCluster* target();

  // "Test.name": what this test's flow selects.
  static std::string Topic(const std::string& name);
  // Its counterpart on the target, "A.Test.name".
  static std::string Copy(const std::string& name);
  // A->B for this test's topics, with new ones found within a second. Topic
  // configs and ACLs are not kept in step.
  static Flow NewFlow();

  // Expects the target to hold exactly the source's records, in order.
  static void ExpectSame(const std::string& name);
  // For a topic with the numbers 0, 1, ...: expects all of them on the target,
  // none ahead of an earlier one, and returns how many are there twice.
  static int64_t ExpectNothingLost(const std::string& name);
};

}  // namespace mirror::internal::testing

#endif  // TESTS_INTEGRATION_MIRROR_TEST_H_
