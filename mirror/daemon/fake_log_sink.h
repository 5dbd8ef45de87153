// SPDX-License-Identifier: Apache-2.0
//
// A log that a test reads: "LEVEL SUBJECT MESSAGE" per line.

#ifndef MIRROR_DAEMON_FAKE_LOG_SINK_H_
#define MIRROR_DAEMON_FAKE_LOG_SINK_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "mirror/runtime/log.h"

namespace mirror::internal {

// Thread safety: none; for code that logs on the test's own thread.
class FakeLogSink final : public LogSink {
 public:
  void Log(const LogEntry& entry) override {
    lines.push_back(absl::StrCat(LogLevelName(entry.level), " ", entry.subject,
                                 " ", entry.message));
  }
  std::vector<std::string> lines;
};

}  // namespace mirror::internal

#endif  // MIRROR_DAEMON_FAKE_LOG_SINK_H_
