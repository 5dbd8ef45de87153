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
#include "mirror/replication/target_reader.h"
#include "mirror/replication/wake_guard.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/telemetry/engine_event.h"

namespace mirror::internal {

struct CopyLoopOptions {
  int index = 0;
  // "S->T", for client ids and events.
  std::string flow;
  SourceOptions source;
  SinkOptions sink;
  // How the target is read after a crash.
  TargetReaderOptions target_reader;
  // partition.delivery also says how often progress is committed, all loops of
  // the flow together.
  PartitionOptions partition;
  // mm2-offsets.S.internal and mm2-offset-index.S.internal on the target.
  std::string offset_storage_topic;
  // See ProgressOptions.
  std::string offset_storage_connector;
  std::string index_topic;
  // Whether only shards are copied that CopyLoop::GiveShard() gives. Else all
  // are, and the loop's own sink writes what they commit.
  bool shards_are_given = false;
  // See WakeGuard; null unless shards are given.
  WakeGuard::Owned owned;
  // Is given every copy, and must outlive the loop.
  OffsetSyncStore* store = nullptr;
  // Called by the loop's thread under its lock.
  CopyRecorder::OnCopied on_copied;
  // Called by the loop's thread with no lock held.
  std::function<void(EngineEvent)> on_event;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_COPY_LOOP_OPTIONS_H_
