// SPDX-License-Identifier: Apache-2.0
//
// The one way to run something in the background: a thread around a plain
// function that runs once. What MM2's Scheduler is, one per job, so that a slow
// job delays no other. Simulations call the function itself and need no thread.
//
//   PeriodicWorker heartbeats("heartbeats", clock, [&] {
//     emitter.RunOnce();
//     return absl::Seconds(1);  // until the next run
//   });
//   if (absl::Status status = heartbeats.Start(); !status.ok()) return status;

#ifndef MIRROR_RUNTIME_PERIODIC_WORKER_H_
#define MIRROR_RUNTIME_PERIODIC_WORKER_H_

#include <functional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/mutex.h"
#include "mirror/runtime/thread.h"

namespace mirror::internal {

// Purpose: calls `run_once` again and again on a thread of its own, each time
// waiting as long as the previous call returned (zero: call again at once).
// Thread safety: thread-safe; `run_once` is only ever called by the one thread.
// Lifetime: the destructor stops and joins; `clock` must outlive the worker.
// Errors: `run_once` must not throw.
class PeriodicWorker {
 public:
  using RunOnce = std::function<absl::Duration()>;

  // Starts nothing. `name` (at most 15 characters count) names the thread.
  PeriodicWorker(std::string name, Clock* clock, RunOnce run_once);
  ~PeriodicWorker();
  PeriodicWorker(const PeriodicWorker&) = delete;
  PeriodicWorker& operator=(const PeriodicWorker&) = delete;

  // Starts the thread; the first run is at once. Does nothing if it was started
  // or stopped. ResourceExhausted: no thread is to be had; may be retried.
  absl::Status Start();

  // Cuts the present wait short. A run in progress is followed by another at
  // once.
  void Wake();

  // Lets a running run end, then joins. Idempotent; a stopped worker does not
  // start again. Must not be called from `run_once`.
  void Stop();

 private:
  void Loop();

  const std::string name_;
  Clock* const clock_;
  const RunOnce run_once_;

  Mutex mu_;
  bool started_ ABSL_GUARDED_BY(mu_) = false;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  bool woken_ ABSL_GUARDED_BY(mu_) = false;
  Thread thread_ ABSL_GUARDED_BY(mu_);
};

}  // namespace mirror::internal

#endif  // MIRROR_RUNTIME_PERIODIC_WORKER_H_
