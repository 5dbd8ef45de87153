// SPDX-License-Identifier: Apache-2.0

#include "mirror/cluster/shared_sink.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace mirror::internal {
namespace {

// For so long a thread may wait for acknowledgements while others want to send.
constexpr absl::Duration kSlice = absl::Milliseconds(20);

}  // namespace

// What is not said here is as in RecordSink. The fields are guarded by the
// shared sink's lock.
class SharedSink::Port final : public RecordSink {
 public:
  Port(std::shared_ptr<SharedSink> shared, SinkOptions options)
      : shared_(std::move(shared)), options_(std::move(options)) {}
  ~Port() override { shared_->Remove(this); }

  using RecordSink::Send;
  absl::Status Send(const TopicPartition& target, RecordBatch* batch,
                    int64_t* next, const SendOptions& options) override {
    return shared_->Send(this, target, batch, next, options);
  }
  absl::Status Poll(absl::Duration timeout, std::vector<Ack>* acks) override {
    return shared_->Poll(this, timeout, acks);
  }
  int64_t in_flight() const override {
    MutexLock lock(&shared_->mu_);
    return in_flight_;
  }
  absl::Status TakeClusterStatus() override {
    MutexLock lock(&shared_->mu_);
    return std::exchange(cluster_status_, absl::OkStatus());
  }

 private:
  friend class SharedSink;

  const std::shared_ptr<SharedSink> shared_;
  const SinkOptions options_;
  std::vector<Ack> acks_;
  int64_t in_flight_ = 0;
  absl::Status cluster_status_;
  absl::Status lost_;
};

absl::StatusOr<std::unique_ptr<RecordSink>> SharedSink::NewPort(
    const std::shared_ptr<SharedSink>& shared, const SinkOptions& options) {
  auto port = std::make_unique<Port>(shared, options);
  {
    MutexLock lock(&shared->mu_);
    shared->ports_.insert(port.get());
  }
  if (absl::Status status = shared->Open(options); !status.ok()) return status;
  return port;
}

void SharedSink::AwaitIdle() {
  ++waiting_;
  mu_.Await([this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return !busy_; });
  --waiting_;
}

absl::Status SharedSink::Open(const SinkOptions& options) {
  {
    MutexLock lock(&mu_);
    AwaitIdle();
    if (sink_ != nullptr) return absl::OkStatus();
    busy_ = true;
  }
  absl::StatusOr<std::unique_ptr<RecordSink>> sink = make_(options);
  MutexLock lock(&mu_);
  busy_ = false;
  if (sink.ok()) sink_ = *std::move(sink);
  return sink.status();
}

void SharedSink::Remove(Port* port) {
  std::unique_ptr<RecordSink> last;  // may take seconds to end
  MutexLock lock(&mu_);
  AwaitIdle();
  ports_.erase(port);
  for (auto& [target, in_flight] : in_flight_) {
    if (in_flight.port == port) in_flight.port = nullptr;
  }
  if (!ports_.empty() && !OnlyAbandoned()) return;
  last = std::move(sink_);
  in_flight_.clear();
}

bool SharedSink::OnlyAbandoned() const {
  return !in_flight_.empty() &&
         std::all_of(
             in_flight_.begin(), in_flight_.end(),
             [](const auto& entry) { return entry.second.port == nullptr; });
}

absl::Status SharedSink::Send(Port* port, const TopicPartition& target,
                              RecordBatch* batch, int64_t* next,
                              const SendOptions& options) {
  // Another port may have taken the sink with it.
  if (absl::Status status = Open(port->options_); !status.ok()) {
    return absl::InternalError(status.message());  // not the record's fault
  }
  MutexLock lock(&mu_);
  AwaitIdle();
  // As if it was full. Poll() returns why it is lost.
  if (!port->lost_.ok() || sink_ == nullptr) return absl::OkStatus();
  const auto it = in_flight_.find(target);
  if (it != in_flight_.end() && it->second.port != port) {
    return absl::OkStatus();
  }
  const int64_t first = *next;
  absl::Status status = sink_->Send(target, batch, next, options);
  if (*next > first) {
    InFlight& in_flight = in_flight_[target];
    in_flight.port = port;
    in_flight.records += *next - first;
    port->in_flight_ += *next - first;
  }
  return status;
}

absl::Status SharedSink::Poll(Port* port, absl::Duration timeout,
                              std::vector<Ack>* acks) {
  RecordSink* sink = nullptr;
  {
    MutexLock lock(&mu_);
    mu_.AwaitFor(
        [this, port]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
          return !port->acks_.empty() || !port->lost_.ok() ||
                 (!busy_ && waiting_ == 0);
        },
        timeout);
    // What is not the caller's to poll, another thread polls.
    if (port->acks_.empty() && port->lost_.ok() && !busy_ && waiting_ == 0 &&
        sink_ != nullptr) {
      busy_ = true;
      sink = sink_.get();
    }
  }
  std::unique_ptr<RecordSink> lost;  // may take seconds to end
  std::vector<Ack> polled;
  absl::Status state;
  absl::Status cluster_status;
  if (sink != nullptr) {
    state = sink->Poll(std::min(timeout, kSlice), &polled);
    cluster_status = sink->TakeClusterStatus();
  }
  MutexLock lock(&mu_);
  if (sink != nullptr) {
    busy_ = false;
    Deliver(std::move(polled));
    for (Port* other : ports_) {
      if (!cluster_status.ok()) other->cluster_status_ = cluster_status;
      if (!state.ok()) other->lost_ = state;
    }
    if (!state.ok()) {
      lost = std::move(sink_);
      in_flight_.clear();
    }
  }
  std::move(port->acks_.begin(), port->acks_.end(), std::back_inserter(*acks));
  port->acks_.clear();
  return port->lost_;
}

void SharedSink::Deliver(std::vector<Ack> acks) {
  for (Ack& ack : acks) {
    const auto it = in_flight_.find(ack.target);
    if (it == in_flight_.end()) continue;
    Port* const port = it->second.port;
    it->second.records -= ack.count;
    if (it->second.records <= 0) in_flight_.erase(it);
    if (port == nullptr) continue;
    port->in_flight_ -= ack.count;
    port->acks_.push_back(std::move(ack));
  }
}

}  // namespace mirror::internal
