// SPDX-License-Identifier: Apache-2.0

#include "examples/topic_lines.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "mirror/checkpoint/checkpoint.h"
#include "mirror/heartbeat/heartbeat.h"
#include "mirror/sync/index_segment.h"
#include "mirror/sync/offset_sync.h"
#include "mirror/sync/skipped_range.h"

namespace mirror::internal {
namespace {

std::string KeyLine(const HeartbeatKey& key) {
  return absl::StrCat("Heartbeat{sourceClusterAlias=", key.source_alias,
                      ", targetClusterAlias=", key.target_alias, "}");
}

std::string KeyLine(const CheckpointKey& key) {
  return absl::StrCat("Checkpoint{consumerGroupId=", key.group,
                      ", topicPartition=", key.topic_partition.ToString(), "}");
}

std::string KeyLine(const TopicPartition& key) {
  return absl::StrCat("OffsetSync{topicPartition=", key.ToString(), "}");
}

// MM2's records, which all decode alike.
template <typename Codec>
absl::StatusOr<std::string> Format(absl::string_view key,
                                   std::optional<absl::string_view> value) {
  const auto record = Codec::Decode(key, value);
  if (!record.ok()) return record.status();
  if (record->has_value()) return (*record)->ToString();
  return absl::StrCat("deleted: ", KeyLine(*Codec::DecodeKey(key)));
}

std::string RunText(const OffsetRun& run) {
  std::string text = absl::StrCat(run.upstream.value(), "->",
                                  run.downstream.value(), "*", run.length);
  if (run.skipped > 0) absl::StrAppend(&text, " skipped ", run.skipped);
  if (run.unindexed > 0) absl::StrAppend(&text, " unindexed ", run.unindexed);
  return text;
}

absl::StatusOr<std::string> FormatSkipped(
    const SkippedRangeKey& key, std::optional<absl::string_view> value) {
  const std::string about = absl::StrCat(
      "SkippedRange{topicPartition=", key.topic_partition.ToString(),
      ", firstUpstreamOffset=", key.first.value(),
      ", generation=", key.generation, ", reason=", ToString(key.reason));
  if (!value.has_value()) return absl::StrCat("deleted: ", about, "}");
  const auto record = SkippedRangeRecord::Decode(key, *value);
  if (!record.ok()) return record.status();
  const SkippedRange& range = record->range;
  return absl::StrCat(about, ", endUpstreamOffset=", range.end.value(),
                      ", records=", range.records, ", time=",
                      absl::FormatTime(range.time, absl::UTCTimeZone()),
                      ", merged=", record->merged ? "true" : "false",
                      ", detail=", range.detail, "}");
}

absl::StatusOr<std::string> FormatIndex(
    absl::string_view key_bytes, std::optional<absl::string_view> value) {
  const auto skipped = SkippedRangeKey::Decode(key_bytes);
  if (skipped.ok()) return FormatSkipped(*skipped, value);
  if (absl::IsUnimplemented(skipped.status())) return skipped.status();
  const auto key = IndexSegmentKey::Decode(key_bytes);
  if (!key.ok()) return key.status();
  const std::string about = absl::StrCat(
      "OffsetIndex{topicPartition=", key->topic_partition.ToString(),
      ", firstUpstreamOffset=", key->first.value());
  if (!value.has_value()) return absl::StrCat("deleted: ", about, "}");
  const auto segment = IndexSegment::Decode(*value);
  if (!segment.ok()) return segment.status();
  return absl::StrCat(about, ", generation=", segment->generation,
                      ", beganHere=", segment->began_here ? "true" : "false",
                      ", topicId=", segment->source.topic_id,
                      ", leaderEpoch=", segment->source.leader_epoch,
                      ", targetTopicId=", segment->target_topic_id, ", runs=[",
                      absl::StrJoin(segment->runs, ", ",
                                    [](std::string* out, const OffsetRun& run) {
                                      absl::StrAppend(out, RunText(run));
                                    }),
                      "]}");
}

}  // namespace

std::optional<TopicKind> ParseTopicKind(absl::string_view name) {
  if (name == "heartbeats") return TopicKind::kHeartbeats;
  if (name == "checkpoints") return TopicKind::kCheckpoints;
  if (name == "offset-syncs") return TopicKind::kOffsetSyncs;
  if (name == "offset-index") return TopicKind::kOffsetIndex;
  return std::nullopt;
}

std::optional<TopicKind> DetectTopicKind(const ReplicationPolicy& policy,
                                         absl::string_view topic) {
  if (policy.IsHeartbeatsTopic(topic)) return TopicKind::kHeartbeats;
  if (policy.IsCheckpointsTopic(topic)) return TopicKind::kCheckpoints;
  if (absl::StartsWith(topic, "mm2-offset-index.")) {
    return TopicKind::kOffsetIndex;
  }
  if (absl::StartsWith(topic, "mm2-offset-syncs") &&
      policy.IsMm2InternalTopic(topic)) {
    return TopicKind::kOffsetSyncs;
  }
  return std::nullopt;
}

absl::StatusOr<std::string> FormatRecord(
    TopicKind kind, absl::string_view key,
    std::optional<absl::string_view> value) {
  switch (kind) {
    case TopicKind::kHeartbeats:
      return Format<Heartbeat>(key, value);
    case TopicKind::kCheckpoints:
      return Format<Checkpoint>(key, value);
    case TopicKind::kOffsetSyncs:
      return Format<OffsetSync>(key, value);
    case TopicKind::kOffsetIndex:
      return FormatIndex(key, value);
  }
  return absl::InternalError("no such kind");
}

}  // namespace mirror::internal
