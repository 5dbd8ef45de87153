// SPDX-License-Identifier: Apache-2.0
//
// A program that a test runs beside itself: a broker, a Kafka tool, our daemon.
//
//   auto child = ChildProcess::Start({"tools/broker", dir, "9092"}, "log");
//   (*child)->Signal(SIGSTOP);
//   absl::StatusOr<int> code = (*child)->Wait(absl::Seconds(10));

#ifndef TESTS_SUPPORT_CHILD_PROCESS_H_
#define TESTS_SUPPORT_CHILD_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace mirror::internal::testing {

// A running program. Not thread-safe. The destructor kills it. The kernel kills
// it too when the thread that started it ends, however that happens: start
// children from the test's main thread.
class ChildProcess {
 public:
  // Runs `argv` (found along PATH) with standard output and error appended to
  // the file `output`. An `argv[0]` that cannot be run ends with exit code 127.
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Start(
      const std::vector<std::string>& argv, const std::string& output);

  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }

  // FailedPrecondition if the program has ended. SIGSTOP: returns when it has
  // stopped.
  absl::Status Signal(int signal);

  // Blocks until the program has ended and returns its exit code, or 128 plus
  // the signal that ended it. DeadlineExceeded if it still runs.
  absl::StatusOr<int> Wait(absl::Duration timeout);

  // What the program has printed so far.
  std::string Output() const;

 private:
  ChildProcess(pid_t pid, int pid_fd, std::string output);

  const pid_t pid_;
  const int pid_fd_;
  const std::string output_;
  std::optional<int> exit_code_;
};

// How a program ended.
struct Ended {
  int exit_code = -1;  // -1: it did not
  std::string output;  // standard output and error together
};

// Runs `argv` to its end, for at most a minute.
Ended RunProgram(const std::vector<std::string>& argv);

// A folder for one test's files, unique in this run.
std::string MakeTestDirectory(const std::string& name);

}  // namespace mirror::internal::testing

#endif  // TESTS_SUPPORT_CHILD_PROCESS_H_
