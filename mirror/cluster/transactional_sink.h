// SPDX-License-Identifier: Apache-2.0
//
// Port: writing in transactions under a transactional id, which one sink at a
// time owns. What MM2's tasks do with exactly-once support (KIP-618).
//
//   auto sink = cluster->NewTransactionalSink(options);
//   status = sink->Poll(timeout, &acks);  // until state() is kReady
//   sink->Begin();
//   sink->Send({"A.orders", 3}, batch.get(), &next);
//   sink->Commit();  // done when Poll() has made it kReady again

#ifndef MIRROR_CLUSTER_TRANSACTIONAL_SINK_H_
#define MIRROR_CLUSTER_TRANSACTIONAL_SINK_H_

#include "mirror/cluster/record_sink.h"

namespace mirror {

// Purpose: a RecordSink whose records are seen by read_committed readers soon
// after their transaction was committed, all of them or none. A new sink fences
// older ones of its transactional id: it aborts their open transaction, and
// nothing that they send later gets into a log.
//
//   kInitialising -> kReady -> kOpen -> kCommitting -> kReady
//                              kOpen -> kAborting -> kReady
//   a rejected record: kOpen, kCommitting -> kMustAbort -> kAborting
//
// Begin(), Commit() and Abort() do not wait for the cluster: the outcome comes
// with Poll(). Each does nothing in a state in which it means nothing.
// Acknowledgements come as soon as the records are in the log, before the
// commit.
//
// Thread safety: used by one thread. Lifetime: as RecordSink; a transaction
// that is open then is aborted by the next owner, or by the cluster after the
// transaction timeout. One that commits is committed or aborted.
// Errors: Poll() returns FailedPrecondition if there is any doubt: fenced by a
// newer owner, transaction too old for the cluster, outcome of a commit
// unknown. While kInitialising also PermissionDenied, naming what to allow;
// Unimplemented if the cluster has no transactions; InvalidArgument if it does
// not allow so long a timeout. After each of them, make a new sink, if the id
// is still to be owned, and read what the log has.
class TransactionalSink : public RecordSink {
 public:
  enum class State {
    kInitialising,  // takes the id over; aborts what its last owner left open
    kReady,         // there is no transaction
    kOpen,          // Send() takes records; in all other states it is full
    kCommitting,    // waits for acknowledgements, then for the commit
    kAborting,
    kMustAbort,  // a record was rejected: nothing but Abort() is possible
  };

  virtual State state() const = 0;

  // From kReady to kOpen.
  virtual void Begin() = 0;
  // From kOpen to kCommitting, then to kReady; or to kMustAbort, if a record is
  // rejected before the commit has begun.
  virtual void Commit() = 0;
  // From kOpen or kMustAbort to kAborting, then to kReady. Records in flight
  // are dropped; each record has been answered when it is kReady. Of those that
  // are dropped the error is Aborted, or PermissionDenied if the transaction
  // failed for that. After a rejected record the next transaction may have to
  // be aborted, too: the client has skipped a sequence number. After a topic
  // that is denied the abort may fail.
  virtual void Abort() = 0;
};

}  // namespace mirror

#endif  // MIRROR_CLUSTER_TRANSACTIONAL_SINK_H_
