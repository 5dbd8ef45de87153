// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/source_clients.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"

namespace mirror::internal {
namespace {

// Few topics are ever recreated, so it need not read far ahead.
constexpr int64_t kSecondClientsShare = 4;
// Partitions that back off are read again within a minute.
constexpr absl::Duration kIdle = absl::Minutes(2);

}  // namespace

SourceClients::SourceClients(Cluster* cluster, SourceOptions options)
    : cluster_(cluster),
      main_options_(std::move(options)),
      second_options_(main_options_) {
  second_options_.max_buffered_bytes /= kSecondClientsShare;
}

absl::Status SourceClients::Open() {
  return main_ != nullptr ? absl::OkStatus() : Make(main_options_, &main_);
}

absl::Status SourceClients::Make(const SourceOptions& options,
                                 std::unique_ptr<RecordSource>* client) {
  absl::StatusOr<std::unique_ptr<RecordSource>> made =
      cluster_->NewSource(options);
  if (!made.ok()) return made.status();
  *client = *std::move(made);
  return absl::OkStatus();
}

absl::Status SourceClients::Poll(absl::Duration timeout, Fetched* fetched) {
  if (main_ == nullptr) return absl::OkStatus();
  if (second_ == nullptr) return main_->Poll(timeout, fetched);
  absl::Status status = main_->Poll(absl::ZeroDuration(), fetched);
  status.Update(second_->Poll(absl::ZeroDuration(), fetched));
  if (!status.ok() || !fetched->batches.empty() || !fetched->events.empty()) {
    return status;
  }
  second_is_next_ = !second_is_next_;
  return (second_is_next_ ? second_ : main_)->Poll(timeout, fetched);
}

std::optional<PartitionBounds> SourceClients::Bounds(
    const TopicPartition& partition) {
  if (LosesClient(partition)) return std::nullopt;
  RecordSource* const client = ClientOf(partition);
  return client == nullptr ? std::nullopt : client->Bounds(partition);
}

void SourceClients::Recreated(const std::string& topic) {
  moving_.insert(topic);
  const bool moved_before = !second_topics_.insert(topic).second;
  // Those that moved before move on together with it.
  second_lost_ |= moved_before && second_ != nullptr;
}

void SourceClients::Lost() { main_lost_ = true; }

void SourceClients::EndIdle(absl::Time now) {
  if (second_ == nullptr || !second_reads_.empty()) {
    idle_since_ = absl::InfiniteFuture();
    return;
  }
  idle_since_ = std::min(idle_since_, now);
  second_lost_ |= now - idle_since_ >= kIdle;
}

bool SourceClients::LosesClient(const TopicPartition& partition) const {
  return main_lost_ || moving_.count(partition.topic) > 0 ||
         (second_lost_ && second_topics_.count(partition.topic) > 0);
}

RecordSource* SourceClients::ClientOf(const TopicPartition& partition) const {
  return second_topics_.count(partition.topic) > 0 ? second_.get()
                                                   : main_.get();
}

absl::Status SourceClients::Apply(const SourceChanges& changes) {
  if (main_lost_ || second_lost_) {
    second_.reset();
    second_reads_.clear();
  }
  if (main_lost_) {
    main_.reset();
    // A new client has read nothing yet.
    second_topics_.clear();
  }
  moving_.clear();
  main_lost_ = second_lost_ = false;
  absl::Status status = Open();
  if (status.ok()) status = Unassign(changes.unassign);
  if (status.ok()) status = Assign(changes.assign);
  return status;
}

absl::Status SourceClients::Unassign(
    const std::vector<TopicPartition>& partitions) {
  if (partitions.empty()) return absl::OkStatus();
  for (const TopicPartition& partition : partitions) {
    second_reads_.erase(partition);
  }
  // Those of a topic that moves are the first client's still.
  absl::Status status = main_->Unassign(partitions);
  if (second_ != nullptr) status.Update(second_->Unassign(partitions));
  return status;
}

absl::Status SourceClients::Assign(
    const std::vector<StartPosition>& positions) {
  std::vector<StartPosition> main;
  std::vector<StartPosition> second;
  for (const StartPosition& position : positions) {
    const TopicPartition& partition = position.topic_partition;
    if (second_topics_.count(partition.topic) > 0) {
      second.push_back(position);
      second_reads_.insert(partition);
    } else {
      main.push_back(position);
    }
  }
  if (!second.empty() && second_ == nullptr) {
    absl::Status status = Make(second_options_, &second_);
    if (!status.ok()) return status;
  }
  absl::Status status;
  if (!second.empty()) status = second_->Assign(second);
  if (!main.empty()) status.Update(main_->Assign(main));
  return status;
}

}  // namespace mirror::internal
