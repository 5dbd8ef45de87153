// SPDX-License-Identifier: Apache-2.0

#include "mirror/progress/progress_store.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <variant>

#include "absl/status/statusor.h"
#include "mirror/progress/flow_note.h"

namespace mirror::internal {
namespace {

std::optional<RunGrowth> GrowthIn(const RecordView& record) {
  if (!record.own_header.has_value()) return std::nullopt;
  const absl::StatusOr<RunGrowth> growth =
      RunGrowth::Decode(*record.own_header);
  // Without it answers about the newest copies are lower bounds.
  return growth.ok() ? std::make_optional(*growth) : std::nullopt;
}

}  // namespace

void ProgressStore::Apply(const RecordView& record) {
  const absl::StatusOr<ConnectOffset> decoded =
      ConnectOffset::Decode(record.key.value_or(""), record.value);
  if (!decoded.ok()) {
    if (!ApplyNote(record)) ++unreadable_;
    return;
  }
  const auto* key = std::get_if<SourceOffsetKey>(&decoded->key);
  if (key == nullptr || key->cluster != source_alias_) return;
  if (!connector_.empty() && key->connector != connector_) return;
  if (record.key.value_or("") != KeyOf(key->topic_partition).Encode()) {
    other_keys_[key->topic_partition].emplace(record.key.value_or(""));
  }
  std::vector<Stored>& stored = stored_[key->topic_partition];
  stored.erase(std::remove_if(stored.begin(), stored.end(),
                              [&record](const Stored& s) {
                                return s.progress_partition == record.partition;
                              }),
               stored.end());
  if (decoded->offset.has_value()) {
    stored.push_back({record.partition, record.timestamp_ms, *decoded->offset,
                      decoded->copied, GrowthIn(record)});
  }
  Update(key->topic_partition, stored);
}

void ProgressStore::Update(const TopicPartition& source,
                           const std::vector<Stored>& stored) {
  if (stored.empty()) {
    offsets_.erase(source);
    starts_.erase(source);
    growths_.erase(source);
    stored_.erase(source);
    other_keys_.erase(source);
    return;
  }
  const Stored& newest = Newest(stored);
  offsets_[source] = newest.offset;
  if (newest.copied) {
    starts_.erase(source);
  } else {
    starts_.insert(source);
  }
  if (newest.growth.has_value()) {
    growths_[source] = *newest.growth;
  } else {
    growths_.erase(source);
  }
}

bool ProgressStore::ApplyNote(const RecordView& record) {
  const absl::StatusOr<FlowNote> note =
      FlowNote::Decode(record.key.value_or(""), record.value);
  if (!note.ok()) return false;
  if (note->cluster == source_alias_ && note->topic.empty()) {
    has_looked_ = note->since.has_value();
  } else if (note->cluster == source_alias_) {
    SetGone(note->topic, note->since);
  }
  return true;
}

void ProgressStore::SetGone(const std::string& topic,
                            std::optional<absl::Time> since) {
  if (since.has_value()) {
    gone_[topic] = *since;
  } else {
    gone_.erase(topic);
  }
}

SourceOffsetKey ProgressStore::KeyOf(const TopicPartition& source) const {
  SourceOffsetKey key{source_alias_, source};
  if (!connector_.empty()) key.connector = connector_;
  return key;
}

std::vector<std::string> ProgressStore::KeysOf(
    const TopicPartition& source) const {
  std::vector<std::string> keys = {KeyOf(source).Encode()};
  const auto others = other_keys_.find(source);
  if (others != other_keys_.end()) {
    keys.insert(keys.end(), others->second.begin(), others->second.end());
  }
  return keys;
}

void ProgressStore::Forget(const TopicPartition& source) { Update(source, {}); }

void ProgressStore::Drop(Selection selection) {
  std::vector<TopicPartition> selected;
  for (const auto& [source, offset] : offsets_) {
    if (selection(source)) selected.push_back(source);
  }
  for (const TopicPartition& source : selected) Forget(source);
}

void ProgressStore::Adopt(const ProgressStore& from, Selection selection) {
  Drop(selection);
  for (const auto& [source, stored] : from.stored_) {
    if (!selection(source)) continue;
    stored_[source] = stored;
    const auto others = from.other_keys_.find(source);
    if (others != from.other_keys_.end()) other_keys_.insert(*others);
    Update(source, stored);
  }
  has_looked_ |= from.has_looked_;
  // What is here may be newer than what the topic has of it.
  gone_.insert(from.gone_.begin(), from.gone_.end());
}

void ProgressStore::SetStart(const TopicPartition& source,
                             UpstreamOffset start) {
  offsets_[source] = start - 1;
  starts_.insert(source);
}

void ProgressStore::SetCopied(const TopicPartition& source,
                              UpstreamOffset last) {
  const auto [known, is_new] = offsets_.try_emplace(source, last);
  // The same as before: nothing was copied.
  if (!is_new && std::exchange(known->second, last) == last) return;
  starts_.erase(source);
}

const ProgressStore::Stored& ProgressStore::Newest(
    const std::vector<Stored>& stored) {
  // Earlier versions wrote no timestamps: then the one that is further.
  return *std::max_element(stored.begin(), stored.end(),
                           [](const Stored& a, const Stored& b) {
                             return std::tie(a.timestamp_ms, a.offset) <
                                    std::tie(b.timestamp_ms, b.offset);
                           });
}

std::vector<SupersededProgress> ProgressStore::superseded() const {
  std::vector<SupersededProgress> superseded;
  for (const auto& [source, stored] : stored_) {
    const int32_t newest = Newest(stored).progress_partition;
    for (const Stored& s : stored) {
      if (s.progress_partition == newest) continue;
      superseded.push_back({source, s.progress_partition});
    }
  }
  return superseded;
}

}  // namespace mirror::internal
