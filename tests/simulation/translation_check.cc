// SPDX-License-Identifier: Apache-2.0

#include "tests/simulation/translation_check.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "mirror/model/position.h"
#include "mirror/sync/offset_sync.h"

namespace mirror::internal {

TranslationCheck::TranslationCheck(const TopicPartition& tp,
                                   const std::vector<Record>& source,
                                   const std::vector<Record>& copies)
    : tp_(tp) {
  std::map<std::string, int64_t> offset;
  for (const Record& record : source) {
    offset[*record.value] = record.offset.value();
    source_end_ = record.offset.value() + 1;
  }
  for (const Record& copy : copies) {
    const int64_t u = offset.at(*copy.value);
    newest_[u] = copy.offset.value();
    upstream_[copy.offset.value()] = u;
  }
}

void TranslationCheck::ExpectSafe(const OffsetSyncStore& store) const {
  const int64_t indexed_end = store.Stats(tp_).downstream_end.value();
  int64_t true_position = std::numeric_limits<int64_t>::max();
  int64_t above = std::numeric_limits<int64_t>::max();
  for (int64_t u = source_end_ + 2; u >= 0; --u) {
    if (const auto copy = newest_.find(u); copy != newest_.end()) {
      true_position = std::min(true_position, copy->second);
    }
    const Translation t = store.Translate(tp_, UpstreamOffset(u));
    if (!t.known()) continue;
    ASSERT_LE(t.offset.value(), true_position)
        << tp_.ToString() << " at " << u << " is past its true position";
    ASSERT_LE(t.offset.value(), above)
        << tp_.ToString() << " at " << u << " is above that of " << u + 1;
    above = t.offset.value();
    if (!t.exact()) continue;
    for (auto it = upstream_.lower_bound(t.offset.value());
         it != upstream_.end() && it->first < indexed_end; ++it) {
      ASSERT_GE(it->second, u)
          << tp_.ToString() << " at " << u << " is said to be exactly "
          << t.offset.value() << ", and at " << it->first
          << " stands an earlier record";
    }
  }
}

void TranslationCheck::ExpectSafe(UpstreamOffset u, DownstreamOffset d) const {
  for (auto it = newest_.lower_bound(u.value()); it != newest_.end(); ++it) {
    ASSERT_LE(d.value(), it->second) << tp_.ToString() << " at " << u.value()
                                     << " misses the record at " << it->first;
  }
}

void TranslationCheck::ExpectExact(const OffsetSyncStore& store) const {
  for (const auto& [u, d] : newest_) {
    const Translation expected{DownstreamOffset(d), Exactness::kExact};
    ASSERT_EQ(store.Translate(tp_, UpstreamOffset(u)), expected)
        << tp_.ToString() << " at " << u;
  }
}

ClientView::ClientView(const FakeCluster* target, std::string index_topic,
                       std::string syncs_topic)
    : target_(target),
      index_topic_(std::move(index_topic)),
      syncs_topic_(std::move(syncs_topic)) {}

void ClientView::CatchUp() {
  for (const Record& record : ReadOn(index_topic_)) {
    std::optional<absl::string_view> value;
    if (record.value.has_value()) value = *record.value;
    ASSERT_TRUE(store_.ApplyIndexRecord(*record.key, value).ok());
  }
  for (const Record& record : ReadOn(syncs_topic_)) {
    const auto sync = OffsetSync::Decode(*record.key, *record.value);
    ASSERT_TRUE(sync.ok() && sync->has_value());
    store_.ApplySync(**sync);
  }
}

std::vector<Record> ClientView::ReadOn(const std::string& topic) {
  std::vector<Record> added;
  for (int32_t i = 0; i < target_->PartitionCount(topic); ++i) {
    const std::vector<Record> records = target_->Records({topic, i});
    size_t& read = read_[{topic, i}];
    added.insert(added.end(), records.begin() + read, records.end());
    read = records.size();
  }
  return added;
}

}  // namespace mirror::internal
