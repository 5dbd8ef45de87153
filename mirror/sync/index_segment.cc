// SPDX-License-Identifier: Apache-2.0

#include "mirror/sync/index_segment.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "mirror/model/wire.h"
#include "mirror/sync/index_segment.pb.h"

namespace mirror::internal {
namespace {

constexpr uint32_t kFormatVersion = 1;
// Far above any log, and far enough below overflow for sums of offsets.
constexpr int64_t kMaxOffset = int64_t{1} << 62;

absl::Status Bad(absl::string_view problem) {
  return absl::InvalidArgumentError(
      absl::StrCat("Not an offset index segment: ", problem));
}

// Adds a delta to an offset that must stay within a log.
bool Advance(int64_t delta, int64_t* offset) {
  return !__builtin_add_overflow(*offset, delta, offset) && *offset >= 0 &&
         *offset <= kMaxOffset;
}

bool Advance(uint64_t delta, int64_t* offset) {
  return delta <= static_cast<uint64_t>(kMaxOffset) &&
         Advance(static_cast<int64_t>(delta), offset);
}

absl::Status ReadRuns(const internal::IndexSegmentProto& proto,
                      std::vector<OffsetRun>* runs) {
  const int count = proto.upstream_size();
  if (static_cast<size_t>(count) > IndexSegment::kMaxRuns) {
    return Bad(absl::StrCat(count, " runs"));
  }
  if (proto.downstream_size() != count || proto.length_size() != count ||
      proto.skipped_size() != count ||
      (proto.unindexed_size() != 0 && proto.unindexed_size() != count)) {
    return Bad("lists of different lengths");
  }
  int64_t u = 0;
  int64_t d = 0;
  runs->reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    if (!Advance(proto.upstream(i), &u) || !Advance(proto.downstream(i), &d)) {
      return Bad(absl::StrCat("run ", i, " starts outside of any log"));
    }
    OffsetRun run{UpstreamOffset(u), DownstreamOffset(d)};
    run.skipped = proto.skipped(i);
    run.unindexed = proto.unindexed_size() == 0 ? 0 : proto.unindexed(i);
    if (run.start() < UpstreamOffset(0) || !Advance(proto.length(i), &u) ||
        !Advance(proto.length(i), &d)) {
      return Bad(absl::StrCat("run ", i, " reaches outside of any log"));
    }
    run.length = u - run.upstream.value();
    runs->push_back(run);
  }
  return absl::OkStatus();
}

}  // namespace

std::string OffsetIndexTopic(absl::string_view source_alias) {
  return absl::StrCat("mm2-offset-index.", source_alias, ".internal");
}

absl::StatusOr<IndexSegmentKey> IndexSegmentKey::Decode(
    absl::string_view bytes) {
  internal::WireReader reader("offset index key", bytes);
  absl::string_view topic;
  int32_t partition = 0;
  int64_t first = 0;
  if (!reader.ReadString(&topic) || !reader.ReadPartition(&partition) ||
      !reader.ReadOffset(&first)) {
    return reader.status();
  }
  return IndexSegmentKey{{std::string(topic), partition},
                         UpstreamOffset(first)};
}

absl::StatusOr<std::string> IndexSegmentKey::Encode() const {
  internal::WireWriter writer;
  writer.PutString(topic_partition.topic);
  writer.PutInt32(topic_partition.partition);
  writer.PutInt64(first.value());
  return std::move(writer).Finish();
}

absl::StatusOr<IndexSegment> IndexSegment::Decode(absl::string_view bytes) {
  // Before parsing, so that memory is bounded whatever the bytes say.
  if (bytes.size() > kMaxBytes) {
    return Bad(absl::StrCat(bytes.size(), " bytes are too many"));
  }
  internal::IndexSegmentProto proto;
  if (!proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Bad("the protobuf does not parse");
  }
  if (proto.format_version() > kFormatVersion) {
    return absl::UnimplementedError(absl::StrCat(
        "Offset index segment of format version ", proto.format_version(),
        ": update this program, it reads versions up to ", kFormatVersion));
  }
  if (proto.format_version() == 0) return Bad("no format version");
  IndexSegment segment;
  segment.generation = proto.generation();
  segment.source.topic_id = proto.topic_id();
  segment.target_topic_id = proto.target_topic_id();
  if (proto.has_leader_epoch()) {
    if (proto.leader_epoch() < 0) return Bad("a negative leader epoch");
    segment.source.leader_epoch = proto.leader_epoch();
  }
  segment.began_here = proto.began_here();
  if (absl::Status read = ReadRuns(proto, &segment.runs); !read.ok()) {
    return read;
  }
  return segment;
}

std::string IndexSegment::Encode() const {
  internal::IndexSegmentProto proto;
  proto.set_format_version(kFormatVersion);
  proto.set_generation(generation);
  proto.set_topic_id(source.topic_id);
  proto.set_target_topic_id(target_topic_id);
  if (source.leader_epoch >= 0) proto.set_leader_epoch(source.leader_epoch);
  proto.set_began_here(began_here);
  UpstreamOffset u;
  DownstreamOffset d;
  const bool unindexed =
      std::any_of(runs.begin(), runs.end(),
                  [](const OffsetRun& run) { return run.unindexed != 0; });
  for (const OffsetRun& run : runs) {
    proto.add_upstream(run.upstream - u);
    proto.add_downstream(static_cast<uint64_t>(run.downstream - d));
    proto.add_length(static_cast<uint64_t>(run.length));
    proto.add_skipped(run.skipped);
    if (unindexed) proto.add_unindexed(run.unindexed);
    u = run.upstream_end();
    d = run.downstream_end();
  }
  return proto.SerializeAsString();
}

}  // namespace mirror::internal
