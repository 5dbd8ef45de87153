// SPDX-License-Identifier: Apache-2.0
//
// What a Partition is given: where to begin, and how to copy.

#ifndef MIRROR_REPLICATION_PARTITION_OPTIONS_H_
#define MIRROR_REPLICATION_PARTITION_OPTIONS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "mirror/flow_options.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"
#include "mirror/replication/target_change.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/transform/record_transform.h"

namespace mirror::internal {

// A source partition, where it is copied to, and where to resume.
struct PartitionPlan {
  TopicPartition source;
  TopicPartition target;
  // Heartbeats are the mirror's own, and must arrive as they are: to a
  // transform they would look like a record with a schema id, or broken JSON.
  bool is_heartbeats = false;
  // The first record to copy; nullopt: that at the log's start.
  std::optional<UpstreamOffset> start;
  // There is no start, as all is to be copied again.
  bool from_log_start = false;
  // What was copied below `start` stands on the target, as far as is known.
  bool has_copies = false;
  // Which source topic `start` belongs to, and the leader epoch of the record
  // before it; empty and -1 if unknown.
  std::string topic_id;
  int32_t leader_epoch = -1;
  // What the target partition holds, if it has no copies.
  std::optional<TargetLog> target_log;
  // The target may hold copies that neither index nor progress has; where its
  // log ends, if it said so.
  bool may_have_unknown_copies = false;
  std::optional<DownstreamOffset> target_end;
  // What has happened to the copies while no engine ran.
  std::optional<TargetChange> target_change;
};

struct PartitionOptions {
  std::string source_alias;
  std::string target_alias;
  // With the name of the dead-letter topic, if there is one.
  DeliveryOptions delivery;
  std::vector<std::shared_ptr<const RecordTransform>> transforms;
  // Memory of records in flight before more are held back, so that one stuck
  // partition cannot fill the loop's whole buffer.
  int64_t max_in_flight_bytes = 2 << 20;
  // Without an acknowledgement for this long, a partition sends no more while
  // such partitions have much in flight together.
  absl::Duration overdue_timeout = absl::Milliseconds(250);
  // Without one for this long, a partition that holds records back is not read.
  absl::Duration stall_timeout = absl::Milliseconds(500);
  // Without one for this long, the partition is reported even if it holds up
  // nothing.
  absl::Duration silence_timeout = absl::Seconds(5);
  // For this long a target partition that the sink does not know may be one
  // that it is just looking up; afterwards it is missing.
  absl::Duration lookup_timeout = absl::Seconds(2);
  // Others who write to the target for no longer than that were the previous
  // run of this mirror, whose last requests came late, or one that overlapped.
  absl::Duration foreign_grace = absl::Minutes(1);
  // What others wrote so long ago does not count any more.
  absl::Duration foreign_memory = absl::Minutes(10);
  absl::Duration min_backoff = absl::Seconds(1);
  absl::Duration max_backoff = absl::Minutes(1);
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_PARTITION_OPTIONS_H_
