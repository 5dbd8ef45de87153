// SPDX-License-Identifier: Apache-2.0

#include "mirror/daemon/command_line.h"

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace mirror::internal {

const char kHelp[] =
    "Mirrors Kafka clusters as a MirrorMaker 2 properties file says, or the "
    "JSON\n"
    "files of its connectors on Kafka Connect.\n"
    "\n"
    "  mirror_maker FILE [--clusters ALIAS...] [OPTION...]\n"
    "  mirror_maker FILE.json... [--connect-worker FILE] [OPTION...]\n"
    "  mirror_maker status|topics|groups --at HOST:PORT [--watch] [--json]\n"
    "  mirror_maker preview-failover FILE... [--clusters ALIAS...] [--group "
    "G]\n"
    "                           [--json]\n"
    "\n"
    "  --connect-worker FILE    the properties of the Connect worker that ran "
    "the\n"
    "                           connectors: where their progress is stored\n"
    "  --clusters ALIAS...      run only the flows into these clusters\n"
    "  --check                  connect to every cluster, report, exit\n"
    "  --dry-run                print what would be created or changed, exit\n"
    "  --print-config           print the configuration in force, exit; of\n"
    "                           connectors as a properties file\n"
    "  --log-format=text|json   default text\n"
    "  --log-level=LEVEL        debug, info (default), warning or error\n"
    "  --status-interval=SECS   a line of figures per flow this often;\n"
    "                           default 60, 0: never\n"
    "  --metrics-listen HOST:PORT\n"
    "                           serve a status page, /metrics, /status,\n"
    "                           /livez, /readyz and /health over HTTP\n"
    "  --metrics-allow-public   on an address that other machines reach, too\n"
    "  --metrics-level=LEVEL    a series per flow, topic or partition "
    "(default)\n"
    "  --metrics-groups         and one per group whose offsets are synced\n"
    "  --help, --version\n"
    "\n"
    "  status, topics, groups   ask the process that runs with\n"
    "                           --metrics-listen HOST:PORT, and print how its\n"
    "                           flows, topics or groups are; a FILE of such a "
    "name\n"
    "                           is ./status\n"
    "  --watch                  every 2 s again, with rates\n"
    "  preview-failover         ask the clusters of FILE what a failover would "
    "lose\n"
    "                           now, and where groups, or group G, would "
    "resume\n"
    "  --json                   for programs\n"
    "\n"
    "Logs to standard error. SIGTERM or SIGINT: stops in order.\n"
    "Exit codes: 0 stopped, checked or printed, 2 wrong arguments or "
    "configuration,\n"
    "3 could not start, or a cluster does not answer.\n";

namespace {

absl::Status Wrong(const std::string& argument, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(argument, ": ", why));
}

absl::Status ParseLogLevel(const std::string& argument, absl::string_view value,
                           CommandLine* result) {
  for (const LogLevel level : {LogLevel::kDebug, LogLevel::kInfo,
                               LogLevel::kWarning, LogLevel::kError}) {
    if (value != LogLevelName(level)) continue;
    result->log_level = level;
    return absl::OkStatus();
  }
  return Wrong(argument, "must be debug, info, warning or error");
}

absl::Status ParseMetricsLevel(const std::string& argument,
                               absl::string_view value, CommandLine* result) {
  if (value == "flow") {
    result->metrics.level = MetricsLevel::kFlow;
  } else if (value == "topic") {
    result->metrics.level = MetricsLevel::kTopic;
  } else if (value == "partition") {
    result->metrics.level = MetricsLevel::kPartition;
  } else {
    return Wrong(argument, "must be flow, topic or partition");
  }
  return absl::OkStatus();
}

bool ParsePreviewOption(const std::string& argument, CommandLine* result) {
  absl::string_view value = argument;
  if (argument == "--json") {
    result->json = true;
  } else if (absl::ConsumePrefix(&value, "--group=") && !value.empty()) {
    result->group = std::string(value);
  } else {
    return false;
  }
  return true;
}

// Options of the form --name=value.
absl::Status ParseValue(const std::string& argument, CommandLine* result) {
  absl::string_view value = argument;
  if (absl::ConsumePrefix(&value, "--log-level=")) {
    return ParseLogLevel(argument, value, result);
  }
  if (absl::ConsumePrefix(&value, "--metrics-level=")) {
    return ParseMetricsLevel(argument, value, result);
  }
  if (absl::ConsumePrefix(&value, "--metrics-listen=")) {
    if (value.empty()) return Wrong(argument, "HOST:PORT is missing");
    result->metrics_listen = std::string(value);
    return absl::OkStatus();
  }
  if (absl::ConsumePrefix(&value, "--connect-worker=")) {
    if (value.empty()) return Wrong("--connect-worker", "needs a FILE");
    result->connect_worker = std::string(value);
    return absl::OkStatus();
  }
  if (absl::ConsumePrefix(&value, "--log-format=")) {
    if (value != "text" && value != "json") {
      return Wrong(argument, "must be text or json");
    }
    result->log_format = value == "json" ? StreamLogSink::Format::kJson
                                         : StreamLogSink::Format::kText;
    return absl::OkStatus();
  }
  if (absl::ConsumePrefix(&value, "--status-interval=")) {
    int seconds = 0;
    if (!absl::SimpleAtoi(value, &seconds) || seconds < 0) {
      return Wrong(argument, "must be a number of seconds");
    }
    result->status_interval = absl::Seconds(seconds);
    return absl::OkStatus();
  }
  return Wrong(argument, "unknown option");
}

absl::Status ParseOption(const std::string& argument, CommandLine* result) {
  using Action = CommandLine::Action;
  if (argument == "--help" || argument == "-h") {
    result->action = Action::kHelp;
  } else if (argument == "--version") {
    result->action = Action::kVersion;
  } else if (argument == "--check") {
    result->action = Action::kCheck;
  } else if (argument == "--dry-run") {
    result->action = Action::kDryRun;
  } else if (argument == "--print-config") {
    result->action = Action::kPrintConfig;
  } else if (argument == "--metrics-allow-public") {
    result->metrics_allow_public = true;
  } else if (argument == "--metrics-groups") {
    result->metrics.groups = true;
  } else {
    return ParseValue(argument, result);
  }
  return absl::OkStatus();
}

// The words and options behind a command.
absl::Status ParseStatusCommand(const std::vector<std::string>& arguments,
                                CommandLine* result) {
  result->action = CommandLine::Action::kStatus;
  StatusCommand& command = result->status;
  for (size_t i = 1; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    absl::string_view value = argument;
    if (argument == "--watch") {
      command.watch = true;
    } else if (argument == "--json") {
      command.json = true;
    } else if (argument == "--at" && i + 1 < arguments.size()) {
      command.at = arguments[++i];
    } else if (absl::ConsumePrefix(&value, "--at=")) {
      command.at = std::string(value);
    } else if (argument == "--help" || argument == "-h") {
      result->action = CommandLine::Action::kHelp;
      return absl::OkStatus();
    } else if (argument != "--at") {
      return Wrong(argument, absl::StrCat("unknown option of ", arguments[0]));
    }
  }
  if (command.at.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(arguments[0],
                     ": --at HOST:PORT is missing, the --metrics-listen of "
                     "the process to ask"));
  }
  return absl::OkStatus();
}

std::optional<StatusCommand::View> ViewOf(absl::string_view word) {
  if (word == "status") return StatusCommand::View::kStatus;
  if (word == "topics") return StatusCommand::View::kTopics;
  if (word == "groups") return StatusCommand::View::kGroups;
  return std::nullopt;
}

bool IsJson(const std::string& file) { return absl::EndsWith(file, ".json"); }

absl::Status CheckFiles(const CommandLine& result) {
  for (const std::string& file : result.files) {
    if (result.files.size() == 1 || IsJson(file)) continue;
    return Wrong(file, "only FILE.json, connectors, can be more than one");
  }
  if (!result.connect_worker.empty() && !result.HasConnectors()) {
    return absl::InvalidArgumentError(
        "--connect-worker: goes with FILE.json, connectors");
  }
  return absl::OkStatus();
}

absl::Status CheckComplete(const CommandLine& result, bool clusters_given) {
  if (result.action == CommandLine::Action::kHelp ||
      result.action == CommandLine::Action::kVersion) {
    return absl::OkStatus();
  }
  if (result.files.empty()) {
    return absl::InvalidArgumentError(
        clusters_given ? "FILE is missing; it goes before --clusters, which "
                         "takes all words after it"
                       : "FILE is missing");
  }
  if (clusters_given && result.clusters.empty()) {
    return absl::InvalidArgumentError("--clusters: name at least one alias");
  }
  return CheckFiles(result);
}

}  // namespace

bool CommandLine::HasConnectors() const {
  return !files.empty() && IsJson(files.front());
}

absl::StatusOr<CommandLine> ParseCommandLine(
    const std::vector<std::string>& arguments) {
  CommandLine result;
  const auto view = ViewOf(arguments.empty() ? "" : arguments.front());
  if (view.has_value()) {
    result.status.view = *view;
    absl::Status status = ParseStatusCommand(arguments, &result);
    if (!status.ok()) return status;
    return result;
  }
  const bool preview =
      !arguments.empty() && arguments.front() == "preview-failover";
  if (preview) result.action = CommandLine::Action::kPreviewFailover;
  bool clusters_given = false;
  bool in_clusters = false;  // --clusters takes every word up to an option
  for (size_t i = preview ? 1 : 0; i < arguments.size(); ++i) {
    std::string argument = arguments[i];
    // The value may be the next word.
    if (argument == "--metrics-listen" || argument == "--connect-worker" ||
        (preview && argument == "--group")) {
      const bool last = ++i == arguments.size();
      absl::StrAppend(&argument, "=", last ? "" : arguments[i]);
    }
    if (argument == "--clusters") {
      clusters_given = in_clusters = true;
    } else if (absl::StartsWith(argument, "-")) {
      in_clusters = false;
      if (preview && ParsePreviewOption(argument, &result)) continue;
      absl::Status status = ParseOption(argument, &result);
      if (!status.ok()) return status;
    } else if (in_clusters) {
      result.clusters.push_back(argument);
    } else {
      result.files.push_back(argument);
    }
  }
  using Action = CommandLine::Action;
  if (preview &&
      (result.action == Action::kCheck || result.action == Action::kDryRun ||
       result.action == Action::kPrintConfig)) {
    return absl::InvalidArgumentError(
        "preview-failover: does not go with --check, --dry-run or "
        "--print-config");
  }
  absl::Status status = CheckComplete(result, clusters_given);
  if (!status.ok()) return status;
  return result;
}

}  // namespace mirror::internal
