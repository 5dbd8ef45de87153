// SPDX-License-Identifier: Apache-2.0

#include "mirror/sync/offset_sync_store.h"

#include <algorithm>
#include <limits>

namespace mirror {
namespace {

// Far above any log, and far enough below overflow for sums of offsets.
bool IsInLog(int64_t offset) {
  return offset >= 0 && offset < int64_t{1} << 62;
}

}  // namespace

OffsetSyncStore::Partition& OffsetSyncStore::GetPartition(
    const TopicPartition& tp) {
  std::unique_ptr<Partition>& partition = partitions_[tp];
  if (partition == nullptr) {
    partition = std::make_unique<Partition>(options_.max_runs_per_partition);
  }
  return *partition;
}

const OffsetSyncStore::Partition* OffsetSyncStore::FindPartition(
    const TopicPartition& tp) const {
  const auto found = partitions_.find(tp);
  return found == partitions_.end() ? nullptr : found->second.get();
}

void OffsetSyncStore::Begin(const TopicPartition& tp, UpstreamOffset u,
                            TargetLog target) {
  MutexLock lock(&mu_);
  Partition& partition = GetPartition(tp);
  if (!partition.runs.empty()) return;
  const bool first_ever = target.start == target.end;
  partition.runs.Begin(u, target.start, first_ever);
  if (!first_ever)
    partition.runs.Resume(u, internal::UnindexedCopies::kPossible);
  partition.indexed_end = partition.runs.downstream_end();
}

void OffsetSyncStore::Resume(const TopicPartition& tp, UpstreamOffset u,
                             internal::UnindexedCopies unindexed) {
  MutexLock lock(&mu_);
  GetPartition(tp).runs.Resume(u, unindexed);
}

bool OffsetSyncStore::Append(const TopicPartition& tp,
                             absl::Span<const CopiedRange> copied,
                             UpstreamOffset source_end) {
  MutexLock lock(&mu_);
  Partition& partition = GetPartition(tp);
  bool same_target = true;
  for (const CopiedRange& range : copied) {
    const auto append = [&] {
      return partition.runs.Append(range.upstream, range.downstream,
                                   range.count, source_end);
    };
    if (!append()) {
      same_target &= GoBack(range.downstream, &partition);
      append();
    }
    partition.indexed_end = partition.runs.downstream_end();
  }
  return same_target;
}

bool OffsetSyncStore::GoBack(DownstreamOffset d, Partition* partition) {
  if (d < partition->indexed_end.value_or(DownstreamOffset())) {
    StartOverLocked(partition);
    return false;
  }
  // An ack is first-hand; a sync that lies past it is of another target log.
  ForgetSyncsFrom(d, partition);
  return true;
}

void OffsetSyncStore::Pass(const TopicPartition& tp, UpstreamOffset u) {
  MutexLock lock(&mu_);
  GetPartition(tp).runs.Pass(u);
}

void OffsetSyncStore::DropBelow(const TopicPartition& tp,
                                UpstreamOffset log_start) {
  MutexLock lock(&mu_);
  GetPartition(tp).runs.DropBelow(log_start);
}

void OffsetSyncStore::StartOver(const TopicPartition& tp) {
  MutexLock lock(&mu_);
  StartOverLocked(&GetPartition(tp));
}

void OffsetSyncStore::StartOverLocked(Partition* partition) {
  if (!partition->runs.empty()) {
    partition->next = std::max(partition->next.value_or(UpstreamOffset()),
                               partition->runs.upstream_end());
  }
  partition->runs.Clear();
  partition->ledger.OnStartedOver();
  ++partition->generation;
  // Of which source the progress is must be known without copies as well.
  ++partition->identity_changes;
  partition->indexed_end.reset();
}

void OffsetSyncStore::ForgetSyncsFrom(DownstreamOffset d,
                                      Partition* partition) {
  partition->runs.Erase(d,
                        DownstreamOffset(std::numeric_limits<int64_t>::max()));
}

void OffsetSyncStore::SetSource(const TopicPartition& tp,
                                internal::SourceIdentity source) {
  MutexLock lock(&mu_);
  SetSourceLocked(std::move(source), &GetPartition(tp));
}

void OffsetSyncStore::SetLeaderEpoch(const TopicPartition& tp,
                                     int32_t leader_epoch,
                                     std::optional<UpstreamOffset> next) {
  MutexLock lock(&mu_);
  Partition& partition = GetPartition(tp);
  partition.next = next;
  SetSourceLocked({partition.source.topic_id, leader_epoch}, &partition);
}

void OffsetSyncStore::SetSourceLocked(internal::SourceIdentity source,
                                      Partition* partition) {
  if (partition->source == source) return;
  partition->source = std::move(source);
  ++partition->identity_changes;
}

internal::SourceIdentity OffsetSyncStore::Source(
    const TopicPartition& tp) const {
  MutexLock lock(&mu_);
  const Partition* const partition = FindPartition(tp);
  return partition == nullptr ? internal::SourceIdentity() : partition->source;
}

void OffsetSyncStore::SetTargetTopicId(const TopicPartition& tp,
                                       std::string id) {
  MutexLock lock(&mu_);
  Partition& partition = GetPartition(tp);
  if (partition.target_topic_id == id) return;
  partition.target_topic_id = std::move(id);
  ++partition.identity_changes;
}

std::string OffsetSyncStore::TargetTopicId(const TopicPartition& tp) const {
  MutexLock lock(&mu_);
  const Partition* const partition = FindPartition(tp);
  return partition == nullptr ? std::string() : partition->target_topic_id;
}

void OffsetSyncStore::Skip(const TopicPartition& tp, SkippedRange range) {
  MutexLock lock(&mu_);
  Partition& partition = GetPartition(tp);
  partition.skips.Add(partition.generation, std::move(range));
}

std::vector<SkippedRange> OffsetSyncStore::Skipped(const TopicPartition& tp,
                                                   UpstreamOffset from) const {
  MutexLock lock(&mu_);
  const Partition* const partition = FindPartition(tp);
  if (partition == nullptr) return {};
  std::vector<SkippedRange> ranges = partition->skips.Of(partition->generation);
  const auto below = [from](const SkippedRange& range) {
    const bool mark = range.first == range.end;
    return mark ? range.end < from : range.end <= from;
  };
  ranges.erase(std::remove_if(ranges.begin(), ranges.end(), below),
               ranges.end());
  return ranges;
}

std::vector<SkippedRange> OffsetSyncStore::SkipHistory(
    const TopicPartition& tp) const {
  MutexLock lock(&mu_);
  const Partition* const partition = FindPartition(tp);
  if (partition == nullptr) return {};
  return partition->skips.All();
}

absl::Status OffsetSyncStore::ApplyIndexRecord(
    absl::string_view key, std::optional<absl::string_view> value) {
  const absl::StatusOr<internal::SkippedRangeKey> skip =
      internal::SkippedRangeKey::Decode(key);
  if (skip.ok()) return ApplySkip(*skip, value);
  if (absl::IsUnimplemented(skip.status())) return skip.status();
  absl::StatusOr<internal::IndexSegmentKey> decoded =
      internal::IndexSegmentKey::Decode(key);
  if (!decoded.ok()) return decoded.status();
  if (!value.has_value()) {
    ApplyTombstone(*decoded);
    return absl::OkStatus();
  }
  absl::StatusOr<internal::IndexSegment> segment =
      internal::IndexSegment::Decode(*value);
  if (!segment.ok()) return segment.status();
  ApplySegment(*decoded, *std::move(segment));
  return absl::OkStatus();
}

absl::Status OffsetSyncStore::ApplySkip(
    const internal::SkippedRangeKey& key,
    std::optional<absl::string_view> value) {
  absl::StatusOr<internal::SkippedRangeRecord> record;
  if (value.has_value()) {
    record = internal::SkippedRangeRecord::Decode(key, *value);
    if (!record.ok()) return record.status();
  }
  MutexLock lock(&mu_);
  if (!value.has_value()) {
    // What was forgotten before the start takes no memory again.
    if (FindPartition(key.topic_partition) == nullptr) return absl::OkStatus();
    GetPartition(key.topic_partition)
        .skips.OnTombstone({key.generation, key.first, key.reason});
    return absl::OkStatus();
  }
  Partition& partition = GetPartition(key.topic_partition);
  RaiseGeneration(key.generation, &partition);
  partition.skips.OnRead(key.generation, *record);
  return absl::OkStatus();
}

void OffsetSyncStore::RaiseGeneration(uint32_t generation,
                                      Partition* partition) {
  if (generation <= partition->generation) return;
  StartOverLocked(partition);
  ForgetIdentity(partition);
  partition->generation = generation;
}

void OffsetSyncStore::ForgetIdentity(Partition* partition) {
  partition->source = {};
  partition->next.reset();
  partition->target_topic_id.clear();
}

void OffsetSyncStore::ApplySegment(const internal::IndexSegmentKey& key,
                                   internal::IndexSegment segment) {
  MutexLock lock(&mu_);
  Partition& partition = GetPartition(key.topic_partition);
  if (segment.generation < partition.generation) return;
  RaiseGeneration(segment.generation, &partition);
  if (segment.runs.empty()) {
    partition.ledger.OnRead(key.first, {});
    if (partition.indexed_end.has_value()) return;
    partition.source = std::move(segment.source);
    partition.target_topic_id = std::move(segment.target_topic_id);
    partition.next = key.first;
    return;
  }
  const DownstreamOffset end = segment.runs.back().downstream_end();
  if (!partition.indexed_end.has_value()) {
    ForgetSyncsFrom(segment.runs.front().downstream, &partition);
  }
  const bool flushed = partition.ledger.IsFlushed(partition.runs);
  if (segment.began_here) {
    partition.runs.ApplyBegin(segment.runs.front().start());
  }
  partition.runs.Apply(segment.runs);
  partition.ledger.OnRead(key.first, segment.runs);
  if (flushed) {
    partition.ledger.SetFlushed(partition.runs);
  }
  if (end >= partition.indexed_end.value_or(end)) {
    partition.source = std::move(segment.source);
    partition.target_topic_id = std::move(segment.target_topic_id);
    partition.indexed_end = end;
  }
}

void OffsetSyncStore::ApplyTombstone(const internal::IndexSegmentKey& key) {
  MutexLock lock(&mu_);
  if (FindPartition(key.topic_partition) == nullptr) return;
  Partition& partition = GetPartition(key.topic_partition);
  const bool flushed = partition.ledger.IsFlushed(partition.runs);
  const auto gone = partition.ledger.OnTombstone(key.first);
  if (!gone.has_value()) return;
  partition.runs.Erase(gone->first, gone->end);
  if (partition.runs.empty()) {
    // What they were of is void with them.
    ForgetIdentity(&partition);
  }
  if (flushed) {
    partition.ledger.SetFlushed(partition.runs);
  }
}

void OffsetSyncStore::ApplySync(const internal::OffsetSync& sync) {
  if (!IsInLog(sync.upstream.value()) || !IsInLog(sync.downstream.value())) {
    return;
  }
  MutexLock lock(&mu_);
  Partition& partition = GetPartition(sync.topic_partition);
  const bool flushed = partition.ledger.IsFlushed(partition.runs);
  const bool indexed = partition.indexed_end.has_value();
  // Behind the index's end a sync of our own may be of a second copy: the first
  // was written, and the mirror killed, before the index had it. What is known
  // is a lower bound there, however the sync came about.
  if (indexed && sync.downstream >= partition.runs.downstream_end()) return;
  if (!partition.runs.ApplySync(sync.upstream, sync.downstream)) {
    if (indexed) return;
    partition.runs.Clear();
    partition.runs.ApplySync(sync.upstream, sync.downstream);
  }
  if (flushed && indexed) {
    partition.ledger.SetFlushed(partition.runs);
  }
}

Translation OffsetSyncStore::Translate(const TopicPartition& tp,
                                       UpstreamOffset u) const {
  MutexLock lock(&mu_);
  const Partition* const partition = FindPartition(tp);
  if (partition == nullptr) return Translation();
  const internal::OffsetRuns& runs = partition->runs;
  const Translation position = runs.Translate(u);
  if (position.known() || runs.empty()) return position;
  // All copies from there on were lost with an earlier log of the target, so
  // the first copy in this one is the next.
  for (const SkippedRange& range : partition->skips.Of(partition->generation)) {
    if (range.reason != SkipReason::kTargetLost || u < range.first) continue;
    return {runs.downstream_begin(),
            runs.catching_up() ? Exactness::kLowerBound : Exactness::kExact};
  }
  return position;
}

BackTranslation OffsetSyncStore::TranslateBack(const TopicPartition& tp,
                                               DownstreamOffset d) const {
  MutexLock lock(&mu_);
  const Partition* const partition = FindPartition(tp);
  return partition == nullptr ? BackTranslation()
                              : partition->runs.TranslateBack(d);
}

absl::StatusOr<IndexFlush> OffsetSyncStore::PrepareFlush(
    absl::Span<const TopicPartition> partitions) const {
  IndexFlush flush;
  for (const TopicPartition& tp : partitions) {
    MutexLock lock(&mu_);
    const Partition* const partition = FindPartition(tp);
    if (partition == nullptr) continue;
    absl::Status added = AddRecords(tp, *partition, &flush);
    if (!added.ok()) return added;
  }
  return flush;
}

absl::Status OffsetSyncStore::AddRecords(const TopicPartition& tp,
                                         const Partition& partition,
                                         IndexFlush* flush) {
  internal::SkipLedger::Plan skips = partition.skips.PlanFlush();
  internal::SegmentLedger::Plan segments = partition.ledger.PlanFlush(
      partition.runs,
      /*rewrite=*/partition.identity_changes > partition.identity_flushed,
      partition.next);
  if (skips.empty() && segments.empty()) return absl::OkStatus();
  // No segment past a gap without the reason for it.
  absl::Status added = flush->AddSkips(tp, skips);
  const bool identity = !segments.writes.empty();
  added.Update(flush->AddSegments(
      tp,
      {partition.generation, partition.source, partition.target_topic_id,
       /*began_here=*/false, /*runs=*/{}},
      &segments));
  if (!added.ok()) return added;
  flush->AddEntry(
      {tp, partition.generation, std::move(segments), std::move(skips),
       identity ? partition.identity_changes : partition.identity_flushed});
  return absl::OkStatus();
}

void OffsetSyncStore::CommitFlush(const IndexFlush& flush) {
  MutexLock lock(&mu_);
  for (const IndexFlush::Entry& entry : flush.entries()) {
    if (FindPartition(entry.topic_partition) == nullptr) continue;
    Partition& partition = GetPartition(entry.topic_partition);
    partition.skips.Commit(entry.skips);
    // Started over in between: the segments written are void already.
    if (partition.generation != entry.generation) continue;
    partition.ledger.Commit(entry.plan);
    partition.identity_flushed =
        std::max(partition.identity_flushed, entry.identity_changes);
  }
}

bool OffsetSyncStore::IsIndexed(const TopicPartition& tp) const {
  MutexLock lock(&mu_);
  const Partition* const partition = FindPartition(tp);
  return partition != nullptr && partition->ledger.HasRuns();
}

std::vector<TopicPartition> OffsetSyncStore::Partitions() const {
  MutexLock lock(&mu_);
  std::vector<TopicPartition> partitions;
  partitions.reserve(partitions_.size());
  for (const auto& [tp, partition] : partitions_) partitions.push_back(tp);
  return partitions;
}

bool OffsetSyncStore::IsStored(const TopicPartition& tp) const {
  MutexLock lock(&mu_);
  const Partition* const partition = FindPartition(tp);
  return partition != nullptr && !(partition->ledger.Keys().empty() &&
                                   partition->skips.Names().empty());
}

absl::StatusOr<std::vector<IndexRecord>> OffsetSyncStore::PrepareForget(
    const TopicPartition& tp) const {
  MutexLock lock(&mu_);
  IndexFlush flush;
  const Partition* const partition = FindPartition(tp);
  if (partition == nullptr) return flush.TakeRecords();
  internal::SegmentLedger::Plan segments;
  segments.tombstones = partition->ledger.Keys();
  absl::Status added = flush.AddSegments(tp, {}, &segments);
  internal::SkipLedger::Plan skips;
  skips.tombstones = partition->skips.Names();
  added.Update(flush.AddSkips(tp, skips));
  if (!added.ok()) return added;
  return flush.TakeRecords();
}

void OffsetSyncStore::Forget(const TopicPartition& tp) {
  MutexLock lock(&mu_);
  partitions_.erase(tp);
}

std::optional<internal::RunGrowth> OffsetSyncStore::Growth(
    const TopicPartition& tp) const {
  MutexLock lock(&mu_);
  const Partition* const partition = FindPartition(tp);
  if (partition == nullptr || !partition->ledger.OnlyGrew(partition->runs) ||
      partition->identity_changes > partition->identity_flushed ||
      !partition->skips.PlanFlush().empty()) {
    return std::nullopt;
  }
  const internal::OffsetRun run = *partition->runs.newest_settled();
  return internal::RunGrowth{partition->generation, run.upstream,
                             run.downstream, run.length};
}

void OffsetSyncStore::ApplyGrowth(const TopicPartition& tp,
                                  const internal::RunGrowth& growth) {
  if (!IsInLog(growth.upstream.value()) ||
      !IsInLog(growth.downstream.value()) || !IsInLog(growth.length)) {
    return;
  }
  MutexLock lock(&mu_);
  if (FindPartition(tp) == nullptr) return;
  Partition& partition = GetPartition(tp);
  const std::optional<internal::OffsetRun> run =
      partition.runs.newest_settled();
  if (!run.has_value() || growth.generation != partition.generation ||
      growth.upstream != run->upstream ||
      growth.downstream != run->downstream || growth.length <= run->length) {
    return;
  }
  partition.runs.Apply(
      {{growth.upstream, growth.downstream, growth.length, run->skipped}});
  partition.indexed_end = partition.runs.downstream_end();
}

OffsetSyncStore::PartitionStats OffsetSyncStore::Stats(
    const TopicPartition& tp) const {
  MutexLock lock(&mu_);
  const Partition* const partition = FindPartition(tp);
  if (partition == nullptr) return {};
  const internal::OffsetRuns& runs = partition->runs;
  return {
      runs.size(),
      runs.thinned(),
      runs.catching_up(),
      runs.upstream_end(),
      std::max(runs.upstream_end(), partition->next.value_or(UpstreamOffset())),
      runs.downstream_end(),
      partition->indexed_end.value_or(DownstreamOffset())};
}

}  // namespace mirror
