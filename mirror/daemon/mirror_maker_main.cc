// SPDX-License-Identifier: Apache-2.0

#include "mirror/daemon/mirror_maker_main.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "mirror/config/mirror_maker_config.h"
#include "mirror/daemon/cluster_check.h"
#include "mirror/daemon/command_line.h"
#include "mirror/daemon/dry_run.h"
#include "mirror/daemon/flow_summary.h"
#include "mirror/daemon/preview_failover.h"
#include "mirror/daemon/status_command.h"
#include "mirror/flow.h"
#include "mirror/http/engine_pages.h"
#include "mirror/http/http_server.h"
#include "mirror/mirror_engine.h"
#include "mirror/version.h"

namespace mirror {
namespace internal {
namespace {

constexpr int kOk = 0;
constexpr int kWrongConfiguration = 2;
constexpr int kCannotStart = 3;

// The signals that end the program, and the one by which the engine's threads
// wake the main thread.
sigset_t HandledSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) {
    sigaddset(&signals, signal);
  }
  return signals;
}

// The next of HandledSignals(), or 0 when `timeout` has passed.
int AwaitSignal(absl::Duration timeout) {
  const sigset_t signals = HandledSignals();
  const timespec wait = absl::ToTimespec(timeout);
  return std::max(sigtimedwait(&signals, nullptr, &wait), 0);
}

bool EndsTheProgram(int signal) {
  return signal == SIGTERM || signal == SIGINT;
}

class WakeOnFailure final : public EngineListener {
 public:
  void OnEvent(const EngineEvent& event) override {
    if (event.kind == EngineEvent::Kind::kFlowFailed) kill(getpid(), SIGUSR1);
  }
};

void LogErrors(const Logger& log, const absl::Status& status) {
  for (const absl::string_view line : absl::StrSplit(status.message(), '\n')) {
    log.Error("", line);
  }
}

// Flows that only write heartbeats do not fail, and alone do not keep the
// program running.
bool AllHaveFailed(const EngineStatus& status, const std::vector<Flow>& flows) {
  bool any = false;
  for (int i = 0; i < status.flows_size(); ++i) {
    if (!flows[i].replicate) continue;
    if (status.flows(i).state() != FLOW_FAILED) return false;
    any = true;
  }
  return any;
}

class Daemon {
 public:
  Daemon(const internal::CommandLine& line, const MirrorMakerConfig& config,
         LogSink* sink)
      : line_(line), config_(config), sink_(sink), log_(LoggerOf("")) {}

  // Returns the exit code.
  int Run(std::vector<Flow> flows) {
    MirrorEngineOptions options(std::move(flows));
    options.log = sink_;
    options.listener = &listener_;
    auto engine = MirrorEngine::Create(std::move(options));
    if (!engine.ok()) {
      LogErrors(log_, engine.status());
      return kCannotStart;
    }
    engine_ = *std::move(engine);
    // First, so that probes see it start, and nothing is copied without the
    // metrics that were asked for.
    if (const absl::Status status = Serve(); !status.ok()) {
      LogErrors(log_, status);
      return absl::IsInvalidArgument(status) ? kWrongConfiguration
                                             : kCannotStart;
    }
    if (const absl::Status status = engine_->Start(); !status.ok()) {
      LogErrors(log_, status);
      return kCannotStart;
    }
    const int exit_code = AwaitEnd();
    const absl::Status stopped = engine_->Stop();
    if (!stopped.ok()) log_.Warning("", stopped.message());
    log_.Info("", "stopped");
    return exit_code;
  }

 private:
  Logger LoggerOf(const std::string& flow) const {
    return Logger(sink_, Clock::System(), flow);
  }

  // Until the process ends.
  absl::Status Serve() {
    if (line_.metrics_listen.empty()) return absl::OkStatus();
    pages_.emplace([this] { return engine_->Status(); }, line_.metrics,
                   Clock::System());
    internal::HttpServerOptions options;
    options.address = line_.metrics_listen;
    options.allow_public = line_.metrics_allow_public;
    auto server = internal::HttpServer::Start(
        options, Clock::System(), [this](const internal::HttpRequest& request) {
          return pages_->Answer(request);
        });
    if (!server.ok()) {
      return absl::Status(
          server.status().code(),
          absl::StrCat("--metrics-listen: ", server.status().message()));
    }
    server_ = *std::move(server);
    log_.Info("", absl::StrCat("metrics at ", server_->url(), "/metrics"));
    return absl::OkStatus();
  }

  int AwaitEnd() {
    last_summary_ = Clock::System()->Now();
    for (;;) {
      const bool summaries = line_.status_interval > absl::ZeroDuration();
      const absl::Time next = last_summary_ + line_.status_interval;
      const int signal =
          AwaitSignal(summaries ? std::max(next - Clock::System()->Now(),
                                           absl::ZeroDuration())
                                : absl::Hours(1));
      if (EndsTheProgram(signal)) {
        log_.Info("", absl::StrCat(signal == SIGTERM ? "SIGTERM" : "SIGINT",
                                   ": stopping"));
        return kOk;
      }
      if (AllHaveFailed(engine_->Status(), config_.flows())) {
        log_.Error("", "no flow can run; see above");
        return kCannotStart;
      }
      if (summaries && Clock::System()->Now() >= next) LogSummaries();
    }
  }

  void LogSummaries() {
    const absl::Time now = Clock::System()->Now();
    const EngineStatus status = engine_->Status();
    for (int i = 0; i < status.flows_size(); ++i) {
      // Heartbeats have no figures.
      if (!config_.flows()[i].replicate) continue;
      const FlowStatus& flow = status.flows(i);
      const std::string name = config_.flows()[i].name();
      int64_t& records = records_[name];
      LoggerOf(name).Info(
          "", internal::SummarizeFlow(flow, records, now - last_summary_));
      records = flow.totals().records();
    }
    last_summary_ = now;
  }

  const internal::CommandLine& line_;
  const MirrorMakerConfig& config_;
  LogSink* const sink_;
  const Logger log_;
  WakeOnFailure listener_;
  std::unique_ptr<MirrorEngine> engine_;
  std::optional<internal::EnginePages> pages_;
  std::unique_ptr<internal::HttpServer> server_;
  absl::Time last_summary_;
  std::map<std::string, int64_t> records_;  // at the last summary, by flow
};

// "A->B, B->A (heartbeats only)".
std::string DescribeFlows(const MirrorMakerConfig& config) {
  std::vector<std::string> names;
  for (const Flow& flow : config.flows()) {
    names.push_back(
        absl::StrCat(flow.name(), flow.replicate ? "" : " (heartbeats only)"));
  }
  return absl::StrJoin(names, ", ");
}

void LogConfiguration(const MirrorMakerConfig& config, LogSink* sink) {
  const Logger log(sink, Clock::System(), "");
  for (const std::string& text : config.warnings()) log.Warning("", text);
  for (const std::string& text : config.notes()) log.Info("", text);
}

// The report is the program's output, so it goes to standard output.
int Check(const internal::CommandLine& line, const std::vector<Flow>& flows) {
  StreamLogSink report(stdout, line.log_format, LogLevel::kInfo);
  bool good = true;
  for (const Flow& flow : flows) {
    good &= internal::CheckFlowClusters(
        flow, Logger(&report, Clock::System(), flow.name()));
  }
  return good ? kOk : kCannotStart;
}

// The same; what cannot be found out goes to standard error.
int PrintDryRun(const std::vector<Flow>& flows, LogSink* sink) {
  internal::DryRunReport report;
  for (const Flow& flow : flows) {
    internal::DryRunFlow(flow, Logger(sink, Clock::System(), flow.name()),
                         &report);
  }
  std::fputs(internal::FormatDryRun(report.rows).c_str(), stdout);
  return report.complete ? kOk : kCannotStart;
}

// The same.
int PrintPreviews(const internal::CommandLine& line,
                  const std::vector<Flow>& flows, LogSink* sink) {
  std::vector<internal::FlowPreview> previews;
  for (const Flow& flow : flows) {
    if (!flow.replicate) continue;
    previews.push_back(internal::PreviewFlowFailover(
        flow, line.group, Logger(sink, Clock::System(), flow.name())));
  }
  std::fputs(line.json ? internal::PreviewsJson(previews).c_str()
                       : internal::FormatPreviews(previews).c_str(),
             stdout);
  return internal::IsComplete(previews) ? kOk : kCannotStart;
}

absl::StatusOr<MirrorMakerConfig> LoadFiles(
    const internal::CommandLine& line, const PluginRegistry& plugins,
    std::vector<std::string>* warnings) {
  const MirrorMakerOptions options{line.clusters, plugins};
  if (line.HasConnectors()) {
    return MirrorMakerConfig::LoadConnectors({line.files, line.connect_worker},
                                             ConfigSources::System(), options,
                                             warnings);
  }
  return MirrorMakerConfig::Load(line.files.front(), ConfigSources::System(),
                                 options, warnings);
}

int RunFiles(const internal::CommandLine& line, const PluginRegistry& plugins) {
  StreamLogSink sink(stderr, line.log_format, line.log_level);
  const Logger log(&sink, Clock::System(), "");
  std::vector<std::string> warnings;
  const auto config = LoadFiles(line, plugins, &warnings);
  if (!config.ok()) {
    for (const std::string& text : warnings) log.Warning("", text);
    LogErrors(log, config.status());
    return kWrongConfiguration;
  }
  if (line.action == internal::CommandLine::Action::kRun) {
    log.Info("", absl::StrCat("mirror_maker ", internal::kVersion, " starts ",
                              DescribeFlows(*config), " of ",
                              absl::StrJoin(line.files, ", ")));
  }
  LogConfiguration(*config, &sink);
  if (line.action == internal::CommandLine::Action::kPrintConfig) {
    std::fputs(config->printed().c_str(), stdout);
    return kOk;
  }
  const std::vector<Flow>& flows = config->flows();
  if (line.action == internal::CommandLine::Action::kCheck)
    return Check(line, flows);
  if (line.action == internal::CommandLine::Action::kDryRun) {
    return PrintDryRun(flows, &sink);
  }
  if (line.action == internal::CommandLine::Action::kPreviewFailover) {
    return PrintPreviews(line, flows, &sink);
  }
  return Daemon(line, *config, &sink).Run(flows);
}

// The tables are the program's output.
int RunStatus(const internal::StatusCommand& command) {
  const auto asker = internal::StatusAsker::Create(command, Clock::System());
  if (!asker.ok()) {
    const std::string message(asker.status().message());
    std::fprintf(stderr, "mirror_maker: --at: %s\n", message.c_str());
    return kWrongConfiguration;
  }
  const auto wait = [](absl::Duration time) {
    return !EndsTheProgram(AwaitSignal(time));
  };
  return internal::RunStatusCommand(command, asker->get(), wait, stdout, stderr)
             ? kOk
             : kCannotStart;
}

// --help and --version are answered here.
int RunCommandLine(const std::vector<std::string>& arguments,
                   const PluginRegistry& plugins) {
  const absl::StatusOr<internal::CommandLine> line =
      internal::ParseCommandLine(arguments);
  if (!line.ok()) {
    const std::string message(line.status().message());
    std::fprintf(stderr, "mirror_maker: %s (see --help)\n", message.c_str());
    return kWrongConfiguration;
  }
  if (line->action == internal::CommandLine::Action::kHelp) {
    std::fputs(kHelp, stdout);
    return kOk;
  }
  if (line->action == internal::CommandLine::Action::kVersion) {
    std::printf("mirror_maker %s\n", internal::kVersion);
    return kOk;
  }
  if (line->action == internal::CommandLine::Action::kStatus) {
    return RunStatus(line->status);
  }
  return RunFiles(*line, plugins);
}

}  // namespace
}  // namespace internal

int MirrorMakerMain(int argc, char** argv, const PluginRegistry& plugins) {
  // Before any thread starts, so that all inherit it.
  const sigset_t signals = internal::HandledSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // A log that is no longer read does not stop the mirror.
  signal(SIGPIPE, SIG_IGN);
  return internal::RunCommandLine(
      std::vector<std::string>(argv + 1, argv + argc), plugins);
}

}  // namespace mirror
