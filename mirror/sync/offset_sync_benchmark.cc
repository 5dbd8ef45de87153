// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "benchmark/benchmark.h"
#include "mirror/sync/offset_sync.h"

namespace mirror::internal {
namespace {

const OffsetSync kSync{{"payments.europe.settled", 3},
                       UpstreamOffset(123456789),
                       DownstreamOffset(123450000)};

void OffsetSyncEncode(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(kSync.EncodeKey());
    benchmark::DoNotOptimize(kSync.EncodeValue());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(OffsetSyncEncode);

void OffsetSyncDecode(benchmark::State& state) {
  const std::string key = kSync.EncodeKey().value();
  const std::string value = kSync.EncodeValue();
  for (auto _ : state) {
    benchmark::DoNotOptimize(OffsetSync::Decode(key, value));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(OffsetSyncDecode);

}  // namespace
}  // namespace mirror::internal
