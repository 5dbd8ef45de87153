// SPDX-License-Identifier: Apache-2.0
//
// TransactionalSink on librdkafka, whose calls that begin with a transactional
// id or end a transaction wait for the cluster: each is made on a thread of its
// own.

#ifndef MIRROR_KAFKA_KAFKA_TRANSACTIONAL_SINK_H_
#define MIRROR_KAFKA_KAFKA_TRANSACTIONAL_SINK_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/cluster/transactional_sink.h"
#include "mirror/kafka/client.h"
#include "mirror/kafka/handles.h"
#include "mirror/kafka/producer_lane.h"
#include "mirror/model/topic_partition.h"
#include "mirror/runtime/thread.h"

namespace mirror::internal {

// Thread safety and errors: as TransactionalSink. A commit or an abort that
// takes longer than the transaction timeout has failed. Lifetime: the same; a
// call that the cluster does not answer is left behind with its client, until
// it does.
class KafkaTransactionalSink final : public TransactionalSink {
 public:
  // Errors as Client::Create(); ResourceExhausted without a thread.
  static absl::StatusOr<std::unique_ptr<KafkaTransactionalSink>> Create(
      ClientSettings settings, const TransactionalSinkOptions& options);
  ~KafkaTransactionalSink() override;

  State state() const override { return state_; }
  void Begin() override;
  void Commit() override;
  void Abort() override;

  using RecordSink::Send;
  absl::Status Send(const TopicPartition& target, RecordBatch* batch,
                    int64_t* next, const SendOptions& options) override;
  absl::Status Poll(absl::Duration timeout, std::vector<Ack>* acks) override;
  int64_t in_flight() const override { return load_.records; }
  absl::Status TakeClusterStatus() override;

 private:
  using Function = rd_kafka_error_t* (*)(rd_kafka_t*, int);
  // What the sink and the thread of a call know of it.
  struct Call;

  explicit KafkaTransactionalSink(TransactionalSinkOptions options)
      : options_(std::move(options)) {}

  // Calls `function` on a thread of its own; one call at a time.
  absl::Status Start(Function function);
  static void Run(Call* call, Client* client, Function function,
                  const std::string& context);
  // Takes what the call has returned, if it has.
  void TakeOutcome();
  void End(State state);
  void StartEnd(Function function);
  void MustAbort(const absl::Status& cause);
  // The client has failed fatally, as `status` says in general.
  void NoteFatal(const absl::Status& status);
  // Counts the acknowledgements from index `begin` on, and finds out whether a
  // record was rejected.
  void NoteAcks(size_t begin, std::vector<Ack>* acks);
  // Where a batch ends that is no larger than `options` say.
  int64_t EndOfBatch(const TopicPartition& target, const RecordBatch& batch,
                     int64_t next, const SendOptions& options);
  // There is doubt, because of `cause`: the sink takes and gives nothing more.
  void Fail(const absl::Status& cause);
  std::string Context() const;

  const TransactionalSinkOptions options_;
  SinkLoad load_;
  std::unique_ptr<ProducerLane> lane_;
  int64_t batch_size_ = 0;
  State state_ = State::kInitialising;
  absl::Status failed_;
  // Why the transaction must be aborted, or is.
  absl::Status reason_;
  // Records in flight.
  std::map<TopicPartition, int64_t> unacknowledged_;
  // When a commit or an abort has failed.
  absl::Time deadline_;

  std::shared_ptr<Call> call_;  // null: none
  Thread thread_;               // of that call
};

}  // namespace mirror::internal

#endif  // MIRROR_KAFKA_KAFKA_TRANSACTIONAL_SINK_H_
