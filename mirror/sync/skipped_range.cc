// SPDX-License-Identifier: Apache-2.0

#include "mirror/sync/skipped_range.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "mirror/model/wire.h"
#include "mirror/sync/skipped_range.pb.h"

namespace mirror::internal {
namespace {

constexpr uint32_t kFormatVersion = 1;
// Far above any log, and far enough below overflow for sums of offsets.
constexpr int64_t kMaxOffset = int64_t{1} << 62;
// More than any log ever had; the sum over all ranges of a partition fits, too.
constexpr int64_t kMaxRecords = int64_t{1} << 52;

absl::Status Bad(absl::string_view problem) {
  return absl::InvalidArgumentError(
      absl::StrCat("Not a skipped range: ", problem));
}

bool IsKnown(int16_t reason) {
  return reason >= 0 &&
         reason <= static_cast<int16_t>(SkipReason::kBeforeStart);
}

// Topics, logs and JSON can take it, whatever a broker put into a message.
void MakePrintable(std::string* text) {
  for (char& c : *text) {
    if (!absl::ascii_isprint(static_cast<unsigned char>(c))) c = '?';
  }
}

}  // namespace

SkippedRange Bounded(SkippedRange range) {
  const auto up_to = [](int64_t max, int64_t value) {
    return std::min(std::max(value, int64_t{0}), max);
  };
  range.first = UpstreamOffset(up_to(kMaxOffset, range.first.value()));
  range.end = std::max(range.first,
                       UpstreamOffset(up_to(kMaxOffset, range.end.value())));
  range.records = up_to(kMaxRecords, range.records);
  range.time = absl::FromUnixMillis(absl::ToUnixMillis(range.time));
  if (range.detail.size() > SkippedRange::kMaxDetail) {
    range.detail.resize(SkippedRange::kMaxDetail);
  }
  MakePrintable(&range.detail);
  return range;
}

absl::StatusOr<SkippedRangeKey> SkippedRangeKey::Decode(
    absl::string_view bytes) {
  internal::WireReader reader("skipped range key", bytes);
  absl::string_view topic;
  int32_t partition = 0;
  int64_t inverted = 0;
  int32_t generation = 0;
  int16_t reason = 0;
  if (!reader.ReadString(&topic) || !reader.ReadPartition(&partition) ||
      !reader.ReadInt64(&inverted) || !reader.ReadInt32(&generation) ||
      !reader.ReadInt16(&reason)) {
    return reader.status();
  }
  const int64_t first = ~inverted;
  constexpr size_t kAfterTopic = 4 + 8 + 4 + 2;
  if (first < 0 || first > kMaxOffset ||
      bytes.size() != sizeof(int16_t) + topic.size() + kAfterTopic) {
    return Bad("the key is of another kind");
  }
  if (!IsKnown(reason)) {
    return absl::UnimplementedError(
        absl::StrCat("Skipped range for reason ", reason,
                     ", which this program does not know: update it"));
  }
  return SkippedRangeKey{{std::string(topic), partition},
                         static_cast<uint32_t>(generation),
                         UpstreamOffset(first),
                         static_cast<SkipReason>(reason)};
}

absl::StatusOr<std::string> SkippedRangeKey::Encode() const {
  internal::WireWriter writer;
  writer.PutString(topic_partition.topic);
  writer.PutInt32(topic_partition.partition);
  // Negative, which no offset of a segment is. A reader of segments does not
  // look at what follows, and would take a tombstone for a segment's.
  writer.PutInt64(~first.value());
  writer.PutInt32(static_cast<int32_t>(generation));
  writer.PutInt16(static_cast<int16_t>(reason));
  return std::move(writer).Finish();
}

absl::StatusOr<SkippedRangeRecord> SkippedRangeRecord::Decode(
    const SkippedRangeKey& key, absl::string_view value) {
  // Before parsing, so that memory is bounded whatever the bytes say.
  if (value.size() > kMaxBytes) {
    return Bad(absl::StrCat(value.size(), " bytes are too many"));
  }
  internal::SkippedRangeProto proto;
  if (!proto.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
    return Bad("the protobuf does not parse");
  }
  if (proto.format_version() > kFormatVersion) {
    return absl::UnimplementedError(absl::StrCat(
        "Skipped range of format version ", proto.format_version(),
        ": update this program, it reads versions up to ", kFormatVersion));
  }
  if (proto.format_version() == 0) return Bad("no format version");
  constexpr auto kMax = static_cast<uint64_t>(kMaxOffset);
  if (proto.length() > kMax - static_cast<uint64_t>(key.first.value()) ||
      proto.records() > static_cast<uint64_t>(kMaxRecords)) {
    return Bad("it reaches outside of any log");
  }
  SkippedRangeRecord record;
  record.range.first = key.first;
  record.range.end = key.first + static_cast<int64_t>(proto.length());
  record.range.records = static_cast<int64_t>(proto.records());
  record.range.reason = key.reason;
  record.range.time = absl::FromUnixMillis(proto.time_ms());
  record.range.detail = std::move(*proto.mutable_detail());
  record.range = Bounded(std::move(record.range));
  record.merged = proto.merged();
  return record;
}

std::string SkippedRangeRecord::Encode() const {
  internal::SkippedRangeProto proto;
  proto.set_format_version(kFormatVersion);
  proto.set_length(static_cast<uint64_t>(range.end - range.first));
  proto.set_records(static_cast<uint64_t>(range.records));
  proto.set_time_ms(absl::ToUnixMillis(range.time));
  proto.set_detail(range.detail);
  proto.set_merged(merged);
  return proto.SerializeAsString();
}

}  // namespace mirror::internal
