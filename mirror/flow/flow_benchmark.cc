// SPDX-License-Identifier: Apache-2.0
//
// What a flow between two clusters in memory costs per partition and second
// when nothing happens: refresh, sweep and commit. It should be the same for
// 1,000 partitions and for 50,000.

#include <cstdint>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "mirror/flow/flow_fixture.h"

namespace mirror::internal {
namespace {

constexpr int32_t kPartitionsPerTopic = 4;
// As long as a topic refresh and some commits take turns.
constexpr int kSeconds = 5;

void IdleFlow(benchmark::State& state) {
  SimulatedFlow flow;
  for (int64_t i = 0; i < state.range(0) / kPartitionsPerTopic; ++i) {
    flow.source().CreateTopic(absl::StrCat("t", i), kPartitionsPerTopic);
  }
  flow.Start();
  flow.RunFor(absl::Seconds(30));
  for (auto _ : state) flow.RunFor(absl::Seconds(kSeconds));
  state.counters["per_partition_and_second"] = benchmark::Counter(
      static_cast<double>(state.iterations() * kSeconds * state.range(0)),
      benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(IdleFlow)->Arg(1000)->Arg(10000)->Arg(50000)->Unit(
    benchmark::kMillisecond);

}  // namespace
}  // namespace mirror::internal
