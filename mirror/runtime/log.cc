// SPDX-License-Identifier: Apache-2.0

#include "mirror/runtime/log.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "mirror/model/utf8.h"
#include "nlohmann/json.hpp"

namespace mirror {
namespace {

std::string Rfc3339(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

std::string OrDash(const std::string& text) {
  return text.empty() ? "-" : text;
}

// One entry stays one line, whatever a broker put into its message.
std::string Text(const LogEntry& entry) {
  return absl::StrCat(
      Rfc3339(entry.time), " ", LogLevelName(entry.level), " ",
      OrDash(entry.flow), " ", OrDash(entry.subject), " ",
      absl::StrReplaceAll(entry.message, {{"\n", " "}, {"\r", " "}}), "\n");
}

std::string Json(const LogEntry& entry) {
  const nlohmann::ordered_json line = {
      {"time", Rfc3339(entry.time)},
      {"level", std::string(LogLevelName(entry.level))},
      {"flow", entry.flow},
      {"subject", entry.subject},
      {"message", entry.message}};
  // Names and messages may hold any bytes; replacing keeps dump() from
  // throwing.
  return line.dump(-1, ' ', false,
                   nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

}  // namespace

absl::string_view LogLevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "unknown";
}

void StreamLogSink::Log(const LogEntry& entry) {
  if (entry.level < threshold_) return;
  const std::string line = format_ == Format::kJson ? Json(entry) : Text(entry);
  // One write per line: stdio locks the stream, so lines of threads do not mix.
  std::fwrite(line.data(), 1, line.size(), stream_);
  std::fflush(stream_);
}

void Logger::Log(LogLevel level, absl::string_view subject,
                 absl::string_view message) const {
  if (sink_ == nullptr) return;
  sink_->Log({clock_->WallTime(), level, flow_, internal::ToUtf8(subject),
              internal::ToUtf8(message)});
}

}  // namespace mirror
