// SPDX-License-Identifier: Apache-2.0

#include "mirror/cluster/fenced_sink.h"

#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

using State = TransactionalSink::State;

// A writer that never pauses gets its acknowledgements, too.
constexpr absl::Duration kFull = absl::Seconds(1);
// A partition without a leader must not hold up the others until the cluster
// aborts the transaction, which costs the sink.
constexpr absl::Duration kPatience = absl::Seconds(5);

// Why the transaction of these records was aborted.
std::string Reason(const std::vector<Ack>& acks) {
  for (const Ack& ack : acks) {
    if (!ack.status.ok() && !absl::IsAborted(ack.status)) {
      return std::string(ack.status.message());
    }
  }
  return absl::StrCat("records were not acknowledged within ",
                      absl::FormatDuration(kPatience));
}

}  // namespace

absl::Status FencedSink::Send(const TopicPartition& target, RecordBatch* batch,
                              int64_t* next, const SendOptions& options) {
  if (sink_->state() == State::kReady) sink_->Begin();
  const absl::Time now = clock_->Now();
  if (in_flight_ > 0 && now > begun_ + kFull) return absl::OkStatus();
  const int64_t first = *next;
  absl::Status status = sink_->Send(target, batch, next, options);
  if (*next == first) return status;
  if (in_flight_ == 0) begun_ = now;
  in_flight_ += *next - first;
  sent_ = true;
  return status;
}

absl::Status FencedSink::Poll(absl::Duration timeout, std::vector<Ack>* acks) {
  EndWhenDue();
  sent_ = false;
  absl::Status status = sink_->Poll(timeout, &held_);
  const State state = sink_->state();
  // What is not to be committed never will be, and says best why the sink
  // failed.
  aborted_ |= state == State::kMustAbort;
  if (status.ok() ? state == State::kReady : aborted_) HandOut(acks);
  return status;
}

void FencedSink::EndWhenDue() {
  // Without a record it is known to no broker, and stays open.
  if (in_flight_ == 0) return;
  const bool open = sink_->state() == State::kOpen;
  if (open && sink_->in_flight() == 0) {
    if (!sent_) sink_->Commit();
  } else if (sink_->state() == State::kMustAbort ||
             (open && clock_->Now() > begun_ + kPatience)) {
    aborted_ = true;
    sink_->Abort();
  }
}

void FencedSink::HandOut(std::vector<Ack>* acks) {
  const std::string reason = aborted_ ? Reason(held_) : "";
  for (Ack& ack : held_) {
    in_flight_ -= ack.count;
    if (!aborted_ || !(ack.status.ok() || absl::IsAborted(ack.status))) {
      continue;
    }
    ack.status = absl::AbortedError(absl::StrCat(
        ack.target.ToString(),
        ": not written, as its transaction was aborted: ", reason));
    ack.retimed = 0;
  }
  std::move(held_.begin(), held_.end(), std::back_inserter(*acks));
  held_.clear();
  aborted_ = false;
}

}  // namespace mirror::internal
