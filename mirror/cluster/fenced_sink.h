// SPDX-License-Identifier: Apache-2.0
//
// A sink that writes in transactions, for writers that know nothing of them:
// what a shard remembers is written only by the shard's owner.
//
//   auto transactions = cluster->NewTransactionalSink(options);
//   FencedSink sink(*std::move(transactions), clock);
//   commit_writer.Step(&sink, clock->Now());

#ifndef MIRROR_CLUSTER_FENCED_SINK_H_
#define MIRROR_CLUSTER_FENCED_SINK_H_

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/cluster/transactional_sink.h"
#include "mirror/model/topic_partition.h"
#include "mirror/runtime/clock.h"

namespace mirror::internal {

// Purpose: begins a transaction with the first record, commits it when all of
// its records are in the log and nothing was sent since the last Poll(), and
// acknowledges them after that. So each acknowledged record is seen by
// read_committed readers, and no record of an owner that was fenced ever is.
//   - While a transaction ends, and while the transactional id is taken over,
//     Send() takes nothing, as if the sink was full.
//   - If a record is rejected, or one is not in the log after 5 s, the
//     transaction is aborted, and all of its records are answered with errors:
//     a rejected one with its own, the others with Aborted.
// Thread safety, lifetime: as RecordSink; `clock` must outlive it.
// Errors: as RecordSink, and Poll() also those of TransactionalSink, with
// acknowledgements if its transaction was to be aborted. What is unacknowledged
// then may or may not be committed.
class FencedSink final : public RecordSink {
 public:
  // The transaction timeout of `sink` is longer than 5 s.
  FencedSink(std::unique_ptr<TransactionalSink> sink, Clock* clock)
      : sink_(std::move(sink)), clock_(clock) {}

  using RecordSink::Send;
  absl::Status Send(const TopicPartition& target, RecordBatch* batch,
                    int64_t* next, const SendOptions& options) override;
  absl::Status Poll(absl::Duration timeout, std::vector<Ack>* acks) override;
  int64_t in_flight() const override { return in_flight_; }
  absl::Status TakeClusterStatus() override {
    return sink_->TakeClusterStatus();
  }

 private:
  // Ends the open transaction if it is time to.
  void EndWhenDue();
  // Adds the acknowledgements of a transaction that has ended to `*acks`.
  void HandOut(std::vector<Ack>* acks);

  const std::unique_ptr<TransactionalSink> sink_;
  Clock* const clock_;
  // Of the transaction: when its first record was sent, its records, and what
  // became of them so far.
  absl::Time begun_;
  int64_t in_flight_ = 0;
  std::vector<Ack> held_;
  bool aborted_ = false;
  // Whether something was sent since the last Poll().
  bool sent_ = false;
};

}  // namespace mirror::internal

#endif  // MIRROR_CLUSTER_FENCED_SINK_H_
