// SPDX-License-Identifier: Apache-2.0
//
// Reads a small topic as a whole: how progress, the offset index and
// checkpoints come back after a restart (Kafka Connect's
// KafkaBasedLog.readToEnd).

#ifndef MIRROR_CLUSTER_TOPIC_READER_H_
#define MIRROR_CLUSTER_TOPIC_READER_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/cluster/record_source.h"
#include "mirror/model/record.h"
#include "mirror/model/topic_partition.h"
#include "mirror/runtime/clock.h"

namespace mirror {

// Visits every record of `topic`'s `partitions` partitions from the log's start
// to the end, those of one partition in order, and leaves `source` without an
// assignment. `keep_waiting` is asked while nothing comes: false ends the read
// with Cancelled. Other errors are those of the cluster, annotated with the
// partition; DeadlineExceeded at `deadline`. Partial reads are errors.
absl::Status ReadTopicToEnd(
    RecordSource* source, ClusterAdmin* admin, const std::string& topic,
    int32_t partitions, Clock* clock, absl::Time deadline,
    absl::FunctionRef<bool()> keep_waiting,
    absl::FunctionRef<void(const TopicPartition&, const Record&)> visit);

}  // namespace mirror

#endif  // MIRROR_CLUSTER_TOPIC_READER_H_
