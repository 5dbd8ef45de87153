// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/progress_store.h"

#include <optional>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mirror/replication/connect_offset.h"

namespace mirror {

void ProgressStore::Apply(const Record& record) {
  std::optional<absl::string_view> value;
  if (record.value.has_value()) value = *record.value;
  const absl::StatusOr<ConnectOffset> decoded =
      ConnectOffset::Decode(record.key.value_or(""), value);
  if (!decoded.ok()) {
    ++unreadable_;
    return;
  }
  const auto* key = std::get_if<SourceOffsetKey>(&decoded->key);
  if (key == nullptr || key->cluster != source_alias_) return;
  if (decoded->offset.has_value()) {
    offsets_[key->topic_partition] = *decoded->offset;
  } else {
    offsets_.erase(key->topic_partition);
  }
}

}  // namespace mirror
