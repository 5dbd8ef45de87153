// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/kafka_transactional_sink.h"

#include <algorithm>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "mirror/cluster/errors.h"
#include "mirror/kafka/client_config.h"
#include "mirror/kafka/error.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/mutex.h"

namespace mirror::internal {
namespace {

// init_transactions() continues where it was if it is called again, so it need
// not wait for longer than a sink may take to be destroyed. The other calls do
// not: librdkafka advises against any timeout.
constexpr int kInitTimeoutMs = 500;
constexpr int kNoTimeout = -1;

// How long a call is given to return when the sink is destroyed.
constexpr absl::Duration kEndTimeout = absl::Seconds(5);
constexpr absl::Duration kEndPoll = absl::Milliseconds(50);

// Of a record in a batch, beside key, value and headers.
constexpr int64_t kOverheadBytes = 100;

absl::Time Now() { return Clock::System()->Now(); }

}  // namespace

struct KafkaTransactionalSink::Call {
  Mutex mu;
  // Whether init_transactions() is not to be called again.
  bool stopped ABSL_GUARDED_BY(mu) = false;
  // Why it has not succeeded yet.
  absl::Status delay ABSL_GUARDED_BY(mu);
  std::optional<absl::Status> outcome ABSL_GUARDED_BY(mu);
};

absl::StatusOr<std::unique_ptr<KafkaTransactionalSink>>
KafkaTransactionalSink::Create(ClientSettings settings,
                               const TransactionalSinkOptions& options) {
  // librdkafka fits it to the transaction timeout, and refuses a longer one.
  settings.properties.erase("socket.timeout.ms");
  const Properties forced = {
      {"transactional.id", options.transactional_id},
      {"transaction.timeout.ms",
       absl::StrCat(absl::ToInt64Milliseconds(options.transaction_timeout))}};
  auto sink = absl::WrapUnique(new KafkaTransactionalSink(options));
  auto lane =
      ProducerLane::Create(settings, options.client_id, forced, &sink->load_);
  if (!lane.ok()) return lane.status();
  sink->lane_ = *std::move(lane);
  sink->batch_size_ = sink->lane_->Setting("batch.size");
  absl::Status started = sink->Start(&rd_kafka_init_transactions);
  if (!started.ok()) return started;
  return sink;
}

KafkaTransactionalSink::~KafkaTransactionalSink() {
  if (call_ == nullptr) return;
  // What waits for a broker would hold up an abort.
  lane_->Purge();
  const absl::Time deadline = Now() + kEndTimeout;
  bool returned = false;
  while (!returned && Now() < deadline) {
    std::vector<Ack> dropped;
    lane_->Poll(kEndPoll, &dropped).IgnoreError();
    MutexLock lock(&call_->mu);
    call_->stopped = true;
    returned = call_->outcome.has_value();
  }
  if (returned) {
    thread_.Join();
    return;
  }
  lane_->client()->log().Warning(
      lane_->client()->alias(),
      absl::StrCat("transactional id ", options_.transactional_id,
                   ": the end of a transaction is not answered; its client is "
                   "left behind until it is"));
  lane_->client()->Mute();
  thread_.Detach();
}

absl::Status KafkaTransactionalSink::Start(Function function) {
  call_ = std::make_shared<Call>();
  // It owns all it uses, as it may have to be left behind.
  auto thread = Thread::Start(
      "transaction",
      [call = call_, client = lane_->client(), function, context = Context()] {
        Run(call.get(), client.get(), function, context);
      });
  if (!thread.ok()) {
    call_ = nullptr;
    return thread.status();
  }
  thread_ = *std::move(thread);
  return absl::OkStatus();
}

void KafkaTransactionalSink::Run(Call* call, Client* client, Function function,
                                 const std::string& context) {
  const bool resumes = function == &rd_kafka_init_transactions;
  absl::Status status;
  for (bool again = true; again;) {
    const ErrorPtr error(
        function(client->handle(), resumes ? kInitTimeoutMs : kNoTimeout));
    status = KafkaError(error.get(), context);
    MutexLock lock(&call->mu);
    again = resumes && error != nullptr &&
            rd_kafka_error_is_retriable(error.get()) != 0 && !call->stopped;
    // That it was not answered yet is no reason.
    if (again && !absl::IsDeadlineExceeded(status)) call->delay = status;
    if (!again) call->outcome = status;
  }
  // Poll() is to return.
  const QueuePtr reports(rd_kafka_queue_get_main(client->handle()));
  rd_kafka_queue_yield(reports.get());
}

void KafkaTransactionalSink::Begin() {
  if (state_ != State::kReady || !failed_.ok()) return;
  // Answered by librdkafka itself; the cluster learns it with a record.
  const ErrorPtr error(rd_kafka_begin_transaction(lane_->client()->handle()));
  if (error != nullptr) return Fail(KafkaError(error.get(), Context()));
  state_ = State::kOpen;
  reason_ = absl::OkStatus();
}

void KafkaTransactionalSink::Commit() {
  if (state_ != State::kOpen || !failed_.ok()) return;
  End(State::kCommitting);
  // Before that a rejected record leaves no doubt.
  if (load_.records == 0) StartEnd(&rd_kafka_commit_transaction);
}

void KafkaTransactionalSink::Abort() {
  if (state_ != State::kOpen && state_ != State::kMustAbort) return;
  if (!failed_.ok()) return;
  if (reason_.ok()) reason_ = absl::AbortedError("by the client");
  End(State::kAborting);
  StartEnd(&rd_kafka_abort_transaction);
}

void KafkaTransactionalSink::End(State state) {
  state_ = state;
  deadline_ = Now() + options_.transaction_timeout;
}

void KafkaTransactionalSink::StartEnd(Function function) {
  if (absl::Status status = Start(function); !status.ok()) Fail(status);
}

absl::Status KafkaTransactionalSink::Send(const TopicPartition& target,
                                          RecordBatch* batch, int64_t* next,
                                          const SendOptions& options) {
  if (state_ != State::kOpen || !failed_.ok()) return absl::OkStatus();
  const int64_t first = *next;
  const int64_t all = options_.max_buffered_bytes;
  const absl::Status status = lane_->Send(
      target, batch, next, EndOfBatch(target, *batch, *next, options),
      options.reserved ? all : all - all / 16);
  if (*next > first) unacknowledged_[target] += *next - first;
  if (!absl::IsFailedPrecondition(status)) return status;
  // The transaction has failed, and this record is not at fault.
  MustAbort(status);
  return absl::OkStatus();
}

int64_t KafkaTransactionalSink::EndOfBatch(const TopicPartition& target,
                                           const RecordBatch& batch,
                                           int64_t next,
                                           const SendOptions& options) {
  const int64_t end = std::min(options.end, batch.count());
  if (options.max_batch_bytes >= batch_size_) return end;
  // A transaction has one producer, and that one batch.size; but records that
  // are alone in flight are one batch.
  if (unacknowledged_.count(target) > 0) return next;
  int64_t bytes = 0;
  for (int64_t i = next; i < end; ++i) {
    bytes += batch.BoundsAt(i).bytes + kOverheadBytes;
    if (i > next && bytes > options.max_batch_bytes) return i;
  }
  return end;
}

absl::Status KafkaTransactionalSink::Poll(absl::Duration timeout,
                                          std::vector<Ack>* acks) {
  if (!failed_.ok()) return failed_;
  const size_t begin = acks->size();
  const absl::Status status = lane_->Poll(timeout, acks);
  NoteAcks(begin, acks);
  if (state_ == State::kCommitting && call_ == nullptr && load_.records == 0) {
    StartEnd(&rd_kafka_commit_transaction);
  }
  TakeOutcome();
  if (!status.ok() && failed_.ok()) NoteFatal(status);
  return failed_;
}

void KafkaTransactionalSink::NoteFatal(const absl::Status& status) {
  char why[512] = "";
  const rd_kafka_resp_err_t code =
      rd_kafka_fatal_error(lane_->client()->handle(), why, sizeof(why));
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return Fail(status);
  // The call that initialises returns now, and says better why.
  if (state_ == State::kInitialising) return;
  Fail(KafkaError(code, Context(), why));
}

void KafkaTransactionalSink::NoteAcks(size_t begin, std::vector<Ack>* acks) {
  const auto first = acks->begin() + static_cast<ptrdiff_t>(begin);
  absl::Status rejected;
  for (auto ack = first; ack != acks->end(); ++ack) {
    const auto it = unacknowledged_.find(ack->target);
    it->second -= ack->count;
    if (it->second == 0) unacknowledged_.erase(it);
    rejected.Update(ack->status);
  }
  if (rejected.ok()) return;
  if (state_ == State::kOpen || state_ == State::kCommitting) {
    MustAbort(rejected);
  }
  // librdkafka drops the others, and does not say why.
  for (auto ack = first; ack != acks->end(); ++ack) {
    if (!absl::IsCancelled(ack->status)) continue;
    const std::string message = absl::StrCat(
        lane_->client()->Context(ack->target.ToString()),
        ": not written, as its transaction was aborted: ", reason_.message());
    ack->status = absl::IsPermissionDenied(reason_)
                      ? absl::PermissionDeniedError(message)
                      : absl::AbortedError(message);
  }
}

void KafkaTransactionalSink::MustAbort(const absl::Status& cause) {
  state_ = State::kMustAbort;
  // In a transaction that has failed, this fails for that reason.
  const ErrorPtr error(rd_kafka_begin_transaction(lane_->client()->handle()));
  const bool knows = rd_kafka_error_txn_requires_abort(error.get()) != 0;
  reason_ = knows ? KafkaError(error.get(), Context()) : cause;
}

void KafkaTransactionalSink::TakeOutcome() {
  if (call_ == nullptr) {
    if (state_ == State::kCommitting && Now() > deadline_) {
      Fail(absl::DeadlineExceededError(
          absl::StrCat(Context(), ": records are not acknowledged")));
    }
    return;
  }
  std::optional<absl::Status> outcome;
  {
    MutexLock lock(&call_->mu);
    outcome = call_->outcome;
  }
  if (!outcome.has_value()) {
    if (state_ != State::kInitialising && Now() > deadline_) {
      Fail(absl::DeadlineExceededError(
          absl::StrCat(Context(), ": no answer within ",
                       absl::FormatDuration(options_.transaction_timeout))));
    }
    return;
  }
  thread_.Join();  // at once
  call_ = nullptr;
  if (!outcome->ok()) return Fail(*outcome);
  state_ = State::kReady;
}

void KafkaTransactionalSink::Fail(const absl::Status& cause) {
  switch (state_) {
    case State::kInitialising:
      failed_ = WithGrant(cause, absl::StrCat("WRITE and DESCRIBE on "
                                              "transactional id ",
                                              options_.transactional_id));
      return;
    case State::kCommitting:
      failed_ = absl::FailedPreconditionError(absl::StrCat(
          cause.message(),
          "; the transaction may or may not be committed: make a new sink and "
          "read what is there"));
      return;
    case State::kAborting:
      // An abort of what the coordinator has refused to begin fails, too.
      failed_ = absl::FailedPreconditionError(absl::StrCat(
          cause.message(),
          "; make a new sink. Aborted because: ", reason_.message()));
      return;
    default:
      failed_ = absl::FailedPreconditionError(
          absl::StrCat(cause.message(), "; make a new sink"));
  }
}

absl::Status KafkaTransactionalSink::TakeClusterStatus() {
  absl::Status status = lane_->TakeClusterStatus();
  if (!status.ok() || call_ == nullptr) return status;
  MutexLock lock(&call_->mu);
  return std::exchange(call_->delay, absl::OkStatus());
}

std::string KafkaTransactionalSink::Context() const {
  return lane_->client()->Context(
      absl::StrCat("transactional id ", options_.transactional_id));
}

}  // namespace mirror::internal
