// SPDX-License-Identifier: Apache-2.0
//
// The RecordSink of a FakeCluster; fake_cluster.h says what it models.

#ifndef MIRROR_TESTING_FAKE_RECORD_SINK_H_
#define MIRROR_TESTING_FAKE_RECORD_SINK_H_

#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/testing/fake_cluster_state.h"

namespace mirror::internal {

class FakeRecordSink final : public RecordSink {
 public:
  // With a transactional id it writes to that one's transaction, once
  // set_epoch() was called; see FakeTransactionalSink.
  FakeRecordSink(FakeClusterState* state, const SinkOptions& options,
                 std::string transactional_id = "");
  // A crash: see FakeCluster.
  ~FakeRecordSink() override;

  using RecordSink::Send;
  absl::Status Send(const TopicPartition& target, RecordBatch* batch,
                    int64_t* next, const SendOptions& options) override;
  absl::Status Poll(absl::Duration timeout, std::vector<Ack>* acks) override;
  int64_t in_flight() const override { return in_flight_; }
  absl::Status TakeClusterStatus() override;

  void set_epoch(int64_t epoch) { epoch_ = epoch; }
  // What the broker has not answered gets this answer.
  void Drop(const absl::Status& status);

 private:
  // A batch in flight to the broker.
  struct Produce {
    TopicPartition target;
    std::vector<Record> records;
    int64_t bytes = 0;
  };
  // What the broker says to a batch.
  struct Verdict {
    absl::Status status;
    Rejection rejection = Rejection::kNone;
  };
  // An ack that Poll() has not handed out; its bytes are still buffered.
  struct Pending {
    Ack ack;
    int64_t value_bytes = 0;
  };

  absl::Status Usable() ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu);
  // Whether this client knows of the partition.
  bool Knows(const TopicPartition& target)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu);
  // Returns the offset that the record gets.
  int64_t Append(const TopicPartition& target, Record record)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu);
  // Lets the broker answer what it can.
  void Deliver() ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu);
  void Answer(Produce produce, const Verdict& verdict)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu);
  // Adds the record to the last batch of `*batches`, or begins another.
  static void AddRecord(const TopicPartition& target, Record record,
                        int64_t max_batch_bytes, std::deque<Produce>* batches);
  // One that a test asked for.
  static Verdict Failed(absl::Status status);
  // With FailNextProduces().
  Verdict Decide(const Produce& produce)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu);
  // Without it.
  Verdict Judge(const Produce& produce)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu);

  FakeClusterState* const state_;
  const SinkOptions options_;
  const std::string transactional_id_;
  int64_t fence_ = 0;
  int64_t epoch_ = 0;
  // Set when a broker has refused records of an old epoch.
  absl::Status fenced_;
  std::set<std::string> known_topics_;
  std::deque<Produce> produces_;
  std::vector<Pending> pending_;
  int64_t in_flight_ = 0;
  int64_t buffered_bytes_ = 0;
  absl::Status cluster_status_;
};

}  // namespace mirror::internal

#endif  // MIRROR_TESTING_FAKE_RECORD_SINK_H_
