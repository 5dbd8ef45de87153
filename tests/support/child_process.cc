// SPDX-License-Identifier: Apache-2.0

#include "tests/support/child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace mirror::internal::testing {
namespace {

// Between fork and exec, where only system calls are safe.
[[noreturn]] void BecomeProgram(char* const* argv, int output, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // the parent died before the prctl
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  execvp(argv[0], argv);
  _exit(127);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ChildProcess>> ChildProcess::Start(
    const std::vector<std::string>& argv, const std::string& output) {
  std::vector<char*> pointers;
  for (const std::string& argument : argv) {
    pointers.push_back(const_cast<char*>(argument.c_str()));
  }
  pointers.push_back(nullptr);
  const int output_fd =
      open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (output_fd < 0) {
    return absl::InternalError(
        absl::StrCat("cannot write ", output, ": ", strerror(errno)));
  }
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) BecomeProgram(pointers.data(), output_fd, parent);
  close(output_fd);
  if (pid < 0) {
    return absl::InternalError(absl::StrCat("fork: ", strerror(errno)));
  }
  const int pid_fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  return absl::WrapUnique(new ChildProcess(pid, pid_fd, output));
}

ChildProcess::ChildProcess(pid_t pid, int pid_fd, std::string output)
    : pid_(pid), pid_fd_(pid_fd), output_(std::move(output)) {}

ChildProcess::~ChildProcess() {
  if (!exit_code_.has_value()) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (pid_fd_ >= 0) close(pid_fd_);
}

absl::Status ChildProcess::Signal(int signal) {
  if (exit_code_.has_value() || kill(pid_, signal) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("process ", pid_, " is gone"));
  }
  if (signal == SIGSTOP) {
    // Its threads run on until each has noticed.
    siginfo_t stopped;
    waitid(P_PID, static_cast<id_t>(pid_), &stopped,
           WSTOPPED | WEXITED | WNOWAIT);
  }
  return absl::OkStatus();
}

absl::StatusOr<int> ChildProcess::Wait(absl::Duration timeout) {
  if (exit_code_.has_value()) return *exit_code_;
  struct pollfd ended = {pid_fd_, POLLIN, 0};
  int status = 0;
  if (poll(&ended, 1, static_cast<int>(absl::ToInt64Milliseconds(timeout))) <=
          0 ||
      waitpid(pid_, &status, WNOHANG) != pid_) {
    return absl::DeadlineExceededError(absl::StrCat(
        "process ", pid_, " still runs after ", absl::FormatDuration(timeout)));
  }
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return *exit_code_;
}

std::string ChildProcess::Output() const {
  std::ostringstream text;
  text << std::ifstream(output_).rdbuf();
  return text.str();
}

Ended RunProgram(const std::vector<std::string>& argv) {
  const auto process =
      ChildProcess::Start(argv, MakeTestDirectory("run") + "/output").value();
  Ended ended;
  ended.exit_code = process->Wait(absl::Minutes(1)).value_or(-1);
  ended.output = process->Output();
  return ended;
}

std::string MakeTestDirectory(const std::string& name) {
  const char* root = std::getenv("TEST_TMPDIR");
  std::string path =
      absl::StrCat(root == nullptr ? "/tmp" : root, "/", name, "-XXXXXX");
  if (mkdtemp(path.data()) == nullptr) abort();
  return path;
}

}  // namespace mirror::internal::testing
