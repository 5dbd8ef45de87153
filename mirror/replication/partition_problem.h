// SPDX-License-Identifier: Apache-2.0
//
// What a client's error means for a partition, and what the operator can do.

#ifndef MIRROR_REPLICATION_PARTITION_PROBLEM_H_
#define MIRROR_REPLICATION_PARTITION_PROBLEM_H_

#include <string>

#include "absl/status/status.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

// Of an error while reading the source, as RecordSource reports it.
PartitionProblem SourceProblem(const absl::Status& status);

// Of an error while writing to the target, as RecordSink reports it.
PartitionProblem TargetProblem(const absl::Status& status);

// What can be done about a problem with `topic` on the target `alias`, of which
// the sink says `status`; to be put behind its description. Empty if nothing
// can.
std::string TargetRemedy(PartitionProblem problem, const absl::Status& status,
                         const std::string& alias, const std::string& topic);

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_PARTITION_PROBLEM_H_
