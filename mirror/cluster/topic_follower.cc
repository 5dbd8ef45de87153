// SPDX-License-Identifier: Apache-2.0

#include "mirror/cluster/topic_follower.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/cluster/errors.h"

namespace mirror::internal {

absl::StatusOr<std::unique_ptr<TopicFollower>> TopicFollower::Create(
    Cluster* cluster, std::string topic, const std::string& client_id,
    Clock* clock, FollowerOptions options) {
  std::unique_ptr<TopicFollower> follower(new TopicFollower(
      cluster, std::move(topic), client_id, clock, std::move(options)));
  absl::StatusOr<std::unique_ptr<ClusterAdmin>> admin =
      cluster->NewAdmin(client_id);
  if (!admin.ok()) return admin.status();
  follower->admin_ = *std::move(admin);
  return follower;
}

TopicFollower::TopicFollower(Cluster* cluster, std::string topic,
                             std::string client_id, Clock* clock,
                             FollowerOptions options)
    : cluster_(cluster),
      topic_(std::move(topic)),
      client_id_(std::move(client_id)),
      clock_(clock),
      options_(std::move(options)) {}

absl::Status TopicFollower::MakeSource() {
  SourceOptions options;
  options.client_id = client_id_;
  absl::StatusOr<std::unique_ptr<RecordSource>> source =
      cluster_->NewSource(options);
  if (!source.ok()) return source.status();
  source_ = *std::move(source);
  return absl::OkStatus();
}

void TopicFollower::Cancel() {
  cancelled_ = true;
  admin_->Cancel();
}

FollowerPosition TopicFollower::position() const { return {read_, total_}; }

absl::Status TopicFollower::CatchUp(Visit visit,
                                    absl::FunctionRef<void()> on_reset) {
  return CatchUp(absl::InfiniteFuture(), visit, on_reset);
}

absl::Status TopicFollower::CatchUp(absl::Time deadline, Visit visit,
                                    absl::FunctionRef<void()> on_reset) {
  absl::StatusOr<Ends> news = FindNews(on_reset);
  absl::Status status = news.status();
  const bool any_news = status.ok() && !news->empty();
  if (any_news && source_ == nullptr) status = MakeSource();
  if (any_news && status.ok()) {
    std::vector<StartPosition> starts;
    std::vector<TopicPartition> all;
    for (const auto& [tp, end] : *news) {
      starts.push_back({tp, next_[tp]});
      all.push_back(tp);
    }
    status = source_->Assign(starts);
    if (status.ok()) status = Read(deadline, *std::move(news), visit);
    status.Update(source_->Unassign(all));
    if (absl::IsFailedPrecondition(status)) source_.reset();  // fatal
  }
  return WithGrant(Annotate(status, absl::StrCat("cluster ", cluster_->alias(),
                                                 ", topic ", topic_)),
                   absl::StrCat("READ on topic ", topic_));
}

absl::Status TopicFollower::Describe(absl::FunctionRef<void()> on_reset) {
  const absl::StatusOr<TopicDescription> topic =
      admin_->DescribeTopics({topic_}).front();
  if (absl::IsNotFound(topic.status())) Reset(on_reset);
  if (!topic.ok()) return topic.status();
  const bool replaced =
      !topic_id_.empty() && !topic->id.empty() && topic_id_ != topic->id;
  if (replaced) Reset(on_reset);
  topic_id_ = topic->id;
  partitions_ = topic->partitions;
  return absl::OkStatus();
}

std::vector<TopicPartition> TopicFollower::Followed() const {
  std::vector<TopicPartition> followed;
  for (const int32_t i : options_.partitions) followed.push_back({topic_, i});
  if (!followed.empty()) return followed;
  for (int32_t i = 0; i < partitions_; ++i) followed.push_back({topic_, i});
  return followed;
}

absl::StatusOr<TopicFollower::Ends> TopicFollower::FindNews(
    absl::FunctionRef<void()> on_reset) {
  if (absl::Status status = Describe(on_reset); !status.ok()) return status;
  const std::vector<TopicPartition> all = Followed();
  const auto starts = admin_->ListOffsets(all, OffsetSpec::kEarliest);
  const auto ends = admin_->ListOffsets(
      all, options_.to_log_end ? OffsetSpec::kLogEnd : OffsetSpec::kLatest);
  for (size_t i = 0; i < all.size(); ++i) {
    absl::Status status = starts[i].status();
    status.Update(ends[i].status());
    if (!status.ok()) return Annotate(status, all[i].ToString());
    const auto next = next_.find(all[i]);
    if (next != next_.end() && next->second.value() > *ends[i]) Reset(on_reset);
  }
  Ends news;
  int64_t read = 0;
  int64_t total = 0;
  for (size_t i = 0; i < all.size(); ++i) {
    UpstreamOffset& next = next_[all[i]];
    next = std::max(next, UpstreamOffset(*starts[i]));
    if (next.value() < *ends[i]) news[all[i]].offset = UpstreamOffset(*ends[i]);
    read += next.value() - *starts[i];
    total += *ends[i] - *starts[i];
  }
  read_ = read;
  total_ = total;
  return news;
}

void TopicFollower::Reset(absl::FunctionRef<void()> on_reset) {
  topic_id_.clear();
  // The client library continues at the old offset of a recreated topic.
  source_.reset();
  if (next_.empty()) return;
  next_.clear();
  on_reset();
}

absl::Status TopicFollower::Read(absl::Time deadline, Ends unfinished,
                                 Visit visit) {
  absl::Time last = clock_->Now();  // when something came
  while (true) {
    Fetched fetched;
    absl::Status status = source_->Poll(absl::Milliseconds(50), &fetched);
    const absl::StatusOr<bool> any = Take(fetched, &unfinished, visit);
    status.Update(any.status());
    if (!status.ok() || unfinished.empty()) return status;
    if (cancelled_) return absl::CancelledError("no longer followed");
    const absl::Time now = clock_->Now();
    if (*any) last = now;
    const absl::Duration patience =
        AllHidden(unfinished) ? kTransactionTimeout : kStallTimeout;
    if (now - last >= patience) {
      return NotRead(
          absl::StrCat("nothing came for ", absl::FormatDuration(patience)),
          unfinished, fetched.cluster_status);
    }
    if (now >= deadline) {
      return NotRead("was not read to its end in time", unfinished,
                     fetched.cluster_status);
    }
  }
}

absl::StatusOr<bool> TopicFollower::Take(const Fetched& fetched,
                                         Ends* unfinished, Visit visit) {
  absl::Status status;
  for (const std::unique_ptr<RecordBatch>& batch : fetched.batches) {
    for (int64_t i = 0; i < batch->count(); ++i) {
      visit(batch->topic_partition(), batch->View(i));
    }
    MoveTo(batch->topic_partition(), batch->last_offset() + 1);
    // Waiting for the end as well would cost one more fetch, and would never
    // end behind a writer that is quicker.
    const auto end = unfinished->find(batch->topic_partition());
    if (end == unfinished->end()) continue;
    end->second.hidden = false;
    if (batch->last_offset() + 1 >= end->second.offset) unfinished->erase(end);
  }
  for (const PartitionEvent& event : fetched.events) {
    if (event.kind == PartitionEvent::Kind::kEnd) {
      // Past what no reader sees: markers, aborted records.
      MoveTo(event.topic_partition, event.offset);
      const auto end = unfinished->find(event.topic_partition);
      if (end == unfinished->end()) continue;
      end->second.hidden =
          options_.to_log_end && event.offset < end->second.offset;
      if (!end->second.hidden) unfinished->erase(end);
    } else {
      status.Update(Annotate(event.status, event.topic_partition.ToString()));
    }
  }
  if (!status.ok()) return status;
  return !fetched.batches.empty() || !fetched.events.empty();
}

void TopicFollower::MoveTo(const TopicPartition& tp, UpstreamOffset next) {
  UpstreamOffset& position = next_[tp];
  read_ += next - position;
  position = next;
}

bool TopicFollower::AllHidden(const Ends& unfinished) {
  return std::all_of(unfinished.begin(), unfinished.end(),
                     [](const auto& end) { return end.second.hidden; });
}

absl::Status TopicFollower::NotRead(absl::string_view why,
                                    const Ends& unfinished,
                                    const absl::Status& cluster_status) const {
  const auto found =
      std::find_if(unfinished.begin(), unfinished.end(),
                   [](const auto& unread) { return !unread.second.hidden; });
  const auto& [tp, end] =
      found == unfinished.end() ? *unfinished.begin() : *found;
  std::string message =
      absl::StrCat(why, "; ", tp.ToString(), " is at offset ",
                   next_.at(tp).value(), " of ", end.offset.value(), ", ");
  absl::StrAppend(
      &message,
      end.hidden
          ? "where another client's transaction is open: it hides what was "
            "committed behind it until that client, or the cluster after "
            "transaction.timeout.ms, ends it; if neither does, see "
            "kafka-transactions.sh find-hanging"
          : "see whether it has a leader");
  if (!cluster_status.ok()) {
    absl::StrAppend(&message, ": ", cluster_status.message());
  }
  return absl::DeadlineExceededError(message);
}

}  // namespace mirror::internal
