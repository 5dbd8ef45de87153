// SPDX-License-Identifier: Apache-2.0
//
// What one partition holds, has in flight and has copied, and how much of it
// goes to the sink next. Connect's SubmittedRecords, with a window.
//
//   Hold --> held --Send--> in flight --OnAck--> progress
//
// Nothing is in flight behind a record that may be rejected, as far as can be
// known before: such a record is sent alone, and so is the first piece of a new
// stretch (docs/adr/0010-nothing-behind-a-rejected-record.md).

#ifndef MIRROR_REPLICATION_SEND_WINDOW_H_
#define MIRROR_REPLICATION_SEND_WINDOW_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/cluster/topic_limits.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"
#include "mirror/progress/progress.h"
#include "mirror/replication/held_batch.h"
#include "mirror/replication/partition_options.h"
#include "mirror/replication/record_isolation.h"
#include "mirror/replication/sent_batches.h"
#include "mirror/replication/sink_budget.h"
#include "mirror/runtime/clock.h"

namespace mirror::internal {

// Invariants: records go to the sink in upstream order; what is held is at or
// above the last record sent.
// Thread safety: thread-compatible.
class SendWindow {
 public:
  enum class Result {
    kDone,       // nothing is held back
    kWaits,      // for answers that may take long: no other is to wait
    kAtLimit,    // for acknowledgements, which come
    kBlocked,    // the sink is full
    kLookingUp,  // the sink has not heard of the target partition yet
    kRejected,   // the client rejects the record that rejected() returns
    kFailed,     // failure() says why, and FirstUnsent() where
  };
  // What an acknowledgement means.
  enum class Fate {
    kCopied,
    kIgnored,   // copied behind a record that is sent again: comes once more
    kPending,   // rejected with others: sent again in smaller pieces
    kRejected,  // alone: rejected() tells which
    kFailed,    // the partition must drain and begin again at Ack::first
  };
  // The record that was rejected alone.
  struct Rejected {
    UpstreamOffset offset;
    RecordBounds bounds;
    // Of that batch; both are valid until SettleRejected() or DropHeld().
    const RecordBatch* batch = nullptr;
    int64_t index = 0;
  };

  // `options` and `clock` must outlive the window; `clock` only says what
  // calendar time a `now` is.
  SendWindow(TopicPartition target, const PartitionOptions* options,
             Clock* clock)
      : target_(std::move(target)), options_(options), clock_(clock) {}

  const TopicLimits& limits() const { return limits_; }
  void SetLimits(const TopicLimits& limits);
  // Whether the target did not do what the limits say, since the last call.
  bool TakeDoubt() { return std::exchange(doubt_, false); }

  // Takes records that settle the offsets first..through, copied or, where
  // `batch` lacks them or is null, dropped.
  void Hold(std::unique_ptr<RecordBatch> batch, UpstreamOffset first,
            UpstreamOffset through);
  bool HasHeld() const { return !held_.empty(); }
  // What is held costs so much memory.
  int64_t held_bytes() const { return held_bytes_; }
  // What is in flight takes about so much of the sink's buffer.
  int64_t sink_bytes() const { return sink_bytes_; }
  // Of what is held, which must not be empty.
  UpstreamOffset FirstUnsent() const { return held_.front().FirstUnsent(); }
  void DropHeld();

  // Hands over what may go.
  Result Send(RecordSink* sink, absl::Time now, const SinkShare& share);
  const absl::Status& failure() const { return failure_; }

  // `counts`: no record before these failed.
  Fate OnAck(const Ack& ack, bool counts, absl::Time now);
  std::optional<Rejected> rejected() const;
  // The record that was rejected is done with.
  void SettleRejected(UpstreamOffset offset);
  // Batches that are copied in full, one by one.
  std::optional<SentBatches::Sent> PopSent() { return sent_.Pop(accepted_); }

  int64_t in_flight() const { return in_flight_; }
  int64_t in_flight_bytes() const { return sent_.bytes(); }
  absl::Time last_ack() const { return last_ack_; }
  // What is in flight costs so much, if no answer came for a while; else 0.
  int64_t OverdueBytes(absl::Time now) const;
  // The acknowledged prefix.
  std::optional<UpstreamOffset> Committable() const {
    return progress_.Committable();
  }
  void Dropped(UpstreamOffset through) { progress_.Dropped(through); }

  // All that was in flight is answered; a stretch begins.
  void Begin();
  // The sink is gone with what was in flight.
  void OnSinkLost();
  // Other records come next: forgets what was found out about these.
  void ForgetRejections() { isolation_.Clear(); }

 private:
  struct Piece {
    int64_t end = 0;
    bool alone = false;
    bool probe = false;
  };
  // The piece that is in flight alone, of the first batch held.
  struct Alone {
    int64_t begin = 0;
    int64_t end = 0;
    int64_t unanswered = 0;
    std::optional<UpstreamOffset> failed_from;
    bool too_large = false;
  };

  Piece NextPiece(absl::Time now);
  // Cuts the piece to the share, of which `taken` is used.
  void Fit(const SinkShare& share, int64_t taken, Piece* piece) const;
  // kDone: there is room.
  Result CheckRoom(const Piece& piece, absl::Time now, const SinkShare& share,
                   int64_t taken) const;
  Result SendPiece(RecordSink* sink, const Piece& piece, absl::Time now);
  Result OnSendFailed(absl::Status status, absl::Time now);
  void Count(HeldBatch* held);
  // All records of the first batch below `index` are done with.
  void SettleBelow(int64_t index);
  void Accept(const Ack& ack);
  Fate OnAloneAck(const Ack& ack, absl::Time now);
  Fate FinishAlone(Fate fate, absl::Time now);
  // The piece was rejected: goes out again in smaller ones.
  void CutAlone();
  void PopIfSent();

  const TopicPartition target_;
  const PartitionOptions* const options_;
  Clock* const clock_;
  TopicLimits limits_;
  bool doubt_ = false;
  RecordIsolation isolation_;
  bool open_ = false;  // more than one piece may be in flight
  std::optional<Alone> alone_;
  std::deque<HeldBatch> held_;
  int64_t held_bytes_ = 0;
  SentBatches sent_;
  UpstreamOffset accepted_{-1};
  int64_t in_flight_ = 0;
  int64_t sink_bytes_ = 0;
  Progress progress_;
  absl::Time last_ack_ = absl::InfinitePast();
  absl::Time unknown_since_ = absl::InfiniteFuture();
  absl::Status failure_;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_SEND_WINDOW_H_
