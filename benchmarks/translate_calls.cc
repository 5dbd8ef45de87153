// SPDX-License-Identifier: Apache-2.0

#include "benchmarks/translate_calls.h"

#include <unistd.h>

#include <fstream>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "mirror/sync/offset_sync_store.h"

namespace mirror::benchmark {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(30);

int64_t ResidentBytes() {
  int64_t size = 0;
  int64_t resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

}  // namespace

absl::Status MeasureStore() {
  constexpr int32_t kPartitions = 100;
  constexpr int64_t kRuns = 10'000;
  constexpr int kCalls = 2'000'000;
  std::vector<TopicPartition> partitions;
  for (int32_t i = 0; i < kPartitions; ++i) {
    partitions.push_back({"records", i});
  }
  OffsetSyncStore store;
  const int64_t before = ResidentBytes();
  for (int64_t i = 0; i < kRuns; ++i) {
    for (const TopicPartition& tp : partitions) {
      store.Append(tp,
                   {{UpstreamOffset(i * 11), DownstreamOffset(i * 10), 10}});
    }
  }
  const int64_t bytes = ResidentBytes() - before;
  std::mt19937_64 random(1);
  std::uniform_int_distribution<int64_t> offset(0, kRuns * 11 - 2);
  int64_t known = 0;
  const absl::Time start = absl::Now();
  for (int i = 0; i < kCalls; ++i) {
    known += store
                 .Translate(partitions[i % kPartitions],
                            UpstreamOffset(offset(random)))
                 .known();
  }
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  if (known < kCalls || store.Stats(partitions.back()).runs != kRuns) {
    return absl::InternalError("the store has forgotten runs");
  }
  absl::PrintF("memory of 1,000,000 runs      %8.1f MB\n",
               static_cast<double>(bytes) / 1e6);
  absl::PrintF("OffsetSyncStore::Translate    %8.0f calls per second\n",
               kCalls / seconds);
  return absl::OkStatus();
}

absl::Status MeasureClient(MirrorClient* client, const std::string& alias,
                           const std::string& topic,
                           const std::map<int32_t, int64_t>& ends) {
  std::mt19937_64 random(1);
  auto end = ends.begin();
  int64_t calls = 0;
  absl::Time start = absl::Now();
  absl::Time now = start;
  for (; now < start + absl::Seconds(10); now = absl::Now()) {
    if (++end == ends.end()) end = ends.begin();
    std::uniform_int_distribution<int64_t> offset(0, end->second);
    const UpstreamOffset u(offset(random));
    const auto answer =
        client->TranslateOffset(alias, {topic, end->first}, u, kTimeout);
    if (!answer.ok()) return answer.status();
    if (!answer->exact() || answer->offset.value() != u.value()) {
      return absl::InternalError(absl::StrCat("wrong answer for ", u.value()));
    }
    // The first call reads the index.
    if (calls++ > 0) continue;
    absl::PrintF("MirrorClient, its first call  %8.0f ms\n",
                 absl::ToDoubleMilliseconds(absl::Now() - start));
    start = absl::Now();
  }
  absl::PrintF(
      "MirrorClient::TranslateOffset %8.0f calls per second\n",
      static_cast<double>(calls - 1) / absl::ToDoubleSeconds(now - start));
  return absl::OkStatus();
}

}  // namespace mirror::benchmark
