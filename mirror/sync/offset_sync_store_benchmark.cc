// SPDX-License-Identifier: Apache-2.0

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "mirror/sync/index_segment.h"
#include "mirror/sync/offset_runs.h"
#include "mirror/sync/offset_sync_store.h"

namespace mirror::internal {
namespace {

const TopicPartition kTp{"payments.europe.settled", 3};

// 1,000,000 consecutive records one by one: stays one run.
void OffsetRunsAppend(benchmark::State& state) {
  OffsetRuns runs;
  int64_t i = 0;
  for (auto _ : state) {
    runs.Append(UpstreamOffset(i), DownstreamOffset(i + 7), 1);
    ++i;
  }
  if (runs.size() > 1) state.SkipWithError("not one run");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(OffsetRunsAppend);

// The same through the store with its lock: an iteration appends 1,000,000, as
// many at once as the argument says. A shard brings what one poll acknowledged.
void OffsetSyncStoreAppend(benchmark::State& state) {
  constexpr int64_t kRecords = 1'000'000;
  std::vector<CopiedRange> acked(static_cast<size_t>(state.range(0)));
  for (auto _ : state) {
    OffsetSyncStore store;
    for (int64_t u = 0; u < kRecords;) {
      for (CopiedRange& range : acked) {
        range = {UpstreamOffset(u), DownstreamOffset(u + 7), 1};
        ++u;
      }
      store.Append(kTp, acked);
    }
    if (store.Stats(kTp).runs > 1) state.SkipWithError("not one run");
  }
  state.SetItemsProcessed(state.iterations() * kRecords);
}
BENCHMARK(OffsetSyncStoreAppend)
    ->Arg(1)
    ->Arg(64)
    ->Unit(benchmark::kMillisecond);

// The argument is the number of runs.
void OffsetSyncStoreTranslate(benchmark::State& state) {
  OffsetSyncStore store;
  for (int64_t i = 0; i < state.range(0); ++i) {
    store.Append(kTp, {{UpstreamOffset(i * 11), DownstreamOffset(i * 10), 10}});
  }
  std::mt19937 random(1);
  std::uniform_int_distribution<int64_t> pick(0, state.range(0) * 11);
  std::vector<UpstreamOffset> queries;
  for (int i = 0; i < 4096; ++i) queries.emplace_back(pick(random));
  size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(store.Translate(kTp, queries[next++ % 4096]));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(OffsetSyncStoreTranslate)->Arg(1)->Arg(10000);

// The record a clean partition rewrites every second.
void IndexSegmentEncode(benchmark::State& state) {
  IndexSegment segment;
  segment.source = {"MkT3gjuZQ7qXl0aOq0yCjA", 5};
  segment.runs = {{UpstreamOffset(0), DownstreamOffset(0), 123456789}};
  const IndexSegmentKey key{kTp, UpstreamOffset(0)};
  for (auto _ : state) {
    benchmark::DoNotOptimize(key.Encode());
    benchmark::DoNotOptimize(segment.Encode());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(IndexSegmentEncode);

// Runs per second of a full segment.
void IndexSegmentDecode(benchmark::State& state) {
  IndexSegment segment;
  for (int64_t i = 0; i < 512; ++i) {
    segment.runs.push_back(
        {UpstreamOffset(i * 11), DownstreamOffset(i * 10), 10, 1});
  }
  const std::string bytes = segment.Encode();
  for (auto _ : state) benchmark::DoNotOptimize(IndexSegment::Decode(bytes));
  state.SetItemsProcessed(state.iterations() * 512);
  state.SetBytesProcessed(
      static_cast<int64_t>(state.iterations() * bytes.size()));
}
BENCHMARK(IndexSegmentDecode);

}  // namespace
}  // namespace mirror::internal
