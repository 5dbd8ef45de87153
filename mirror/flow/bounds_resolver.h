// SPDX-License-Identifier: Apache-2.0
//
// Asks the source where the logs of partitions begin and end: a limited number
// per turn, so that 50,000 of them hold nothing else up, and not again at once
// where there was no answer.
//
//   const auto due = resolver.Due(waiting);
//   for (const auto& answer : resolver.Ask(due)) ... answer.bounds ...
//   absl::Status error = resolver.error();

#ifndef MIRROR_FLOW_BOUNDS_RESOLVER_H_
#define MIRROR_FLOW_BOUNDS_RESOLVER_H_

#include <map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/cluster/record_source.h"
#include "mirror/model/topic_partition.h"
#include "mirror/runtime/clock.h"

namespace mirror::internal {

// Thread safety: used by one thread.
// Lifetime: the admin and the clock must outlive the resolver.
class BoundsResolver {
 public:
  struct Answer {
    TopicPartition partition;
    // NotFound: there is no such topic or partition.
    absl::StatusOr<PartitionBounds> bounds;
  };

  // `end` says which end of a log counts.
  BoundsResolver(ClusterAdmin* source, OffsetSpec end, Clock* clock)
      : source_(source), end_(end), clock_(clock) {}

  // Those of `waiting`, which are all that wait now, to ask about in this turn.
  std::vector<TopicPartition> Due(absl::Span<const TopicPartition> waiting);
  // One answer per partition, in order.
  std::vector<Answer> Ask(absl::Span<const TopicPartition> due);
  // Why some that wait have no answer; OK if there is none like that. What is
  // NotFound is no error.
  absl::Status error() const;

 private:
  struct Failure {
    absl::Status status;
    absl::Time retry_at;
  };

  ClusterAdmin* const source_;
  const OffsetSpec end_;
  Clock* const clock_;
  std::map<TopicPartition, Failure> failures_;
};

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_BOUNDS_RESOLVER_H_
