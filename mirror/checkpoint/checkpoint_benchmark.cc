// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "benchmark/benchmark.h"
#include "mirror/checkpoint/checkpoint.h"

namespace mirror::internal {
namespace {

const Checkpoint kCheckpoint{"billing-service",
                             {"primary.payments.europe.settled", 3},
                             UpstreamOffset(123456789),
                             DownstreamOffset(123450000),
                             ""};

void CheckpointEncode(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(kCheckpoint.EncodeKey());
    benchmark::DoNotOptimize(kCheckpoint.EncodeValue());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(CheckpointEncode);

void CheckpointDecode(benchmark::State& state) {
  const std::string key = kCheckpoint.EncodeKey().value();
  const std::string value = kCheckpoint.EncodeValue().value();
  for (auto _ : state) {
    benchmark::DoNotOptimize(Checkpoint::Decode(key, value));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(CheckpointDecode);

}  // namespace
}  // namespace mirror::internal
