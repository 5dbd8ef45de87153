// SPDX-License-Identifier: Apache-2.0
//
// One record sink for several writers that write seldom, each of which sees a
// sink of its own. A producer costs threads and connections to every broker;
// heartbeats, checkpoints and offset syncs of a flow need only one.
//
//   auto shared = std::make_shared<SharedSink>([cluster](SinkOptions options) {
//     options.client_id = "A->B|control";
//     return cluster->NewSink(options);
//   });
//   auto sink = SharedSink::NewPort(shared, SinkOptions());

#ifndef MIRROR_CLUSTER_SHARED_SINK_H_
#define MIRROR_CLUSTER_SHARED_SINK_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/model/topic_partition.h"
#include "mirror/runtime/mutex.h"

namespace mirror::internal {

// Purpose: makes the real sink when the first port is made, lets one thread at
// a time use it, and gives each acknowledgement to the port that has sent the
// record. It goes with the last port.
//   - While records of one port are in flight for a partition, others send
//     nothing there: their sink is full. So the order within a partition holds,
//     and it is clear whose an acknowledgement is.
//   - A port that goes with records in flight takes the real sink with it, so
//     that they are dropped, unless another port waits for records. Then they
//     may still arrive, before anything that is sent there later.
//   - A sink that has failed fatally has failed for all ports; each is replaced
//     by its owner, and the first to do so makes a new sink.
// A call waits for the one in progress, 20 ms at most; so long does Poll()
// take. Thread safety: thread-safe; each port is used by one thread, as any
// sink. Lifetime: ports keep it alive. `make` is called by the thread that
// makes a port or sends, with no lock held.
class SharedSink {
 public:
  using Make = std::function<absl::StatusOr<std::unique_ptr<RecordSink>>(
      SinkOptions options)>;

  explicit SharedSink(Make make) : make_(std::move(make)) {}

  // `options` count if the real sink is made for this port. Errors are those of
  // `make`.
  static absl::StatusOr<std::unique_ptr<RecordSink>> NewPort(
      const std::shared_ptr<SharedSink>& shared, const SinkOptions& options);

 private:
  class Port;
  // Of the real sink.
  struct InFlight {
    Port* port = nullptr;  // null: it has gone
    int64_t records = 0;
  };

  // Waits until no thread uses the sink without the lock.
  void AwaitIdle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Status Open(const SinkOptions& options) ABSL_LOCKS_EXCLUDED(mu_);
  void Remove(Port* port) ABSL_LOCKS_EXCLUDED(mu_);
  absl::Status Send(Port* port, const TopicPartition& target,
                    RecordBatch* batch, int64_t* next,
                    const SendOptions& options) ABSL_LOCKS_EXCLUDED(mu_);
  absl::Status Poll(Port* port, absl::Duration timeout, std::vector<Ack>* acks)
      ABSL_LOCKS_EXCLUDED(mu_);
  void Deliver(std::vector<Ack> acks) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Whether no port waits for what is in flight.
  bool OnlyAbandoned() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Make make_;
  Mutex mu_;
  // A thread uses or makes the sink without the lock.
  bool busy_ ABSL_GUARDED_BY(mu_) = false;
  int waiting_ ABSL_GUARDED_BY(mu_) = 0;  // for that to end; they come first
  std::unique_ptr<RecordSink> sink_ ABSL_GUARDED_BY(mu_);
  std::set<Port*> ports_ ABSL_GUARDED_BY(mu_);
  std::map<TopicPartition, InFlight> in_flight_ ABSL_GUARDED_BY(mu_);
};

}  // namespace mirror::internal

#endif  // MIRROR_CLUSTER_SHARED_SINK_H_
