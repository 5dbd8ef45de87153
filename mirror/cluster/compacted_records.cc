// SPDX-License-Identifier: Apache-2.0

#include "mirror/cluster/compacted_records.h"

#include <algorithm>

#include "absl/strings/string_view.h"

namespace mirror {

void CompactedRecords::Add(int32_t partition, const RecordView& record) {
  const auto index = static_cast<size_t>(partition);
  if (index >= partitions_.size()) partitions_.resize(index + 1);
  Entry& entry = partitions_[index][record.key.value_or("")];
  entry.sequence = next_sequence_++;
  entry.offset = record.offset;
  entry.timestamp_ms = record.timestamp_ms;
  if (!record.value.has_value()) {
    entry.value.reset();
    return;
  }
  // Keeps the memory of the value before.
  if (!entry.value.has_value()) entry.value.emplace();
  entry.value->assign(record.value->data(), record.value->size());
}

void CompactedRecords::TakeAll(
    absl::FunctionRef<void(const RecordView&)> visit) {
  std::vector<const ByKey::value_type*> records;
  records.reserve(size());
  for (const ByKey& partition : partitions_) {
    for (const auto& record : partition) records.push_back(&record);
  }
  std::sort(records.begin(), records.end(), [](const auto* a, const auto* b) {
    return a->second.sequence < b->second.sequence;
  });
  for (const auto* record : records) {
    const Entry& entry = record->second;
    RecordView view{entry.offset, entry.timestamp_ms, record->first,
                    std::nullopt};
    if (entry.value.has_value()) view.value = *entry.value;
    visit(view);
  }
  Clear();
}

size_t CompactedRecords::size() const {
  size_t size = 0;
  for (const ByKey& partition : partitions_) size += partition.size();
  return size;
}

}  // namespace mirror
