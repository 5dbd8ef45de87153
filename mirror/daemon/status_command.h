// SPDX-License-Identifier: Apache-2.0
//
// mirror_maker status, topics, groups: asks a running process (its
// --metrics-listen) and prints tables, problems first, or JSON.
//
//   mirror_maker topics --at 127.0.0.1:9404 --watch

#ifndef MIRROR_DAEMON_STATUS_COMMAND_H_
#define MIRROR_DAEMON_STATUS_COMMAND_H_

#include <cstdio>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/curl/http_client.h"
#include "mirror/http/status_rows.h"
#include "mirror/runtime/clock.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

struct StatusCommand {
  enum class View { kStatus, kTopics, kGroups };

  View view = View::kStatus;
  // "HOST:PORT", or the URL of a proxy in front.
  std::string at;
  bool watch = false;
  bool json = false;
};

// Asks one process again and again.
// Thread safety: thread-compatible. Lifetime: `clock` must outlive it.
class StatusAsker {
 public:
  // InvalidArgument: `command.at` is no address.
  static absl::StatusOr<std::unique_ptr<StatusAsker>> Create(
      StatusCommand command, Clock* clock);

  // What there is to print now. Unavailable, DeadlineExceeded: the process does
  // not answer; FailedPrecondition: what answers is none.
  absl::StatusOr<std::string> Ask();

 private:
  StatusAsker(StatusCommand command, std::unique_ptr<HttpClient> http,
              Clock* clock);

  const StatusCommand command_;
  const std::unique_ptr<HttpClient> http_;
  Clock* const clock_;
  RowRates rates_;
};

// Prints to `out` once, or with --watch every other second, in place if `out`
// is a terminal, until `wait` (for that long) returns false. Returns whether
// the process answered the last time; if not, the reason is on `errors`.
bool RunStatusCommand(const StatusCommand& command, StatusAsker* asker,
                      const std::function<bool(absl::Duration)>& wait,
                      std::FILE* out, std::FILE* errors);

// The tables of a view. `rates` has seen `status`.
std::string FormatStatus(StatusCommand::View view, const EngineStatus& status,
                         const RowRates& rates);
// The rows of a view as an array of objects, in one line: texts as they are,
// numbers in base units, null if there is none. kStatus: an object with
// "health", "problems" and "flows".
std::string StatusRowsJson(StatusCommand::View view, const EngineStatus& status,
                           const RowRates& rates);

}  // namespace mirror::internal

#endif  // MIRROR_DAEMON_STATUS_COMMAND_H_
