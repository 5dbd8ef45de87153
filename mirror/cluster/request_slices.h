// SPDX-License-Identifier: Apache-2.0
//
// Cuts what a cluster is asked about into requests of a size that brokers take
// and that client libraries handle in linear time.
//
//   return SendInSlices<absl::Status>(topics, kMostPartitions,
//       [](const NewTopic& topic) { return topic.partitions; },
//       [&](absl::Span<const NewTopic> slice,
//           std::vector<absl::Status>* results) { ... });

#ifndef MIRROR_CLUSTER_REQUEST_SLICES_H_
#define MIRROR_CLUSTER_REQUEST_SLICES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace mirror::internal {

// Sends requests about `items`, in order and one after the other, and returns
// one result per item. A request is about items whose weights are `most` at
// most in all; an item that weighs more is a request of its own. `send` adds
// one result per item of its slice and returns OK; or it returns why the
// cluster gave no answer. Then that is the result of the items that have none,
// and nothing more is sent: an outage costs one timeout, not one per request.
template <typename Result, typename Item, typename WeightOf, typename Send>
std::vector<Result> SendInSlices(absl::Span<const Item> items, int64_t most,
                                 const WeightOf& weight_of, const Send& send) {
  std::vector<Result> results;
  absl::Status failure;
  for (size_t begin = 0; begin < items.size() && failure.ok();) {
    size_t end = begin + 1;
    int64_t weight = weight_of(items[begin]);
    while (end < items.size() && weight + weight_of(items[end]) <= most) {
      weight += weight_of(items[end++]);
    }
    failure = send(items.subspan(begin, end - begin), &results);
    begin = end;
  }
  if (!failure.ok()) results.resize(items.size(), Result(failure));
  return results;
}

// The same with at most `most` items per request.
template <typename Result, typename Item, typename Send>
std::vector<Result> SendInSlices(absl::Span<const Item> items, int64_t most,
                                 const Send& send) {
  return SendInSlices<Result>(
      items, most, [](const Item&) { return int64_t{1}; }, send);
}

}  // namespace mirror::internal

#endif  // MIRROR_CLUSTER_REQUEST_SLICES_H_
