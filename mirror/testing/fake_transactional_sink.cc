// SPDX-License-Identifier: Apache-2.0

#include "mirror/testing/fake_transactional_sink.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/cluster/errors.h"

namespace mirror::internal {

void FakeTransactionalSink::Begin() {
  if (phase_ != State::kReady) return;
  phase_ = State::kOpen;
  taken_ = 0;
}

void FakeTransactionalSink::Commit() {
  if (phase_ == State::kOpen) phase_ = State::kCommitting;
}

void FakeTransactionalSink::Abort() {
  if (phase_ != State::kOpen && phase_ != State::kMustAbort) return;
  phase_ = State::kAborting;
  sink_.Drop(Error(absl::StatusCode::kAborted, "the transaction was aborted"));
}

absl::Status FakeTransactionalSink::Send(const TopicPartition& target,
                                         RecordBatch* batch, int64_t* next,
                                         const SendOptions& options) {
  if (phase_ != State::kOpen || !failed_.ok()) return absl::OkStatus();
  const int64_t first = *next;
  absl::Status status = sink_.Send(target, batch, next, options);
  taken_ += *next - first;
  return status;
}

absl::Status FakeTransactionalSink::Poll(absl::Duration timeout,
                                         std::vector<Ack>* acks) {
  if (Coordinate()) timeout = absl::ZeroDuration();
  if (!failed_.ok()) return failed_;
  const size_t begin = acks->size();
  failed_ = sink_.Poll(timeout, acks);
  if (!failed_.ok()) return failed_;
  const bool rejected =
      std::any_of(acks->begin() + static_cast<ptrdiff_t>(begin), acks->end(),
                  [](const Ack& ack) { return !ack.status.ok(); });
  if (rejected && (phase_ == State::kOpen || phase_ == State::kCommitting)) {
    phase_ = State::kMustAbort;
  }
  Coordinate();
  return failed_;
}

bool FakeTransactionalSink::Coordinate() {
  MutexLock lock(&state_->mu);
  if (state_->down || !failed_.ok()) return false;
  if (phase_ == State::kInitialising) {
    Initialise();
    return true;
  }
  const bool ends = phase_ == State::kCommitting || phase_ == State::kAborting;
  if (!ends || sink_.in_flight() > 0) return false;
  End(phase_ == State::kCommitting);
  return true;
}

void FakeTransactionalSink::Initialise() {
  const absl::Status refusal = state_->transactions_refusal;
  if (!refusal.ok()) {
    failed_ =
        WithGrant(Error(refusal.code(), refusal.message()),
                  absl::StrCat("WRITE and DESCRIBE on transactional id ", id_));
    return;
  }
  FakeTransaction& transaction = state_->transactions[id_];
  state_->EndTransaction(&transaction, false);
  epoch_ = ++transaction.epoch;
  sink_.set_epoch(epoch_);
  phase_ = State::kReady;
}

void FakeTransactionalSink::End(bool commit) {
  // Without a record the coordinator knows nothing of it, and is not asked.
  if (taken_ > 0) {
    failed_ = state_->Owns(id_, epoch_);
    if (!failed_.ok()) return;
    std::optional<bool> lost;
    if (commit) lost = std::exchange(state_->lose_commit, std::nullopt);
    if (lost.value_or(true)) {
      state_->EndTransaction(&state_->transactions[id_], commit);
    }
    if (lost.has_value()) {
      failed_ = Error(absl::StatusCode::kFailedPrecondition,
                      "the transaction may or may not be committed");
      return;
    }
  }
  phase_ = State::kReady;
}

absl::Status FakeTransactionalSink::Error(absl::StatusCode code,
                                          absl::string_view what) const {
  return state_->Error(code, absl::StrCat("transactional id ", id_), what);
}

}  // namespace mirror::internal
