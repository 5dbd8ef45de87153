// SPDX-License-Identifier: Apache-2.0
//
// What the target does to a partition: acknowledgements, rejected records,
// silence, and changes of its log. Part of Partition.

#ifndef MIRROR_REPLICATION_TARGET_SIDE_H_
#define MIRROR_REPLICATION_TARGET_SIDE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/replication/partition_core.h"
#include "mirror/replication/partition_event.h"
#include "mirror/replication/send_window.h"

namespace mirror::internal {

// Thread safety: thread-compatible. Lifetime: `core` must outlive it.
class TargetSide {
 public:
  explicit TargetSide(PartitionCore* core) : core_(core) {}

  // As Partition::Send().
  SendWindow::Result Send(RecordSink* sink, const SinkShare& share);
  void On(event::Acked event);
  void On(event::DeadLettered event);
  void On(event::HoldsTooMuch event);
  void On(event::TargetChanged event);
  void On(event::TargetEndSeen event);
  void On(event::SinkLost event);
  // It may have sent enough to be read again.
  void Unchoke();
  // While it runs, and something is in flight.
  void OnSilence();

 private:
  // The target's log is not as the copies left it.
  void Judge(const TargetChange& change);
  // `bytes`: what was in flight before the ack.
  void OnCopied(const Ack& ack, int64_t bytes);
  // Records were not written, as the ack says.
  void OnWriteFailed(const Ack& ack);
  // The record that the window's rejected() returns was sent alone and
  // rejected.
  void OnRejected(const absl::Status& status);

  PartitionCore* const core_;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_TARGET_SIDE_H_
