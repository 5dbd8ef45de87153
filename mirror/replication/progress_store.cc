// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/progress_store.h"

#include <variant>

#include "absl/status/statusor.h"
#include "mirror/replication/connect_offset.h"
#include "mirror/replication/flow_note.h"

namespace mirror {

void ProgressStore::Apply(const RecordView& record) {
  const absl::StatusOr<ConnectOffset> decoded =
      ConnectOffset::Decode(record.key.value_or(""), record.value);
  if (!decoded.ok()) {
    if (!ApplyNote(record)) ++unreadable_;
    return;
  }
  const auto* key = std::get_if<SourceOffsetKey>(&decoded->key);
  if (key == nullptr || key->cluster != source_alias_) return;
  starts_.erase(key->topic_partition);
  if (decoded->offset.has_value()) {
    offsets_[key->topic_partition] = *decoded->offset;
    if (!decoded->copied) starts_.insert(key->topic_partition);
  } else {
    offsets_.erase(key->topic_partition);
  }
}

bool ProgressStore::ApplyNote(const RecordView& record) {
  const absl::StatusOr<FlowNote> note =
      FlowNote::Decode(record.key.value_or(""), record.value);
  if (!note.ok()) return false;
  if (note->cluster == source_alias_ && note->topic.empty()) {
    has_looked_ = note->since.has_value();
  }
  return true;
}

void ProgressStore::SetStart(const TopicPartition& source,
                             UpstreamOffset start) {
  offsets_[source] = start - 1;
  starts_.insert(source);
}

}  // namespace mirror
