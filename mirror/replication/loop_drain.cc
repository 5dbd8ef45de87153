// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/loop_drain.h"

#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

// What is acknowledged is committed at a stop, however late it is: the index is
// sent, the progress is sent, and that is answered; then, of a new topic, which
// one it is. Where each is a transaction, that takes more turns.
constexpr int kCommitTurns = 5;
constexpr int kTransactionTurns = 25;

}  // namespace

std::optional<absl::Status> LoopDrain::Step(RecordSink* sink, absl::Time now,
                                            absl::Time deadline) {
  commits_->Step(sink, now);
  // At any time, as a partition that is stuck must not hold up the others.
  const bool rest = commits_->Rest(now);
  commits_->Step(sink, now);
  if (!rest && sink->in_flight() == 0) return absl::OkStatus();
  const int turns = commits_->HasWriters() ? kTransactionTurns : kCommitTurns;
  if (++turns_ <= turns || now < deadline) return std::nullopt;
  return absl::DeadlineExceededError(absl::StrCat(
      what_, ": ", sink->in_flight(),
      " records are not acknowledged by cluster ", target_,
      "; what is not committed is copied again at the next start"));
}

}  // namespace mirror::internal
