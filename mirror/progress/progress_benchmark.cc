// SPDX-License-Identifier: Apache-2.0

#include <cstdint>

#include "benchmark/benchmark.h"
#include "mirror/progress/progress.h"

namespace mirror::internal {
namespace {

// One batch sent and one acknowledged, with `range(0)` batches in flight.
void ProgressPerBatch(benchmark::State& state) {
  constexpr int64_t kRecords = 500;
  Progress progress;
  int64_t sent = 0;
  int64_t acked = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(progress.Sent(
        UpstreamOffset(sent), UpstreamOffset(sent + kRecords - 1), kRecords));
    sent += kRecords;
    if (sent - acked <= state.range(0) * kRecords) continue;
    progress.Acked(UpstreamOffset(acked), kRecords);
    acked += kRecords;
    benchmark::DoNotOptimize(progress.Committable());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(ProgressPerBatch)->Arg(1)->Arg(100);

}  // namespace
}  // namespace mirror::internal
