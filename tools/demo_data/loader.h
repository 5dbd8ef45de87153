// SPDX-License-Identifier: Apache-2.0
//
// Writes the sample to a cluster: plain topics through the library's own
// RecordSink, transactions through librdkafka.

#ifndef TOOLS_DEMO_DATA_LOADER_H_
#define TOOLS_DEMO_DATA_LOADER_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster.h"
#include "tools/demo_data/sample.h"

namespace mirror::demo {

// Waits until the cluster answers. DeadlineExceeded with what was tried.
absl::Status AwaitCluster(Cluster* cluster, absl::Duration timeout);

// Creates the topics and waits until partitions have leaders. AlreadyExists if
// one is there: the demo wants a cluster of its own.
absl::Status CreateSampleTopics(Cluster* cluster,
                                const std::vector<SampleTopic>& topics);

// Appends all records of a topic and waits for the acknowledgements.
absl::Status LoadTopic(Cluster* cluster, const SampleTopic& topic,
                       int64_t end_ms);

// The same in transactions, every fifth of which is aborted and written again.
// Returns how many records were aborted.
absl::StatusOr<int64_t> LoadInTransactions(const std::string& bootstrap_servers,
                                           const SampleTopic& topic,
                                           int64_t end_ms);

}  // namespace mirror::demo

#endif  // TOOLS_DEMO_DATA_LOADER_H_
