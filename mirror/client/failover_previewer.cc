// SPDX-License-Identifier: Apache-2.0

#include "mirror/client/failover_previewer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/checkpoint/checkpoint_translator.h"
#include "mirror/client/deadline.h"
#include "mirror/client/followed_topic.h"
#include "mirror/cluster/record_source.h"
#include "mirror/progress/progress_store.h"

namespace mirror::internal {
namespace {

constexpr char kClientId[] = "mirror-client-preview";
// Reading one record of each partition is worth no more.
constexpr absl::Duration kReadOldest = absl::Seconds(10);
constexpr absl::Duration kPause = absl::Milliseconds(10);

}  // namespace

FailoverPreviewer::FailoverPreviewer(PreviewRequest request)
    : request_(std::move(request)) {}

absl::StatusOr<FailoverPreview> FailoverPreviewer::Run() {
  const auto next = ReadProgress();
  if (!next.ok()) return next.status();
  preview_.source = request_.source == nullptr
                        ? absl::UnavailableError("the source was not asked")
                        : AskSource(*next);
  if (!preview_.source.ok()) {
    for (const auto& [partition, offset] : *next) {
      UncopiedRecords& uncopied = preview_.partitions[partition];
      if (!uncopied.records.has_value() && uncopied.reason.empty()) {
        uncopied.reason = std::string(preview_.source.message());
      }
    }
  }
  const absl::Status status = PreviewGroups();
  if (!status.ok()) return status;
  return std::move(preview_);
}

absl::StatusOr<FailoverPreviewer::SourceOffsets>
FailoverPreviewer::ReadProgress() {
  const std::string topic =
      request_.progress_topic.empty()
          ? absl::StrCat("mm2-offsets.", request_.source_alias, ".internal")
          : request_.progress_topic;
  ProgressStore store(request_.source_alias);
  FollowedTopic progress(request_.target, topic, request_.clock, request_.log);
  const absl::Status status = progress.CatchUp(
      request_.deadline,
      [&store](const RecordView& record) {
        store.Apply(record);
        return absl::OkStatus();
      },
      [this, &store] { store = ProgressStore(request_.source_alias); });
  if (!status.ok()) return status;
  SourceOffsets next;
  for (const auto& [partition, offset] : store.offsets()) {
    next[partition] = UpstreamOffset(offset.value() + 1);
  }
  return next;
}

absl::StatusOr<std::vector<TopicPartition>> FailoverPreviewer::SourcePartitions(
    ClusterAdmin* admin, const SourceOffsets& next) const {
  const auto topics = admin->ListTopics();
  if (!topics.ok()) return topics.status();
  std::set<std::string> copied;
  for (const auto& [partition, offset] : next) copied.insert(partition.topic);
  std::vector<TopicPartition> partitions;
  for (const TopicDescription& topic : *topics) {
    const bool wanted = request_.copies_topic != nullptr
                            ? request_.copies_topic(topic.name)
                            : copied.count(topic.name) > 0;
    if (!wanted) continue;
    for (int32_t i = 0; i < topic.partitions; ++i) {
      partitions.push_back({topic.name, i});
    }
  }
  return partitions;
}

absl::Status FailoverPreviewer::AskSource(const SourceOffsets& next) {
  const auto admin = request_.source->NewAdmin(kClientId);
  if (!admin.ok()) return admin.status();
  const auto partitions = SourcePartitions(admin->get(), next);
  if (!partitions.ok()) return partitions.status();
  const auto starts = (*admin)->ListOffsets(*partitions, OffsetSpec::kEarliest);
  const auto ends = (*admin)->ListOffsets(*partitions, OffsetSpec::kLatest);
  SourceOffsets positions;
  for (size_t i = 0; i < partitions->size(); ++i) {
    const TopicPartition& partition = (*partitions)[i];
    UncopiedRecords& uncopied = preview_.partitions[partition];
    if (!starts[i].ok() || !ends[i].ok()) {
      uncopied.reason = std::string(
          (starts[i].ok() ? ends[i] : starts[i]).status().message());
      continue;
    }
    const auto progress = next.find(partition);
    // What retention deleted is lost already, and in the ledger.
    const int64_t first = progress == next.end()
                              ? *starts[i]
                              : std::max(progress->second.value(), *starts[i]);
    uncopied.records = std::max<int64_t>(*ends[i] - first, 0);
    if (*uncopied.records > 0) positions[partition] = UpstreamOffset(first);
  }
  const absl::Status status = ReadOldest(positions);
  return status.ok() ? AskSourceGroups() : status;
}

absl::Status FailoverPreviewer::ReadOldest(const SourceOffsets& positions) {
  if (positions.empty()) return absl::OkStatus();
  SourceOptions options;
  options.client_id = kClientId;
  const auto source = request_.source->NewSource(options);
  if (!source.ok()) return source.status();
  std::vector<StartPosition> starts;
  for (const auto& [partition, offset] : positions) {
    starts.push_back({partition, offset});
  }
  absl::Status status = (*source)->Assign(starts);
  std::set<TopicPartition> waiting;
  for (const StartPosition& start : starts) {
    waiting.insert(start.topic_partition);
  }
  const absl::Time end =
      std::min(request_.deadline, request_.clock->Now() + kReadOldest);
  while (status.ok() && !waiting.empty() &&
         WaitFor(request_.clock, kPause, end)) {
    Fetched fetched;
    status = (*source)->Poll(kPause, &fetched);
    std::vector<TopicPartition> done;
    for (const auto& batch : fetched.batches) {
      const TopicPartition& partition = batch->topic_partition();
      if (waiting.count(partition) == 0) continue;
      done.push_back(partition);
      const int64_t written_ms = batch->View(0).timestamp_ms;
      if (written_ms < 0) continue;
      preview_.partitions[partition].oldest_age = std::max(
          request_.clock->WallTime() - absl::FromUnixMillis(written_ms),
          absl::ZeroDuration());
    }
    for (const PartitionEvent& event : fetched.events) {
      done.push_back(event.topic_partition);
    }
    for (const TopicPartition& partition : done) waiting.erase(partition);
    if (!done.empty() && status.ok()) status = (*source)->Unassign(done);
  }
  return status;
}

absl::Status FailoverPreviewer::AskSourceGroups() {
  const auto admin = request_.source->NewGroupAdmin(kClientId);
  if (!admin.ok()) return admin.status();
  auto listed = (*admin)->ListGroups();
  if (!listed.ok()) return listed.status();
  listed->erase(std::remove_if(listed->begin(), listed->end(),
                               [this](const std::string& group) {
                                 return !IsWanted(group);
                               }),
                listed->end());
  const auto offsets = (*admin)->ListGroupOffsets(*listed);
  std::map<std::string, GroupOffsets> commits;
  for (size_t i = 0; i < listed->size(); ++i) {
    if (!offsets[i].ok()) return offsets[i].status();
    commits[(*listed)[i]] = *offsets[i];
  }
  source_commits_ = std::move(commits);
  return absl::OkStatus();
}

bool FailoverPreviewer::IsWanted(const std::string& group) const {
  if (!request_.group.empty()) return group == request_.group;
  return request_.translates_group == nullptr ||
         request_.translates_group(group);
}

absl::Status FailoverPreviewer::PreviewGroups() {
  auto listed = request_.groups();
  // A flow may write no checkpoints.
  if (!listed.ok() && !absl::IsNotFound(listed.status())) {
    return listed.status();
  }
  std::set<std::string> with_checkpoints;
  if (listed.ok()) {
    for (const std::string& group : *listed) {
      if (IsWanted(group)) with_checkpoints.insert(group);
    }
  }
  const std::vector<std::string> groups(with_checkpoints.begin(),
                                        with_checkpoints.end());
  const auto states = request_.group_admin->DescribeGroups(groups);
  for (size_t i = 0; i < groups.size(); ++i) {
    if (!states[i].ok()) return states[i].status();
    absl::Status status = PreviewGroup(groups[i], *states[i]);
    if (!status.ok()) return status;
  }
  const auto add_missing = [&](const std::string& group) {
    if (with_checkpoints.count(group) > 0) return;
    GroupPreview missing;
    missing.group = group;
    missing.skipped_reason =
        "has no checkpoint: it committed less than a minute ago, or the flow's "
        "group filter excludes it, or it read no topic of the flow";
    preview_.groups.push_back(std::move(missing));
  };
  if (!request_.group.empty()) {
    add_missing(request_.group);
  } else if (request_.translates_group != nullptr &&
             source_commits_.has_value()) {
    for (const auto& [group, offsets] : *source_commits_) {
      const bool reads_a_copied_topic = std::any_of(
          offsets.begin(), offsets.end(), [this](const auto& entry) {
            return preview_.partitions.count(entry.first) > 0;
          });
      if (reads_a_copied_topic) add_missing(group);
    }
  }
  std::sort(preview_.groups.begin(), preview_.groups.end(),
            [](const GroupPreview& a, const GroupPreview& b) {
              return a.group < b.group;
            });
  return absl::OkStatus();
}

absl::Status FailoverPreviewer::PreviewGroup(const std::string& group,
                                             GroupState state) {
  const auto positions = request_.translate(group);
  if (!positions.ok()) return positions.status();
  GroupPreview preview;
  preview.group = group;
  for (const auto& [partition, position] : *positions) {
    ++(position.exact()   ? preview.exact
       : position.known() ? preview.lower_bound
                          : preview.unknown);
  }
  if (state == GroupState::kActive) {
    preview.skipped_reason =
        "has members on the target, so no offset is written there: it "
        "continues where it is; stop its consumers to have it moved";
  } else if (preview.unknown > 0) {
    preview.skipped_reason = absl::StrCat(
        "no safe position is known in ", preview.unknown, " of ",
        positions->size(),
        " partitions: their topics were recreated or truncated on the target, "
        "or are not there; start them at their beginning");
  }
  if (source_commits_.has_value()) {
    const auto rereads = CountRereads(group, *positions);
    if (!rereads.ok()) return rereads.status();
    preview.rereads = *rereads;
  }
  preview_.groups.push_back(std::move(preview));
  return absl::OkStatus();
}

absl::StatusOr<int64_t> FailoverPreviewer::CountRereads(
    const std::string& group, const GroupPositions& positions) const {
  const auto commits = source_commits_->find(group);
  int64_t rereads = 0;
  std::vector<TopicPartition> inexact;
  for (const auto& [partition, position] : positions) {
    if (!position.known()) continue;
    if (!position.exact()) {
      inexact.push_back(partition);
      continue;
    }
    const auto source =
        SourcePartition(*request_.policy, request_.source_alias, partition);
    if (commits == source_commits_->end() || !source.has_value()) continue;
    const auto commit = commits->second.find(*source);
    if (commit == commits->second.end()) continue;
    rereads +=
        std::max<int64_t>(commit->second.offset - position.upstream.value(), 0);
  }
  // From a lower bound to the end, in the worst case.
  const auto ends = request_.admin->ListOffsets(inexact, OffsetSpec::kLatest);
  for (size_t i = 0; i < inexact.size(); ++i) {
    if (!ends[i].ok()) return ends[i].status();
    rereads += std::max<int64_t>(
        *ends[i] - positions.at(inexact[i]).offset.value(), 0);
  }
  return rereads;
}

}  // namespace mirror::internal
