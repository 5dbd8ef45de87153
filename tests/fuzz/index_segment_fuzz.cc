// SPDX-License-Identifier: Apache-2.0

#include "mirror/sync/index_segment.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/sync/skipped_range.h"
#include "tests/fuzz/fuzz_input.h"

namespace {

// Whatever a store was fed, its answers do not fall as offsets rise.
void CheckMonotonic(const mirror::OffsetSyncStore& store,
                    const mirror::TopicPartition& tp,
                    const mirror::internal::IndexSegment& segment) {
  for (const mirror::internal::OffsetRun& run : segment.runs) {
    const auto at = store.Translate(tp, run.upstream);
    const auto later = store.Translate(tp, run.upstream_end());
    FUZZ_CHECK(!at.known() || (later.known() && at.offset <= later.offset));
    const auto back = store.TranslateBack(tp, run.downstream);
    const auto back_later = store.TranslateBack(tp, run.downstream_end());
    FUZZ_CHECK(!back.known() ||
               (back_later.known() && back.offset <= back_later.offset));
  }
}

// The same for skipped ranges; of those no more than a bounded number is kept.
void CheckSkipped(const mirror::internal::SkippedRangeKey& key,
                  const std::string& value,
                  const mirror::OffsetSyncStore& store, bool applied) {
  const auto record = mirror::internal::SkippedRangeRecord::Decode(key, value);
  FUZZ_CHECK(applied == record.ok());
  const auto same = mirror::internal::SkippedRangeKey::Decode(*key.Encode());
  FUZZ_CHECK(same.ok() && *same == key);
  if (!record.ok()) return;
  const auto again =
      mirror::internal::SkippedRangeRecord::Decode(key, record->Encode());
  FUZZ_CHECK(again.ok() && *again == *record);
  const mirror::TopicPartition& tp = key.topic_partition;
  FUZZ_CHECK(!store.SkipHistory(tp).empty());
  FUZZ_CHECK(store.SkipHistory(tp).size() <= 512);
}

}  // namespace

// Input: a key, then values (strings) until the end, all of one partition. What
// decodes is encoded to bytes that decode to the same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  mirror::FuzzInput input(data, size);
  const std::string key = input.TakeString();
  mirror::OffsetSyncStoreOptions options;
  options.max_runs_per_partition = 16;
  mirror::OffsetSyncStore store(options);
  const auto decoded_key = mirror::internal::IndexSegmentKey::Decode(key);
  const auto skipped_key = mirror::internal::SkippedRangeKey::Decode(key);
  FUZZ_CHECK(!decoded_key.ok() || !skipped_key.ok());
  while (!input.empty()) {
    const std::string value = input.TakeString();
    if (skipped_key.ok()) {
      const bool applied = store.ApplyIndexRecord(key, value).ok();
      CheckSkipped(*skipped_key, value, store, applied);
      continue;
    }
    const auto segment = mirror::internal::IndexSegment::Decode(value);
    FUZZ_CHECK(store.ApplyIndexRecord(key, value).ok() ==
               (segment.ok() && decoded_key.ok()));
    if (!segment.ok()) continue;
    const auto again =
        mirror::internal::IndexSegment::Decode(segment->Encode());
    FUZZ_CHECK(again.ok() && *again == *segment);
    if (!decoded_key.ok()) continue;
    const mirror::TopicPartition& tp = decoded_key->topic_partition;
    CheckMonotonic(store, tp, *segment);
    FUZZ_CHECK(store.Stats(tp).runs <= 16);
    FUZZ_CHECK(store.PrepareFlush({tp}).ok());
  }
  return 0;
}
