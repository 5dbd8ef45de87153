// SPDX-License-Identifier: Apache-2.0
//
// mirror_maker's command line, which is MM2's and some options more:
//
//   mirror_maker FILE [--clusters ALIAS...] [--check] ...
//   mirror_maker FILE.json... [--connect-worker FILE] ...
//   mirror_maker status --at HOST:PORT ...
//   mirror_maker preview-failover FILE ...

#ifndef MIRROR_DAEMON_COMMAND_LINE_H_
#define MIRROR_DAEMON_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/daemon/status_command.h"
#include "mirror/metrics/metrics_snapshot.h"
#include "mirror/runtime/log.h"

namespace mirror::internal {

struct CommandLine {
  enum class Action {
    kRun,
    kCheck,
    kDryRun,
    kPrintConfig,
    kStatus,  // and topics, groups: see `status`
    kPreviewFailover,
    kHelp,
    kVersion
  };

  Action action = Action::kRun;
  // A properties file, or JSON files of MM2's connectors.
  std::vector<std::string> files;
  std::string connect_worker;  // the Connect worker's file; empty: none
  std::vector<std::string> clusters;
  StreamLogSink::Format log_format = StreamLogSink::Format::kText;
  LogLevel log_level = LogLevel::kInfo;
  absl::Duration status_interval = absl::Minutes(1);  // zero: never
  std::string metrics_listen;  // "HOST:PORT"; empty: nowhere
  bool metrics_allow_public = false;
  MetricsOptions metrics;
  StatusCommand status;
  // Of a preview.
  std::string group;  // empty: all
  bool json = false;

  // Whether `files` are those of connectors.
  bool HasConnectors() const;
};

// InvalidArgument, naming the argument. `arguments` are without the program's
// name.
absl::StatusOr<CommandLine> ParseCommandLine(
    const std::vector<std::string>& arguments);

// What --help prints.
extern const char kHelp[];

}  // namespace mirror::internal

#endif  // MIRROR_DAEMON_COMMAND_LINE_H_
