// SPDX-License-Identifier: Apache-2.0
//
// A thread whose start may fail: std::thread would throw where the process or
// its control group has as many as it may (pids.max, RLIMIT_NPROC).
//
//   absl::StatusOr<Thread> thread = Thread::Start("heartbeats", [&] { Loop();
//   }); if (!thread.ok()) return thread.status();
//   ...
//   thread->Join();

#ifndef MIRROR_RUNTIME_THREAD_H_
#define MIRROR_RUNTIME_THREAD_H_

#include <pthread.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace mirror::internal {

// Thread safety: thread-compatible. Lifetime: join or detach it before it is
// destroyed; destroying one that runs is a fault of the program.
class Thread {
 public:
  // None yet.
  Thread() = default;
  Thread(Thread&& other) noexcept
      : handle_(std::exchange(other.handle_, std::nullopt)) {}
  Thread& operator=(Thread&& other) noexcept;
  ~Thread();

  // Runs `body`, which must not throw, and destroys it. `name` (at most 15
  // characters count) is shown by debuggers and top. ResourceExhausted: no
  // thread is to be had; `body` did not run.
  static absl::StatusOr<Thread> Start(const std::string& name,
                                      std::function<void()> body);

  bool joinable() const { return handle_.has_value(); }
  void Join();
  void Detach();

 private:
  std::optional<pthread_t> handle_;
};

// Takes all threads but the first `allowed` away from this process for a scope,
// as a limit does. For tests; one at a time.
class ThreadShortage {
 public:
  explicit ThreadShortage(int allowed);
  ~ThreadShortage();
  ThreadShortage(const ThreadShortage&) = delete;
  ThreadShortage& operator=(const ThreadShortage&) = delete;
};

}  // namespace mirror::internal

#endif  // MIRROR_RUNTIME_THREAD_H_
