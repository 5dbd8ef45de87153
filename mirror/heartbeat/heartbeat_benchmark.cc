// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "benchmark/benchmark.h"
#include "mirror/heartbeat/heartbeat.h"

namespace mirror::internal {
namespace {

const Heartbeat kHeartbeat{"primary", "standby",
                           absl::FromUnixMillis(1700000000000)};

void HeartbeatEncode(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(kHeartbeat.EncodeKey());
    benchmark::DoNotOptimize(kHeartbeat.EncodeValue());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(HeartbeatEncode);

void HeartbeatDecode(benchmark::State& state) {
  const std::string key = kHeartbeat.EncodeKey().value();
  const std::string value = kHeartbeat.EncodeValue();
  for (auto _ : state) {
    benchmark::DoNotOptimize(Heartbeat::Decode(key, value));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(HeartbeatDecode);

}  // namespace
}  // namespace mirror::internal
