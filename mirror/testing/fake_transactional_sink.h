// SPDX-License-Identifier: Apache-2.0
//
// The TransactionalSink of a FakeCluster; fake_cluster.h says what it models.

#ifndef MIRROR_TESTING_FAKE_TRANSACTIONAL_SINK_H_
#define MIRROR_TESTING_FAKE_TRANSACTIONAL_SINK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/transactional_sink.h"
#include "mirror/testing/fake_cluster_state.h"
#include "mirror/testing/fake_record_sink.h"

namespace mirror::internal {

class FakeTransactionalSink final : public TransactionalSink {
 public:
  FakeTransactionalSink(FakeClusterState* state,
                        const TransactionalSinkOptions& options)
      : state_(state),
        id_(options.transactional_id),
        sink_(state, {options.client_id, options.max_buffered_bytes}, id_) {}

  State state() const override { return phase_; }
  void Begin() override;
  void Commit() override;
  void Abort() override;

  using RecordSink::Send;
  absl::Status Send(const TopicPartition& target, RecordBatch* batch,
                    int64_t* next, const SendOptions& options) override;
  absl::Status Poll(absl::Duration timeout, std::vector<Ack>* acks) override;
  int64_t in_flight() const override { return sink_.in_flight(); }
  absl::Status TakeClusterStatus() override {
    return sink_.TakeClusterStatus();
  }

 private:
  // Lets the coordinator answer, if it is asked something; whether it did.
  bool Coordinate();
  void Initialise() ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu);
  void End(bool commit) ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu);
  // `what`, about this transactional id.
  absl::Status Error(absl::StatusCode code, absl::string_view what) const;

  FakeClusterState* const state_;
  const std::string id_;
  FakeRecordSink sink_;
  State phase_ = State::kInitialising;
  int64_t epoch_ = 0;
  absl::Status failed_;
  // Records taken since Begin().
  int64_t taken_ = 0;
};

}  // namespace mirror::internal

#endif  // MIRROR_TESTING_FAKE_TRANSACTIONAL_SINK_H_
