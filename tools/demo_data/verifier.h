// SPDX-License-Identifier: Apache-2.0
//
// Compares a topic with its copy on another cluster, record by record.
//
//   auto result = CompareTopic(&primary, "orders", 8, &standby,
//                              "primary.orders", absl::Seconds(30));

#ifndef TOOLS_DEMO_DATA_VERIFIER_H_
#define TOOLS_DEMO_DATA_VERIFIER_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster.h"

namespace mirror::demo {

struct Comparison {
  int64_t records = 0;
  // Of keys, values and headers.
  int64_t bytes = 0;
  // Values that are null.
  int64_t tombstones = 0;
};

// Reads both topics from their starts to their ends at once, without what
// transactions aborted, and compares key, value, headers and timestamp of each
// pair, in the order of their partition. DataLoss: they differ, and the message
// says where and in what. DeadlineExceeded; other codes are the clusters'.
absl::StatusOr<Comparison> CompareTopic(Cluster* source,
                                        const std::string& source_topic,
                                        int32_t partitions, Cluster* target,
                                        const std::string& target_topic,
                                        absl::Duration timeout);

}  // namespace mirror::demo

#endif  // TOOLS_DEMO_DATA_VERIFIER_H_
