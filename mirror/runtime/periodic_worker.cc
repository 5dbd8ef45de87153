// SPDX-License-Identifier: Apache-2.0

#include "mirror/runtime/periodic_worker.h"

#include <utility>

#include "absl/status/statusor.h"

namespace mirror::internal {

PeriodicWorker::PeriodicWorker(std::string name, Clock* clock, RunOnce run_once)
    : name_(std::move(name)), clock_(clock), run_once_(std::move(run_once)) {}

PeriodicWorker::~PeriodicWorker() { Stop(); }

absl::Status PeriodicWorker::Start() {
  MutexLock lock(&mu_);
  if (started_ || stopping_) return absl::OkStatus();
  absl::StatusOr<Thread> thread = Thread::Start(name_, [this] { Loop(); });
  if (!thread.ok()) return thread.status();
  started_ = true;
  thread_ = *std::move(thread);
  return absl::OkStatus();
}

void PeriodicWorker::Wake() {
  MutexLock lock(&mu_);
  woken_ = true;
}

void PeriodicWorker::Stop() {
  Thread thread;
  {
    MutexLock lock(&mu_);
    stopping_ = true;
    thread = std::move(thread_);
  }
  if (thread.joinable()) thread.Join();
}

void PeriodicWorker::Loop() {
  while (true) {
    {
      MutexLock lock(&mu_);
      if (stopping_) return;
      woken_ = false;
    }
    const absl::Duration pause = run_once_();
    if (pause <= absl::ZeroDuration()) continue;
    const absl::Time deadline = clock_->Now() + pause;
    MutexLock lock(&mu_);
    clock_->AwaitUntil(&mu_, deadline,
                       [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
                         return stopping_ || woken_;
                       });
  }
}

}  // namespace mirror::internal
