// SPDX-License-Identifier: Apache-2.0
//
// Consumer groups of a simulated flow: where they stand on the source, and a
// CheckpointEmitter, and a GroupOffsetSyncer if wanted, that take their turns
// after the flow's.

#ifndef TESTS_SIMULATION_CHECKPOINTING_H_
#define TESTS_SIMULATION_CHECKPOINTING_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "mirror/checkpoint/checkpoint.h"
#include "mirror/checkpoint/checkpoint_emitter.h"
#include "mirror/checkpoint/group_offset_syncer.h"
#include "mirror/flow/flow_fixture.h"
#include "mirror/runtime/clock.h"

namespace mirror::internal {

class Checkpointing {
 public:
  // `flow` must outlive it.
  explicit Checkpointing(SimulatedFlow* flow, bool sync_group_offsets = false)
      : flow_(flow), sync_group_offsets_(sync_group_offsets), clock_(flow) {}

  // The flow has just been started.
  void Start();
  void Step();

  // What was written to the checkpoints topic, in order.
  std::vector<Checkpoint> Written() const;

 private:
  // Single-threaded waiting: reading the time lets it pass.
  class PassingClock final : public Clock {
   public:
    explicit PassingClock(SimulatedFlow* flow) : flow_(flow) {}
    absl::Time Now() override {
      flow_->clock().Advance(absl::Milliseconds(1));
      return flow_->clock().Now();
    }
    absl::Time WallTime() override { return flow_->clock().WallTime(); }
    bool AwaitUntil(Mutex* mu, absl::Time deadline,
                    absl::FunctionRef<bool()> done)
        ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) override {
      return flow_->clock().AwaitUntil(mu, deadline, done);
    }

   private:
    SimulatedFlow* const flow_;
  };

  SimulatedFlow* const flow_;
  const bool sync_group_offsets_;
  PassingClock clock_;
  std::unique_ptr<CheckpointEmitter> emitter_;
  std::unique_ptr<GroupOffsetSyncer> syncer_;
  absl::Time due_;
  absl::Time sync_due_;
};

}  // namespace mirror::internal

#endif  // TESTS_SIMULATION_CHECKPOINTING_H_
