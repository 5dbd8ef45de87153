// SPDX-License-Identifier: Apache-2.0
//
// Checkpoints of a flow A->B between two FakeClusters in one thread, for tests:
// the clock moves only by Turns().

#ifndef MIRROR_CHECKPOINT_CHECKPOINT_FIXTURE_H_
#define MIRROR_CHECKPOINT_CHECKPOINT_FIXTURE_H_

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "mirror/checkpoint/checkpoint_emitter.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/simulated_clock.h"

namespace mirror::internal {

class CheckpointFixture : public testing::Test {
 protected:
  static constexpr char kTopic[] = "A.checkpoints.internal";

  CheckpointFixture() : a_("A", Single()), b_("B", Single()) {
    options_.policy = DefaultReplicationPolicy::Create().value();
    options_.groups = RegexGroupFilter::Create().value();
    options_.topics = RegexTopicFilter::Create().value();
    options_.client_id = "A->B|checkpoints";
    options_.on_event = [this](EngineEvent event) {
      events_.push_back(std::move(event));
    };
  }

  // A source topic of one partition whose records 0 to 999 became 500 to 1499
  // of its copy.
  void CopyTopic(const std::string& topic) {
    a_.CreateTopic(topic, 1);
    b_.CreateTopic("A." + topic, 1);
    b_.Fill({"A." + topic, 0}, 1500);
    store_.Begin({topic, 0}, UpstreamOffset(0),
                 {DownstreamOffset(500), DownstreamOffset(500)});
    store_.Append({topic, 0},
                  {{UpstreamOffset(0), DownstreamOffset(500), 1000}});
  }

  // Begins a life of the process; a second call is a restart.
  void Start() {
    emitter_.reset();
    emitter_ =
        CheckpointEmitter::Create(&a_, &b_, options_, &store_, &clock_).value();
  }
  absl::Status Turn() { return emitter_->RunOnce(); }
  // Runs the emitter for `duration`; the last status that was not OK.
  absl::Status Run(absl::Duration duration = absl::Seconds(60)) {
    const absl::Time end = clock_.Now() + duration;
    absl::Status error;
    while (clock_.Now() <= end) {
      const absl::Status status = Turn();
      if (!status.ok()) error = status;
      clock_.Advance(
          std::max(emitter_->TimeToNextTurn(), absl::Milliseconds(1)));
    }
    return error;
  }

  // All records of the checkpoints topic, as printed; deletions as "-KEY".
  std::vector<std::string> Written() {
    std::vector<std::string> result;
    if (!b_.HasTopic(kTopic)) return result;
    for (const Record& record : b_.Records({kTopic, 0})) {
      const auto decoded =
          Checkpoint::Decode(record.key.value_or(""), record.value);
      if (!decoded.ok()) {
        result.push_back("garbage");
      } else if (decoded->has_value()) {
        const Checkpoint& c = **decoded;
        result.push_back(c.group + " " + c.topic_partition.ToString() + " " +
                         std::to_string(c.upstream.value()) + "=" +
                         std::to_string(c.downstream.value()));
      } else {
        const auto key = Checkpoint::DecodeKey(*record.key).value();
        result.push_back("-" + key.group + " " +
                         key.topic_partition.ToString());
      }
    }
    return result;
  }

  int CountEvents(EngineEvent::Kind kind) const {
    return static_cast<int>(std::count_if(
        events_.begin(), events_.end(),
        [kind](const EngineEvent& event) { return event.kind == kind; }));
  }
  CheckpointStatus Status() const {
    CheckpointStatus status;
    emitter_->FillStatus(&status);
    return status;
  }

  FakeCluster a_;
  FakeCluster b_;
  SimulatedClock clock_;
  OffsetSyncStore store_;
  CheckpointEmitterOptions options_;
  std::vector<EngineEvent> events_;
  std::unique_ptr<CheckpointEmitter> emitter_;

 private:
  static FakeClusterOptions Single() {
    FakeClusterOptions options;
    options.waits = false;
    return options;
  }
};

}  // namespace mirror::internal

#endif  // MIRROR_CHECKPOINT_CHECKPOINT_FIXTURE_H_
