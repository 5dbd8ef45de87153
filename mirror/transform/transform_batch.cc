// SPDX-License-Identifier: Apache-2.0

#include "mirror/transform/transform_batch.h"

#include <utility>

#include "absl/status/statusor.h"

namespace mirror::internal {
namespace {

absl::StatusOr<RecordVerdict> Judge(
    const TopicPartition& source,
    absl::Span<const std::shared_ptr<const RecordTransform>> transforms,
    Record& record) {
  for (const auto& transform : transforms) {
    absl::StatusOr<RecordVerdict> verdict =
        transform->Transform(source, record);
    if (!verdict.ok() || *verdict == RecordVerdict::kDrop) return verdict;
  }
  return RecordVerdict::kKeep;
}

}  // namespace

TransformedBatch TransformBatch(
    const RecordBatch& batch,
    absl::Span<const std::shared_ptr<const RecordTransform>> transforms) {
  TransformedBatch result;
  result.through = batch.last_offset();
  std::vector<Record> kept;
  for (int64_t i = 0; i < batch.count(); ++i) {
    Record record = batch.ToRecord(i);
    const UpstreamOffset offset = record.offset;
    result.failure = batch.Shows(i);
    if (!result.failure.ok()) {
      result.hidden = true;
      result.through = offset - 1;
      break;
    }
    const absl::StatusOr<RecordVerdict> verdict =
        Judge(batch.topic_partition(), transforms, record);
    if (!verdict.ok()) {
      result.through = offset - 1;
      result.failure = verdict.status();
      break;
    }
    if (*verdict == RecordVerdict::kDrop) {
      ++result.dropped;
      continue;
    }
    record.offset = offset;  // not the transform's to change
    kept.push_back(std::move(record));
  }
  if (!kept.empty()) {
    result.kept = std::make_unique<OwnedRecordBatch>(
        batch.topic_partition(), std::move(kept), batch.leader_epoch());
  }
  return result;
}

}  // namespace mirror::internal
