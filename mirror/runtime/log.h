// SPDX-License-Identifier: Apache-2.0
//
// Where log lines go. The library writes none anywhere by itself: the host
// hands in a LogSink, and without one nothing is printed.
//
//   StreamLogSink sink(stderr, StreamLogSink::Format::kText, LogLevel::kInfo);
//   Logger log(&sink, Clock::System(), "primary->standby");
//   log.Warning("orders-3", "record at 17 is too large; ...");

#ifndef MIRROR_RUNTIME_LOG_H_
#define MIRROR_RUNTIME_LOG_H_

#include <cstdio>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/mutex.h"

namespace mirror {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// "debug", "info", "warning", "error".
absl::string_view LogLevelName(LogLevel level);

// One event, in UTF-8. `flow` ("S->T") and `subject` (a topic, topic-partition,
// group or cluster) are empty where the event concerns no single one.
struct LogEntry {
  absl::Time time;  // calendar time
  LogLevel level = LogLevel::kInfo;
  std::string flow;
  std::string subject;
  std::string message;
};

// Purpose: receives log entries; a host subclasses it to feed its own logging.
// Thread safety: Log() is called from any thread, also at the same time, with
// no lock of the library held. It must not throw. What it may call of the
// engine is said at MirrorEngine. While it does not return, the thread that
// logs does nothing else, and that may be one that copies.
// Lifetime: must outlive the engine.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void Log(const LogEntry& entry) = 0;
};

// Writes one line per entry to a stream it does not own.
class StreamLogSink final : public LogSink {
 public:
  // kText: `2026-01-31T12:00:00.000Z info S->T orders-3 message`; an empty flow
  // or subject is `-`. kJson: one object per line with the same members.
  enum class Format { kText, kJson };

  StreamLogSink(std::FILE* stream, Format format, LogLevel threshold)
      : stream_(stream), format_(format), threshold_(threshold) {}

  void Log(const LogEntry& entry) override;

 private:
  std::FILE* const stream_;
  const Format format_;
  const LogLevel threshold_;
};

// Purpose: a LogSink with the flow and the clock filled in. A small value,
// copied freely; a null sink swallows everything.
// Thread safety: thread-safe.
class Logger {
 public:
  Logger() = default;
  Logger(LogSink* sink, Clock* clock, std::string flow)
      : sink_(sink), clock_(clock), flow_(std::move(flow)) {}

  void Debug(absl::string_view subject, absl::string_view message) const {
    Log(LogLevel::kDebug, subject, message);
  }
  void Info(absl::string_view subject, absl::string_view message) const {
    Log(LogLevel::kInfo, subject, message);
  }
  void Warning(absl::string_view subject, absl::string_view message) const {
    Log(LogLevel::kWarning, subject, message);
  }
  void Error(absl::string_view subject, absl::string_view message) const {
    Log(LogLevel::kError, subject, message);
  }
  void Log(LogLevel level, absl::string_view subject,
           absl::string_view message) const;

 private:
  LogSink* sink_ = nullptr;
  Clock* clock_ = nullptr;
  std::string flow_;
};

}  // namespace mirror

#endif  // MIRROR_RUNTIME_LOG_H_
