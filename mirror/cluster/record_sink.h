// SPDX-License-Identifier: Apache-2.0
//
// Port: writing to partitions of a cluster, idempotently and in order. MM2's
// producer and the commitRecord callback of KIP-416, in batches.
//
//   int64_t next = 0;
//   absl::Status status = sink->Send({"A.orders", 3}, batch.get(), &next);
//   std::vector<Ack> acks;
//   sink->Poll(absl::ZeroDuration(), &acks);

#ifndef MIRROR_CLUSTER_RECORD_SINK_H_
#define MIRROR_CLUSTER_RECORD_SINK_H_

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"

namespace mirror {

// What an error of an Ack says about its records.
enum class Rejection {
  kNone,       // they are not at fault: no permission, no topic, no leader, ...
  kTooLarge,   // the batch that they were in was too large, not each of them
  kBatch,      // one or more records of that batch are at fault
  kRecord,     // these records are: the cluster named them
  kNeighbour,  // others of that batch are
};

// How records are to be sent. May change for a partition only when none of its
// records are in flight.
struct SendOptions {
  static constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

  // Takes records below this index only.
  int64_t end = kNoLimit;
  // No batch of several records may be larger than this before compression.
  int64_t max_batch_bytes = kNoLimit;
  // The records may be rejected, and that must not disturb others. All that is
  // taken goes into as few batches as can be.
  bool probe = false;
  // May use the part of the buffer that is reserved for the library's own
  // records.
  bool reserved = false;
};

// The fate of `count` consecutive records: upstream offset first + i stands at
// base + i. With an error in `status` none of them is in the log, as far as is
// known, and `base` means nothing.
struct Ack {
  TopicPartition target;
  UpstreamOffset first;
  DownstreamOffset base;
  int64_t count = 0;
  absl::Status status;
  // Of them, those whose timestamp of 0 the client cannot write: they have 1.
  int64_t retimed = 0;
  Rejection rejection = Rejection::kNone;
};

// Purpose: appends records to partitions in the order sent, buffering a bounded
// number of bytes, and reports where each one landed.
// Thread safety: used by one thread.
// Lifetime: the destructor drops what is not acknowledged and returns within
// seconds. Batches may be destroyed as soon as Send() has taken all of them;
// one that it takes over does not outlive the sink. Errors: a failed record
// does not stop later ones of its partition that are already sent, so after an
// error the caller lets the partition drain and sends again from the first
// failed record.
class RecordSink {
 public:
  virtual ~RecordSink() = default;

  // Takes records of `batch` from index `*next` on for partition `target`, with
  // key, value, headers and timestamp kept (but see Ack::retimed), and advances
  // `*next` past those taken. OK with *next < count(): the buffer is full; call
  // again after Poll(). Another code concerns the record at `*next`: NotFound,
  // no such topic or partition (as far as is known yet: retriable after
  // metadata has come); InvalidArgument, the record is larger than this client
  // may send. A sink that failed fatally takes nothing, as if it was full, as
  // that is no fault of a record; Poll() returns the error. Never blocks.
  virtual absl::Status Send(const TopicPartition& target, RecordBatch* batch,
                            int64_t* next, const SendOptions& options) = 0;
  absl::Status Send(const TopicPartition& target, RecordBatch* batch,
                    int64_t* next) {
    return Send(target, batch, next, SendOptions());
  }

  // The same, and takes the batch over with its last record: `*batch` is null
  // then, and the sink frees it when it needs it no longer. By default that is
  // at once, as the records are copied.
  virtual absl::Status Send(const TopicPartition& target,
                            std::unique_ptr<RecordBatch>* batch, int64_t* next,
                            const SendOptions& options) {
    const int64_t count = (*batch)->count();
    const absl::Status status = Send(target, batch->get(), next, options);
    if (*next >= count) batch->reset();
    return status;
  }

  // Waits until there are acknowledgements, or `timeout`, and adds them to
  // `*acks`; those of one partition in the order sent. FailedPrecondition: the
  // sink failed fatally (fenced, or a fatal client error); it must be replaced;
  // what is unacknowledged may or may not be in the log.
  virtual absl::Status Poll(absl::Duration timeout, std::vector<Ack>* acks) = 0;

  // Records sent and not yet acknowledged.
  virtual int64_t in_flight() const = 0;

  // The latest error of the cluster as a whole since the last call; OK if none.
  // The sink retries automatically.
  virtual absl::Status TakeClusterStatus() = 0;
};

}  // namespace mirror

#endif  // MIRROR_CLUSTER_RECORD_SINK_H_
