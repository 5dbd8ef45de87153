// SPDX-License-Identifier: Apache-2.0

#include "mirror/transform/drop_by_header.h"

#include <utility>

namespace mirror {

DropByHeader::DropByHeader(std::string key, std::optional<std::string> value)
    : key_(std::move(key)), value_(std::move(value)) {}

absl::StatusOr<RecordVerdict> DropByHeader::Transform(
    const TopicPartition& source, Record& record) const {
  for (const Header& header : record.headers) {
    if (header.key != key_) continue;
    if (!value_ || header.value == value_) return RecordVerdict::kDrop;
  }
  return RecordVerdict::kKeep;
}

}  // namespace mirror
