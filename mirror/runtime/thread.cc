// SPDX-License-Identifier: Apache-2.0

#include "mirror/runtime/thread.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

constexpr int kAny = std::numeric_limits<int>::max();

// How many more may start.
std::atomic<int> allowed{kAny};

bool MayStart() {
  int left = allowed.load();
  while (left != kAny) {
    if (left <= 0) return false;
    if (allowed.compare_exchange_weak(left, left - 1)) return true;
  }
  return true;
}

void* Run(void* argument) {
  const std::unique_ptr<std::function<void()>> body(
      static_cast<std::function<void()>*>(argument));
  (*body)();
  return nullptr;
}

}  // namespace

absl::StatusOr<Thread> Thread::Start(const std::string& name,
                                     std::function<void()> body) {
  auto owned = std::make_unique<std::function<void()>>(std::move(body));
  pthread_t handle = {};
  const int error =
      MayStart() ? pthread_create(&handle, nullptr, &Run, owned.get()) : EAGAIN;
  if (error != 0) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "thread ", name, " cannot be started: ", std::strerror(error),
        "; raise the limit on threads (pids.max of the control group, ulimit "
        "-u, kernel.threads-max) or run fewer flows in one process"));
  }
  owned.release();  // of Run() from here on
  // The kernel keeps 15 characters.
  pthread_setname_np(handle, name.substr(0, 15).c_str());
  Thread thread;
  thread.handle_ = handle;
  return thread;
}

Thread& Thread::operator=(Thread&& other) noexcept {
  if (joinable()) std::abort();
  handle_ = std::exchange(other.handle_, std::nullopt);
  return *this;
}

Thread::~Thread() {
  if (joinable()) std::abort();
}

void Thread::Join() {
  pthread_join(*std::exchange(handle_, std::nullopt), nullptr);
}

void Thread::Detach() { pthread_detach(*std::exchange(handle_, std::nullopt)); }

ThreadShortage::ThreadShortage(int allowed_threads) {
  allowed = allowed_threads;
}

ThreadShortage::~ThreadShortage() { allowed = kAny; }

}  // namespace mirror::internal
