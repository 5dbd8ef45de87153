// SPDX-License-Identifier: Apache-2.0
//
// How many positions a second are translated, and what it takes to remember
// where they are. Prints what was measured; an error if an answer is wrong.

#ifndef BENCHMARKS_TRANSLATE_CALLS_H_
#define BENCHMARKS_TRANSLATE_CALLS_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "mirror/client/mirror_client.h"

namespace mirror::benchmark {

// OffsetSyncStore with 1,000,000 runs of ten records, with gaps between them,
// in 100 partitions.
absl::Status MeasureStore();

// MirrorClient against a broker, for ten seconds: one call after the other,
// each of which asks what is new. `ends` of the partitions of `topic`, copied
// one to one.
absl::Status MeasureClient(MirrorClient* client, const std::string& alias,
                           const std::string& topic,
                           const std::map<int32_t, int64_t>& ends);

}  // namespace mirror::benchmark

#endif  // BENCHMARKS_TRANSLATE_CALLS_H_
