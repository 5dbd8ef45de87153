// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "benchmark/benchmark.h"
#include "mirror/progress/connect_offset.h"

namespace mirror::internal {
namespace {

const SourceOffsetKey kKey{"primary", {"payments.europe.settled", 3}};

void SourceOffsetEncode(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(kKey.Encode());
    benchmark::DoNotOptimize(
        EncodeConnectOffsetValue(UpstreamOffset(123456789)));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(SourceOffsetEncode);

void SourceOffsetDecode(benchmark::State& state) {
  const std::string key = kKey.Encode();
  const std::string value = EncodeConnectOffsetValue(UpstreamOffset(123456789));
  for (auto _ : state) {
    benchmark::DoNotOptimize(ConnectOffset::Decode(key, value));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(SourceOffsetDecode);

// What tools wrote in another order goes through a JSON parser.
void SourceOffsetDecodeOtherOrder(benchmark::State& state) {
  const std::string key =
      R"(["MirrorSourceConnector",{"topic":"payments.europe.settled",)"
      R"("partition":3,"cluster":"primary"}])";
  for (auto _ : state) {
    benchmark::DoNotOptimize(ConnectOffset::Decode(key, R"({"offset":12})"));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(SourceOffsetDecodeOtherOrder);

}  // namespace
}  // namespace mirror::internal
