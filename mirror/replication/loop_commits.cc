// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/loop_commits.h"

#include <set>
#include <string>
#include <utility>

#include "mirror/telemetry/engine_event.h"

namespace mirror::internal {

std::vector<WriterAnswer> PollWriters(const std::vector<ShardWriter>& writers) {
  std::vector<WriterAnswer> answers;
  for (const ShardWriter& writer : writers) {
    WriterAnswer answer;
    answer.shard = writer.shard;
    answer.state = writer.sink->Poll(absl::ZeroDuration(), &answer.acks);
    answers.push_back(std::move(answer));
  }
  return answers;
}

void LoopCommits::OnAnswers(const std::vector<WriterAnswer>& answers) {
  for (const WriterAnswer& answer : answers) {
    Shard* const shard = partitions_->shards().Find(answer.shard);
    if (shard == nullptr) continue;
    for (const Ack& ack : answer.acks) shard->commits.OnAck(ack);
    if (answer.state.ok()) continue;
    partitions_->shards().Lose(answer.shard, answer.state);
    partitions_->WantSweep();
  }
}

void LoopCommits::Begin(absl::Time now) {
  for (auto& [number, shard] : partitions_->shards().all()) {
    Begin(&shard.commits, shard.commits.Due(now), now, /*last=*/false);
  }
}

bool LoopCommits::Rest(absl::Time now) {
  bool rest = false;
  for (auto& [number, shard] : partitions_->shards().all()) {
    CommitCycle& cycle = shard.commits;
    const std::vector<CommitMember*> uncommitted = cycle.Uncommitted();
    rest |= !uncommitted.empty() || !cycle.idle();
    if (cycle.ready()) Begin(&cycle, uncommitted, now, /*last=*/true);
  }
  return rest;
}

void LoopCommits::Begin(CommitCycle* cycle,
                        const std::vector<CommitMember*>& members,
                        absl::Time now, bool last) {
  for (CommitMember* member : members) {
    // Only entries are members here.
    partitions_->Handle(static_cast<LoopEntry*>(member), event::CommitDue{},
                        now);
  }
  cycle->Begin(partitions_->TakeCommitAnswers(), now, last);
}

void LoopCommits::Step(RecordSink* sink, absl::Time now) {
  for (auto& [number, shard] : partitions_->shards().all()) {
    RecordSink* const writer =
        shard.writer == nullptr ? sink : shard.writer.get();
    if (writer != nullptr) Step(&shard.commits, writer, now);
  }
}

DroppedShards LoopCommits::DropShards(std::vector<TopicPartition>* unassign) {
  DroppedShards dropped;
  const std::set<int32_t> dropping = partitions_->shards().dropping();
  for (const int32_t shard : dropping) {
    for (LoopEntry* entry : partitions_->OfShard(shard)) {
      const TopicPartition& source = entry->partition->source();
      dropped.in_flight |= entry->sink_bytes > 0;
      dropped.sources.push_back(source);
      if (entry->assigned) unassign->push_back(source);
      partitions_->Remove(entry);
    }
    dropped.writers.push_back(partitions_->shards().Remove(shard));
    partitions_->WantSweep();
  }
  return dropped;
}

void LoopCommits::Step(CommitCycle* cycle, RecordSink* sink, absl::Time now) {
  for (const CopiedThrough& stored : cycle->Step(sink, now)) {
    LoopEntry* const entry = partitions_->Find(stored.source);
    if (entry == nullptr) continue;
    partitions_->Handle(entry, event::Committed{stored.offset}, now);
  }
  for (const absl::Status& error : cycle->TakeErrors()) {
    partitions_->Report(EngineEvent(EngineEvent::Kind::kClusterTrouble,
                                    LogLevel::kWarning, "",
                                    std::string(error.message()))
                            .WithCause(error));
  }
}

}  // namespace mirror::internal
