// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/first_look.h"

#include <cstdint>
#include <memory>

#include "absl/strings/str_cat.h"
#include "mirror/cluster/errors.h"
#include "mirror/progress/connect_offset.h"
#include "mirror/progress/flow_note.h"
#include "mirror/replication/skip_status.h"

namespace mirror::internal {

std::vector<TopicPartition> SelectedPartitions(
    const TopicSelection& selection,
    const std::vector<TopicDescription>& topics) {
  std::vector<TopicPartition> selected;
  for (const TopicDescription& topic : topics) {
    if (!ShouldReplicateTopic(selection, topic.name)) continue;
    for (int32_t i = 0; i < topic.partitions; ++i) {
      selected.push_back({topic.name, i});
    }
  }
  return selected;
}

FirstLook::FirstLook(FirstLookOptions options, ClusterAdmin* source,
                     Clock* clock, ProgressStore* progress,
                     OffsetSyncStore* index, MemoryWriter* writer)
    : options_(std::move(options)),
      source_(source),
      clock_(clock),
      progress_(progress),
      index_(index),
      writer_(writer) {}

void FirstLook::Look(const std::vector<TopicPartition>& selected) {
  if (done() || ending_) return;
  if (!std::exchange(began_, true)) {
    // MirrorMaker 2, or a version without first looks, ran the flow before.
    late_ = !progress_->offsets().empty() ||
            (options_.others != nullptr && !options_.others->offsets().empty());
    for (const TopicPartition& source : selected) {
      if (options_.delivery.start_at == StartAt::kEarliest) break;
      if (!HasProgress(source)) pending_.insert(source);
    }
  }
  Store(AskForStarts());
  late_ = true;
  if (pending_.empty()) StoreTheEnd();
}

bool FirstLook::HasProgress(const TopicPartition& source) const {
  return progress_->offsets().count(source) > 0 ||
         (options_.others != nullptr &&
          options_.others->offsets().count(source) > 0);
}

std::vector<FirstLook::Start> FirstLook::AskForStarts() {
  error_ = absl::OkStatus();
  std::vector<TopicPartition> waiting;
  for (const TopicPartition& source : pending_) {
    if (storing_.count(source) == 0) waiting.push_back(source);
  }
  std::vector<Start> starts;
  if (waiting.empty()) return starts;
  const auto log_starts = source_->ListOffsets(waiting, OffsetSpec::kEarliest);
  const auto ends = source_->ListOffsets(
      waiting, options_.delivery.read_committed ? OffsetSpec::kLatest
                                                : OffsetSpec::kLogEnd);
  for (size_t i = 0; i < waiting.size(); ++i) {
    const absl::Status& status =
        ends[i].ok() ? log_starts[i].status() : ends[i].status();
    if (status.ok()) {
      starts.push_back({waiting[i], UpstreamOffset(*log_starts[i]),
                        UpstreamOffset(*ends[i])});
    } else if (absl::IsNotFound(status)) {
      pending_.erase(waiting[i]);
    } else {
      error_.Update(Annotate(
          status,
          absl::StrCat("cluster ", options_.source_alias,
                       ": asking where the log of ", waiting[i].ToString(),
                       " ends, to begin there")));
    }
  }
  return starts;
}

void FirstLook::Store(const std::vector<Start>& starts) {
  if (starts.empty()) return;
  MemoryRecords records;
  std::vector<TopicPartition> sources;
  for (const Start& start : starts) {
    storing_.insert(start.source);
    sources.push_back(start.source);
    records.progress.push_back(
        {progress_->KeyOf(start.source).Encode(),
         EncodeConnectOffsetValue(start.at - 1, /*copied=*/false)});
    if (late_ && start.log_start < start.at) LeaveOut(start);
  }
  // No loop has them yet, so nothing else writes what the index lacks of them.
  auto flush = index_->PrepareFlush(sources);
  auto written = std::make_shared<IndexFlush>();
  if (flush.ok()) *written = *std::move(flush);
  records.index = written->records();
  writer_->Write(std::move(records), [this, starts, written] {
    index_->CommitFlush(*written);
    Settle(starts);
  });
}

void FirstLook::LeaveOut(const Start& start) {
  SkippedRange range;
  range.first = start.log_start;
  range.end = start.at;
  range.records = start.at - start.log_start;
  range.reason = SkipReason::kBeforeStart;
  range.time = clock_->WallTime();
  range.detail = absl::StrCat(
      "source records ", start.log_start.value(), " to ", start.at.value() - 1,
      " are skipped, as auto.offset.reset is latest and it is not stored that "
      "the flow knew the partition before");
  if (options_.on_event) {
    EngineEvent event(EngineEvent::Kind::kSourceGap, LogLevel::kWarning,
                      options_.flow, range.detail);
    event.partition = start.source;
    event.skipped = ToStatus(range);
    options_.on_event(std::move(event));
  }
  index_->Skip(start.source, std::move(range));
}

void FirstLook::Settle(const std::vector<Start>& starts) {
  for (const Start& start : starts) {
    progress_->SetStart(start.source, start.at);
    pending_.erase(start.source);
    storing_.erase(start.source);
  }
}

void FirstLook::StoreTheEnd() {
  ending_ = true;
  const FlowNote note{options_.source_alias, "", clock_->WallTime()};
  MemoryRecords records;
  records.progress.push_back({note.EncodeKey(), note.EncodeValue()});
  writer_->Write(std::move(records), [this] { progress_->SetLooked(); });
}

}  // namespace mirror::internal
