// SPDX-License-Identifier: Apache-2.0
//
// Where the golden runs' records really stand on the target; README.md says
// what was copied.

#ifndef TESTS_GOLDEN_TRUE_POSITION_H_
#define TESTS_GOLDEN_TRUE_POSITION_H_

#include <cstdint>
#include <map>
#include <string>

#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"

namespace mirror {

// The source's partitions and where they end.
inline std::map<TopicPartition, int64_t> GoldenSourceEnds() {
  return {{{"orders", 0}, 400},
          {{"orders", 1}, 400},
          {{"orders", 2}, 400},
          {{"payments.v1", 0}, 1200},
          {{"ledger", 0}, 36}};
}

// Where on the target the first record at or above u stands. On the source only
// `ledger` has gaps: a marker ends each transaction of five records. On the
// target only the exactly-once run has: markers after these source offsets.
inline DownstreamOffset TruePosition(const std::string& run,
                                     const TopicPartition& source,
                                     UpstreamOffset u) {
  int64_t position = u.value();
  if (source.topic == "ledger") position -= u.value() / 6;
  if (run != "separator-exactly-once") return DownstreamOffset(position);
  const std::multimap<TopicPartition, int64_t> commits = {
      {{"orders", 0}, 299},
      {{"payments.v1", 0}, 499},
      {{"payments.v1", 0}, 999}};
  for (auto [it, end] = commits.equal_range(source); it != end; ++it) {
    if (u.value() > it->second) ++position;
  }
  return DownstreamOffset(position);
}

}  // namespace mirror

#endif  // TESTS_GOLDEN_TRUE_POSITION_H_
