// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/send_window.h"

#include <algorithm>

#include "mirror/sync/offset_runs.h"

namespace mirror::internal {
namespace {

// The first piece of a stretch.
constexpr int64_t kFirstRecords = 64;
constexpr int64_t kFirstBytes = 60000;
// A probe goes in one batch.
constexpr int64_t kProbeBytes = 900000;
// So long others wait for what a sink looks up; most lookups are shorter.
constexpr absl::Duration kLookupWait = absl::Milliseconds(100);

}  // namespace

void SendWindow::SetLimits(const TopicLimits& limits) {
  if (limits == limits_) return;
  limits_ = limits;
  isolation_.ForgetSizes();
  for (HeldBatch& held : held_) held.clean_end = held.next;
}

void SendWindow::Hold(std::unique_ptr<RecordBatch> batch, UpstreamOffset first,
                      UpstreamOffset through) {
  held_.emplace_back(std::move(batch), first, through);
  held_bytes_ += held_.back().cost;
}

void SendWindow::DropHeld() {
  held_.clear();
  held_bytes_ = 0;
  alone_.reset();
}

void SendWindow::Begin() {
  progress_.Reset();
  sent_.Clear();
  accepted_ = UpstreamOffset(-1);
  open_ = false;
}

void SendWindow::OnSinkLost() {
  DropHeld();
  Begin();
  in_flight_ = 0;
  sink_bytes_ = 0;
}

int64_t SendWindow::OverdueBytes(absl::Time now) const {
  const bool overdue =
      in_flight_ > 0 && now - last_ack_ >= options_->overdue_timeout;
  return overdue ? in_flight_bytes() : 0;
}

SendWindow::Piece SendWindow::NextPiece(absl::Time now) {
  HeldBatch& held = held_.front();
  if (held.clean_end <= held.next) {
    held.FindCleanEnd(limits_, isolation_, clock_->ToWallTime(now));
  }
  Piece piece;
  piece.probe = held.clean_end == held.next || isolation_.active();
  piece.alone = piece.probe || !open_;
  const int64_t max_bytes =
      std::min(isolation_.max_bytes(), limits_.max_message_bytes);
  if (held.clean_end == held.next) {
    piece.end = held.next + 1;
  } else if (isolation_.active()) {
    piece.end = held.PieceEnd(isolation_.max_records(),
                              std::min(max_bytes, kProbeBytes));
  } else if (!open_) {
    piece.end = held.PieceEnd(kFirstRecords, std::min(max_bytes, kFirstBytes));
  } else {
    piece.end = held.clean_end;
  }
  return piece;
}

void SendWindow::Fit(const SinkShare& share, int64_t taken,
                     Piece* piece) const {
  const HeldBatch& held = held_.front();
  const int64_t room = std::max(share.free_bytes - taken, share.own_bytes);
  if (held.cost <= room || piece->end == held.next + 1) return;
  piece->end = held.PieceEnd(piece->end - held.next, room);
}

SendWindow::Result SendWindow::CheckRoom(const Piece& piece, absl::Time now,
                                         const SinkShare& share,
                                         int64_t taken) const {
  if (in_flight_ == 0) return Result::kDone;
  if (piece.alone) return Result::kWaits;
  const bool overdue = OverdueBytes(now) > 0;
  if (overdue && share.crowded) return Result::kWaits;
  if (taken >= share.free_bytes) {
    return overdue ? Result::kWaits : Result::kAtLimit;
  }
  const int64_t records = piece.end - held_.front().next;
  const bool has_room = in_flight_bytes() < options_->max_in_flight_bytes &&
                        in_flight_ + records <= kMaxRecordsInFlight;
  if (has_room) return Result::kDone;
  return overdue ? Result::kWaits : Result::kAtLimit;
}

SendWindow::Result SendWindow::Send(RecordSink* sink, absl::Time now,
                                    const SinkShare& share) {
  const int64_t before = sink_bytes_;
  while (!held_.empty()) {
    if (alone_.has_value()) return Result::kWaits;
    if (held_.front().HasRecords()) {
      const int64_t taken = sink_bytes_ - before;
      Piece piece = NextPiece(now);
      Result result = CheckRoom(piece, now, share, taken);
      if (result == Result::kDone) {
        Fit(share, taken, &piece);
        result = SendPiece(sink, piece, now);
      }
      if (result != Result::kDone) return result;
      if (alone_.has_value()) return Result::kWaits;
    }
    PopIfSent();
  }
  return Result::kDone;
}

void SendWindow::PopIfSent() {
  const HeldBatch& held = held_.front();
  if (held.HasRecords()) return;
  progress_.Dropped(held.through);
  held_bytes_ -= held.cost;
  held_.pop_front();
}

SendWindow::Result SendWindow::SendPiece(RecordSink* sink, const Piece& piece,
                                         absl::Time now) {
  HeldBatch& held = held_.front();
  SendOptions options;
  options.end = piece.end;
  options.max_batch_bytes =
      std::min(limits_.max_message_bytes, isolation_.max_bytes());
  options.probe = piece.probe;
  const int64_t begin = held.next;
  // A piece that is alone may have to be cut and sent again.
  const absl::Status status =
      piece.alone ? sink->Send(target_, held.batch.get(), &held.next, options)
                  : sink->Send(target_, &held.batch, &held.next, options);
  const int64_t taken = held.next - begin;
  if (taken > 0) {
    if (in_flight_ == 0) last_ack_ = now;
    Count(&held);
    in_flight_ += taken;
    sink_bytes_ += held.cost * taken / held.count;
    if (piece.alone) {
      alone_ = Alone();
      alone_->begin = begin;
      alone_->end = held.next;
      alone_->unanswered = taken;
    }
  }
  if (!status.ok()) return OnSendFailed(status, now);
  unknown_since_ = absl::InfiniteFuture();
  return held.next < piece.end ? Result::kBlocked : Result::kDone;
}

SendWindow::Result SendWindow::OnSendFailed(absl::Status status,
                                            absl::Time now) {
  if (absl::IsNotFound(status)) {
    unknown_since_ = std::min(unknown_since_, now);
    const absl::Duration unknown = now - unknown_since_;
    if (unknown < kLookupWait) return Result::kLookingUp;
    if (unknown < options_->lookup_timeout) return Result::kWaits;
  } else {
    unknown_since_ = absl::InfiniteFuture();
  }
  failure_ = std::move(status);
  if (!absl::IsInvalidArgument(failure_)) return Result::kFailed;
  HeldBatch& held = held_.front();
  if (in_flight_ > 0) {
    // Once all before it is answered.
    isolation_.Suspect(held.batch->OffsetAt(held.next));
    held.clean_end = held.next;
    return Result::kWaits;
  }
  Count(&held);
  alone_ = Alone();
  alone_->begin = held.next;
  alone_->end = ++held.next;
  alone_->failed_from = held.batch->OffsetAt(alone_->begin);
  SettleBelow(alone_->begin);
  return Result::kRejected;
}

void SendWindow::Count(HeldBatch* held) {
  if (std::exchange(held->counted, true)) return;
  progress_.Sent(held->first_record, held->last_record, held->count)
      .IgnoreError();  // in order, as Hold() and Begin() see to it
  sent_.Add(*held);
}

SendWindow::Fate SendWindow::OnAck(const Ack& ack, bool counts,
                                   absl::Time now) {
  // About, as records of different sizes may be in flight.
  sink_bytes_ -= sink_bytes_ * ack.count / std::max(in_flight_, ack.count);
  in_flight_ -= ack.count;
  last_ack_ = now;
  if (alone_.has_value()) return OnAloneAck(ack, now);
  if (ack.status.ok()) {
    if (!counts) return Fate::kIgnored;
    Accept(ack);
    isolation_.Settled(accepted_);
    return Fate::kCopied;
  }
  open_ = false;
  if (ack.rejection == Rejection::kNone) return Fate::kFailed;
  doubt_ = true;
  const UpstreamOffset last = ack.first + (ack.count - 1);
  isolation_.OnBatchRejected(ack.first, last,
                             ack.rejection == Rejection::kTooLarge);
  if (ack.rejection == Rejection::kRecord) {
    for (int64_t i = 0; i < ack.count; ++i) isolation_.Suspect(ack.first + i);
  }
  return Fate::kFailed;
}

void SendWindow::SettleBelow(int64_t index) {
  const RecordBatch& batch = *held_.front().batch;
  if (index == 0 || index == batch.count()) return;
  const UpstreamOffset next = batch.OffsetAt(index);
  progress_.Reset();
  progress_.Dropped(next - 1);
  progress_.Sent(next, batch.last_offset(), batch.count() - index)
      .IgnoreError();
}

void SendWindow::Accept(const Ack& ack) {
  progress_.Acked(ack.first, ack.count);
  accepted_ = ack.first + (ack.count - 1);
}

SendWindow::Fate SendWindow::OnAloneAck(const Ack& ack, absl::Time now) {
  Alone& alone = *alone_;
  alone.unanswered -= ack.count;
  Fate fate = Fate::kPending;
  if (ack.status.ok()) {
    fate = alone.failed_from.has_value() ? Fate::kIgnored : Fate::kCopied;
    if (fate == Fate::kCopied) Accept(ack);
  } else if (ack.rejection == Rejection::kNone) {
    alone_.reset();
    open_ = false;
    return Fate::kFailed;
  } else {
    if (!alone.failed_from.has_value()) alone.failed_from = ack.first;
    alone.too_large |= ack.rejection == Rejection::kTooLarge;
    if (ack.rejection == Rejection::kRecord) {
      for (int64_t i = 0; i < ack.count; ++i) isolation_.Suspect(ack.first + i);
    }
  }
  return alone.unanswered > 0 ? fate : FinishAlone(fate, now);
}

SendWindow::Fate SendWindow::FinishAlone(Fate fate, absl::Time now) {
  const bool is_accepted = !alone_->failed_from.has_value();
  const RecordBounds bounds =
      held_.front().BoundsOf(alone_->begin, alone_->end);
  doubt_ |= limits_.Admits(bounds, clock_->ToWallTime(now)) != is_accepted;
  if (is_accepted) {
    isolation_.OnPieceAccepted(accepted_);
    open_ = !isolation_.active();
    alone_.reset();
    SettleBelow(held_.front().next);
    PopIfSent();
    return fate;
  }
  if (alone_->end - alone_->begin == 1) {
    isolation_.Suspect(*alone_->failed_from);
    SettleBelow(alone_->begin);
    return Fate::kRejected;
  }
  CutAlone();
  return fate;
}

void SendWindow::CutAlone() {
  HeldBatch& held = held_.front();
  const RecordBatch& batch = *held.batch;
  const int64_t bytes = held.BoundsOf(alone_->begin, alone_->end).bytes;
  int64_t next = alone_->begin;
  while (next < alone_->end && batch.OffsetAt(next) < *alone_->failed_from) {
    ++next;
  }
  SettleBelow(next);
  isolation_.OnPieceRejected(batch.OffsetAt(next),
                             batch.OffsetAt(alone_->end - 1),
                             alone_->end - next, bytes, alone_->too_large);
  held.next = held.clean_end = next;
  open_ = false;
  alone_.reset();
}

std::optional<SendWindow::Rejected> SendWindow::rejected() const {
  const bool is_rejected = alone_.has_value() && alone_->unanswered == 0 &&
                           alone_->failed_from.has_value();
  if (!is_rejected) return std::nullopt;
  const RecordBatch* batch = held_.front().batch.get();
  return Rejected{*alone_->failed_from, batch->BoundsAt(alone_->begin), batch,
                  alone_->begin};
}

void SendWindow::SettleRejected(UpstreamOffset offset) {
  progress_.Acked(offset, 1);
  isolation_.Settled(offset);
  accepted_ = std::max(accepted_, offset);
  if (!rejected().has_value()) return;
  alone_.reset();
  PopIfSent();
}

}  // namespace mirror::internal
