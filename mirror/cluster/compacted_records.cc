// SPDX-License-Identifier: Apache-2.0

#include "mirror/cluster/compacted_records.h"

#include <algorithm>

#include "absl/strings/string_view.h"

namespace mirror::internal {
namespace {

// Keeps the memory of what was there before.
void Assign(const std::optional<absl::string_view>& from,
            std::optional<std::string>* to) {
  if (!from.has_value()) {
    to->reset();
    return;
  }
  if (!to->has_value()) to->emplace();
  (*to)->assign(from->data(), from->size());
}

}  // namespace

void CompactedRecords::Add(int32_t partition, const RecordView& record) {
  const auto index = static_cast<size_t>(partition);
  if (index >= partitions_.size()) partitions_.resize(index + 1);
  Entry& entry = partitions_[index][record.key.value_or("")];
  entry.sequence = next_sequence_++;
  entry.offset = record.offset;
  entry.timestamp_ms = record.timestamp_ms;
  entry.partition = partition;
  Assign(record.value, &entry.value);
  Assign(record.own_header, &entry.own_header);
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
    visit({entry.offset, entry.timestamp_ms, record->first, entry.value,
           entry.own_header, entry.partition});
  }
  Clear();
}

size_t CompactedRecords::size() const {
  size_t size = 0;
  for (const ByKey& partition : partitions_) size += partition.size();
  return size;
}

}  // namespace mirror::internal
