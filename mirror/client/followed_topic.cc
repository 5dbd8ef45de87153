// SPDX-License-Identifier: Apache-2.0

#include "mirror/client/followed_topic.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/client/deadline.h"

namespace mirror::internal {

FollowedTopic::FollowedTopic(Cluster* cluster, std::string topic, Clock* clock,
                             Logger log)
    : cluster_(cluster),
      topic_(std::move(topic)),
      clock_(clock),
      log_(std::move(log)) {}

absl::StatusOr<TopicFollower*> FollowedTopic::Follower() {
  MutexLock lock(&mu_);
  if (cancelled_) return absl::CancelledError("the client was cancelled");
  if (follower_ == nullptr) {
    auto follower =
        TopicFollower::Create(cluster_, topic_, "mirror-client", clock_);
    if (!follower.ok()) return follower.status();
    follower_ = *std::move(follower);
  }
  return follower_.get();
}

absl::Status FollowedTopic::CatchUp(
    absl::Time deadline,
    absl::FunctionRef<absl::Status(const RecordView&)> apply,
    absl::FunctionRef<void()> on_reset) {
  int64_t skipped = 0;
  std::string last;
  const auto visit = [&](const TopicPartition& tp, const RecordView& record) {
    const absl::Status applied = apply(record);
    if (applied.ok()) return;
    ++skipped;
    last = absl::StrCat(tp.ToString(), ", offset ", record.offset.value(), ": ",
                        applied.message());
  };
  const absl::Status status = TryUntil(clock_, deadline, [&] {
    const absl::StatusOr<TopicFollower*> follower = Follower();
    if (!follower.ok()) return follower.status();
    return (*follower)->CatchUp(deadline, visit, on_reset);
  });
  if (skipped > 0) LogSkipped(skipped, last);
  skipped_ += skipped;
  return status;
}

void FollowedTopic::LogSkipped(int64_t count, const std::string& last) const {
  log_.Warning(topic_,
               absl::StrCat("skipped ", count,
                            " records that do not belong here; the last is ",
                            last, "; see who else writes to this topic"));
}

void FollowedTopic::ReadAgain() {
  MutexLock lock(&mu_);
  follower_.reset();
}

void FollowedTopic::Cancel() {
  MutexLock lock(&mu_);
  cancelled_ = true;
  if (follower_ != nullptr) follower_->Cancel();
}

}  // namespace mirror::internal
