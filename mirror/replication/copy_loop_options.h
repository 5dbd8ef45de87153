// SPDX-License-Identifier: Apache-2.0
//
// What a CopyLoop is given.

#ifndef MIRROR_REPLICATION_COPY_LOOP_OPTIONS_H_
#define MIRROR_REPLICATION_COPY_LOOP_OPTIONS_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/time/time.h"
#include "mirror/cluster/cluster.h"
#include "mirror/replication/copy_recorder.h"
#include "mirror/replication/partition_options.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/telemetry/engine_event.h"

namespace mirror {

struct CopyLoopOptions {
  int index = 0;
  // "S->T", for client ids and events.
  std::string flow;
  SourceOptions source;
  SinkOptions sink;
  PartitionOptions partition;
  // mm2-offsets.S.internal and mm2-offset-index.S.internal on the target.
  std::string progress_topic;
  std::string index_topic;
  // Is given every copy, and must outlive the loop.
  OffsetSyncStore* store = nullptr;
  // Progress is committed after this time, or once this much was acknowledged
  // (Flow::offset_flush_bytes) in all loops of the flow.
  absl::Duration commit_interval = absl::Seconds(1);
  int64_t commit_bytes = 16 << 20;
  // Called by the loop's thread under its lock.
  CopyRecorder::OnCopied on_copied;
  // Called by the loop's thread with no lock held.
  std::function<void(EngineEvent)> on_event;
};

}  // namespace mirror

#endif  // MIRROR_REPLICATION_COPY_LOOP_OPTIONS_H_
