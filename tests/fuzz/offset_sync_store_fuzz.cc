// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <utility>

#include "mirror/sync/offset_sync_store.h"
#include "tests/fuzz/fuzz_input.h"

namespace {

const mirror::TopicPartition kPartition{"t", 0};

// Reads one record off `input` and applies it: of the index, or MM2's.
void Apply(mirror::FuzzInput* input, mirror::OffsetSyncStore* store) {
  if (input->TakeByte() % 2 == 0) {
    const std::string key = input->TakeString();
    (void)store->ApplyIndexRecord(key, input->TakeString());
    return;
  }
  mirror::internal::OffsetSync sync;
  sync.topic_partition = kPartition;
  sync.upstream = mirror::UpstreamOffset(input->TakeInt64());
  sync.downstream = mirror::DownstreamOffset(input->TakeInt64());
  store->ApplySync(sync);
}

}  // namespace

// Input: two positions, then records. Whatever the topics say, answers are no
// negative positions and grow with the question, and what is skipped above a
// position is skipped above a lower one.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  mirror::FuzzInput input(data, size);
  mirror::UpstreamOffset low(input.TakeInt64());
  mirror::UpstreamOffset high(input.TakeInt64());
  if (high < low) std::swap(low, high);

  mirror::OffsetSyncStore store;
  while (!input.empty()) {
    Apply(&input, &store);
    const mirror::Translation at_low = store.Translate(kPartition, low);
    const mirror::Translation at_high = store.Translate(kPartition, high);
    FUZZ_CHECK(!at_low.known() || !at_high.known() ||
               at_low.offset <= at_high.offset);
    const auto skipped = store.Skipped(kPartition, low);
    FUZZ_CHECK(store.Skipped(kPartition, high).size() <= skipped.size());
    FUZZ_CHECK(skipped.size() <= store.SkipHistory(kPartition).size());
  }
  return 0;
}
