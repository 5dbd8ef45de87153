// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/copy_recorder.h"

namespace mirror::internal {

void CopyRecorder::Copied(const TopicPartition& source,
                          const effect::Copied& copied) {
  if (source_ != &source) Flush();
  if (copied_.empty()) source_end_ = copied.source_end;
  source_ = &source;
  copied_.push_back(copied.range);
}

void CopyRecorder::BeginRun(const TopicPartition& source,
                            const effect::BeginRun& run) {
  Flush();
  if (run.from_start) index_->StartOver(source);
  if (run.target_log.has_value()) {
    index_->Begin(source, run.first, *run.target_log);
  }
  index_->Resume(source, run.first, run.unindexed);
}

void CopyRecorder::ForgetCopies(const TopicPartition& source) {
  Flush();
  index_->StartOver(source);
}

void CopyRecorder::Skipped(const TopicPartition& source, SkippedRange range) {
  Flush();
  // Nothing of it will be copied, so positions in it are exact.
  if (range.reason == SkipReason::kSourceLost ||
      range.reason == SkipReason::kRefused ||
      range.reason == SkipReason::kDeadLettered) {
    index_->Pass(source, range.end);
  }
  index_->Skip(source, std::move(range));
}

void CopyRecorder::Flush() {
  if (copied_.empty()) return;
  index_->Append(*source_, copied_, source_end_);
  if (on_copied_) {
    for (const CopiedRange& range : copied_) {
      on_copied_(*source_, range.upstream, range.downstream, range.count);
    }
  }
  copied_.clear();
  source_ = nullptr;
}

DownstreamOffset CopyRecorder::IndexedEnd(const TopicPartition& source) {
  Flush();
  return index_->Stats(source).indexed_end;
}

std::optional<DownstreamOffset> CopyRecorder::CopiesFrom(
    const TopicPartition& source, UpstreamOffset first) {
  Flush();
  const OffsetSyncStore::PartitionStats stats = index_->Stats(source);
  // MM2's syncs are samples, and an index behind the progress lacks copies of
  // records before `first`.
  const bool is_complete = stats.runs > 0 && first <= stats.upstream_end &&
                           stats.indexed_end == stats.downstream_end;
  if (!is_complete) return std::nullopt;
  if (first == stats.upstream_end) return stats.indexed_end;
  const Translation position = index_->Translate(source, first);
  return position.exact() ? std::make_optional(position.offset) : std::nullopt;
}

BackTranslation CopyRecorder::TranslateBack(const TopicPartition& source,
                                            DownstreamOffset target) {
  Flush();
  return index_->TranslateBack(source, target);
}

}  // namespace mirror::internal
