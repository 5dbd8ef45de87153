// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/memory_reader.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/cluster/errors.h"
#include "mirror/model/format_count.h"

namespace mirror::internal {
MemoryReader::MemoryReader(std::string client_id, Clock* clock)
    : client_id_(std::move(client_id)), clock_(clock) {}

absl::Status MemoryReader::Read(Cluster* cluster, StoredTopic* topic,
                                absl::FunctionRef<void()> on_reset) {
  CompactedRecords* const records = &topic->records;
  return CatchUp(
      cluster, topic,
      [records](const TopicPartition& tp, const RecordView& record) {
        records->Add(tp.partition, record);
      },
      [records, on_reset] {
        records->Clear();
        on_reset();
      });
}

absl::Status MemoryReader::CatchUp(Cluster* cluster, StoredTopic* topic,
                                   TopicFollower::Visit visit,
                                   absl::FunctionRef<void()> on_reset) {
  if (absl::Status status = Open(cluster, topic); !status.ok()) return status;
  const absl::Status status = topic->follower->CatchUp(visit, on_reset);
  MutexLock lock(&mu_);
  follower_.reset();
  return status;
}

absl::Status MemoryReader::Open(Cluster* cluster, StoredTopic* topic) {
  if (topic->follower == nullptr) {
    auto made = TopicFollower::Create(cluster, topic->topic, client_id_, clock_,
                                      topic->options);
    if (!made.ok()) {
      return Annotate(made.status(),
                      absl::StrCat("cluster ", cluster->alias()));
    }
    topic->follower = *std::move(made);
  }
  MutexLock lock(&mu_);
  if (cancelled_) return absl::CancelledError("stopped");
  follower_ = topic->follower;
  topic_ = topic->topic;
  return absl::OkStatus();
}

void MemoryReader::Cancel() {
  MutexLock lock(&mu_);
  cancelled_ = true;
  if (follower_ != nullptr) follower_->Cancel();
}

std::string MemoryReader::Doing() const {
  MutexLock lock(&mu_);
  if (follower_ == nullptr) return "";
  const FollowerPosition position = follower_->position();
  return absl::StrCat("reading ", topic_, ": ", FormatCount(position.read),
                      " of ", FormatCount(position.total), " records");
}

}  // namespace mirror::internal
