// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/target_logs.h"

#include <algorithm>
#include <vector>

#include "absl/memory/memory.h"
#include "mirror/checkpoint/index_contradiction.h"
#include "mirror/cluster/errors.h"
#include "mirror/sync/offset_sync_store.h"

namespace mirror::internal {

absl::StatusOr<std::unique_ptr<TargetLogs>> TargetLogs::Create(
    Cluster* target, const std::string& client_id,
    const CheckpointTranslator* translator) {
  absl::StatusOr<std::unique_ptr<ClusterAdmin>> admin =
      target->NewAdmin(client_id);
  if (!admin.ok()) return admin.status();
  return absl::WrapUnique(new TargetLogs(*std::move(admin), translator));
}

absl::Status TargetLogs::Look(const std::set<TopicPartition>& targets) {
  logs_.clear();
  if (targets.empty()) return absl::OkStatus();
  const std::vector<TopicPartition> all(targets.begin(), targets.end());
  std::vector<std::string> names;
  for (const TopicPartition& tp : all) {
    if (names.empty() || names.back() != tp.topic) names.push_back(tp.topic);
  }
  const auto described = admin_->DescribeTopics(names);
  const auto ends = admin_->ListOffsets(all, OffsetSpec::kLogEnd);
  absl::Status outage = described.front().status();
  std::set<std::string> missing;
  std::map<std::string, const absl::StatusOr<TopicDescription>*> topics;
  for (size_t i = 0; i < names.size(); ++i) {
    topics[names[i]] = &described[i];
    if (absl::IsNotFound(described[i].status())) missing.insert(names[i]);
    if (!IsRetriable(described[i].status()) &&
        !absl::IsCancelled(described[i].status())) {
      outage = absl::OkStatus();
    }
  }
  for (size_t i = 0; i < all.size(); ++i) {
    Log& log = logs_[all[i]];
    log.copies = CopiesIn(all[i], *topics[all[i].topic]);
    if (log.copies != Copies::kThere) continue;
    if (ends[i].ok()) {
      log.end = DownstreamOffset(*ends[i]);
    } else if (!absl::IsPermissionDenied(ends[i].status())) {
      log.copies = Copies::kUnsure;
    }
  }
  missing_ = std::move(missing);
  return outage;
}

TargetLogs::Copies TargetLogs::CopiesIn(
    const TopicPartition& target,
    const absl::StatusOr<TopicDescription>& topic) const {
  if (absl::IsNotFound(topic.status())) {
    return missing_.count(target.topic) > 0 ? Copies::kGone : Copies::kUnsure;
  }
  if (!topic.ok()) {
    return absl::IsPermissionDenied(topic.status()) ? Copies::kThere
                                                    : Copies::kUnsure;
  }
  const auto source = translator_->SourcePartition(target);
  if (!source.has_value() || topic->id.empty()) return Copies::kThere;
  const std::string copied_to = translator_->offsets().TargetTopicId(*source);
  return copied_to.empty() || copied_to == topic->id ? Copies::kThere
                                                     : Copies::kGone;
}

TargetLogs::Verdict TargetLogs::Judge(const Checkpoint& checkpoint) const {
  const auto log = logs_.find(checkpoint.topic_partition);
  if (log == logs_.end()) return Verdict::kUnsure;
  if (log->second.copies == Copies::kUnsure) return Verdict::kUnsure;
  if (log->second.copies == Copies::kGone) return Verdict::kStale;
  if (log->second.end.has_value() && checkpoint.downstream > log->second.end) {
    return Verdict::kStale;
  }
  const auto source = translator_->SourcePartition(checkpoint.topic_partition);
  const bool contradicted =
      source.has_value() &&
      IndexContradicts(translator_->offsets(), *source, checkpoint.upstream,
                       checkpoint.downstream);
  return contradicted ? Verdict::kStale : Verdict::kHolds;
}

std::optional<DownstreamOffset> TargetLogs::End(
    const TopicPartition& target) const {
  const auto log = logs_.find(target);
  return log == logs_.end() ? std::nullopt : log->second.end;
}

absl::StatusOr<std::optional<TranslatedCheckpoint>> TargetLogs::Correct(
    const Checkpoint& stale) {
  const TopicPartition& target = stale.topic_partition;
  const auto log = logs_.find(target);
  if (log == logs_.end() || log->second.copies != Copies::kThere) {
    return std::nullopt;
  }
  TranslatedCheckpoint next{stale, Exactness::kLowerBound};
  const auto source = translator_->SourcePartition(target);
  if (source.has_value()) {
    const Translation index =
        translator_->offsets().Translate(*source, stale.upstream);
    if (index.known()) {
      next.checkpoint.downstream = index.offset;
      next.exactness = index.exactness;
      // The log lost its end, and it is not decided yet what happens: all at or
      // above the position is gone.
      if (log->second.end.has_value() && index.offset > log->second.end) {
        next.checkpoint.downstream = *log->second.end;
        next.exactness = Exactness::kLowerBound;
      }
      return next;
    }
  }
  // Nothing tells where; who begins at the log's start misses nothing.
  const auto start =
      admin_->ListOffsets({target}, OffsetSpec::kEarliest).front();
  if (!start.ok()) return start.status();
  next.checkpoint.downstream = DownstreamOffset(*start);
  return next;
}

}  // namespace mirror::internal
