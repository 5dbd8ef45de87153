// SPDX-License-Identifier: Apache-2.0
//
// Writes a flow's heartbeats to the target: MM2's MirrorHeartbeatTask. The
// records travel on through other flows and tell which clusters are upstream,
// and how far (KIP-382).
//
//   auto emitter = HeartbeatEmitter::Create(&target, "primary", "heartbeats",
//                                           HeartbeatOptions(), clock);
//   while (!stopped) {
//     Report((*emitter)->RunOnce());
//     Sleep(absl::Seconds(1));
//   }
//
// An engine runs one per flow; examples/standalone_parts.cc has none.

#ifndef MIRROR_HEARTBEAT_HEARTBEAT_EMITTER_H_
#define MIRROR_HEARTBEAT_HEARTBEAT_EMITTER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/internal_topic.h"
#include "mirror/flow_options.h"
#include "mirror/runtime/clock.h"

namespace mirror {

// Purpose: one heartbeat per RunOnce(); the caller keeps the interval.
// Thread safety: RunOnce() belongs to one thread; the rest is thread-safe.
// Lifetime: `target` and `clock` must outlive the emitter.
// Errors: names cluster and topic; the heartbeat is lost, the next one is not.
class HeartbeatEmitter {
 public:
  // `topic` is the policy's HeartbeatsTopic(). Does not connect.
  // InvalidArgument for an alias over 32767 bytes or settings that the clients
  // refuse.
  static absl::StatusOr<std::unique_ptr<HeartbeatEmitter>> Create(
      Cluster* target, const std::string& source_alias, std::string topic,
      const HeartbeatOptions& options, Clock* clock);

  // Writes one heartbeat, creating the topic if it is missing, and waits for
  // the acknowledgement, for at most 10 seconds. Any error: try at the next
  // interval.
  absl::Status RunOnce();

  // Heartbeats acknowledged.
  int64_t count() const { return count_; }

  // The newest of them, in milliseconds since the epoch; 0: none yet.
  int64_t last_ms() const { return last_ms_; }

  // Makes RunOnce() return soon, now and later.
  void Cancel() { writer_->Cancel(); }

 private:
  HeartbeatEmitter(std::string source_alias, std::string target_alias,
                   std::string key,
                   std::unique_ptr<internal::InternalTopicWriter> writer,
                   Clock* clock);

  const std::string source_alias_;
  const std::string target_alias_;
  const std::string key_;
  const std::unique_ptr<internal::InternalTopicWriter> writer_;
  Clock* const clock_;
  std::atomic<int64_t> count_{0};
  std::atomic<int64_t> last_ms_{0};
};

}  // namespace mirror

#endif  // MIRROR_HEARTBEAT_HEARTBEAT_EMITTER_H_
