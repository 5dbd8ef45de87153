// SPDX-License-Identifier: Apache-2.0

#include "mirror/runtime/log.h"

#include <cstdio>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "mirror/testing/simulated_clock.h"
#include "nlohmann/json.hpp"

namespace mirror::internal {
namespace {

// What `log` writes to a stream.
template <typename Function>
std::string Written(StreamLogSink::Format format, Function log) {
  char* data = nullptr;
  size_t size = 0;
  std::FILE* stream = open_memstream(&data, &size);
  SimulatedClock clock;
  clock.SetWallClock(absl::Hours(1));
  StreamLogSink sink(stream, format, LogLevel::kInfo);
  log(Logger(&sink, &clock, "S->T"));
  std::fclose(stream);
  std::string written(data, size);
  free(data);
  return written;
}

TEST(StreamLogSink, WritesOneTextLinePerEntry) {
  EXPECT_EQ(Written(StreamLogSink::Format::kText,
                    [](const Logger& log) {
                      log.Warning("orders-3", "two\nlines");
                      log.Info("", "started");
                    }),
            "2023-11-14T23:13:20.000Z warning S->T orders-3 two lines\n"
            "2023-11-14T23:13:20.000Z info S->T - started\n");
}

TEST(StreamLogSink, WritesJsonEvenForBytesThatAreNoText) {
  const std::string line =
      Written(StreamLogSink::Format::kJson,
              [](const Logger& log) { log.Error("t\"-0", "bad \xff byte"); });
  const auto json = nlohmann::json::parse(line, nullptr, false);
  ASSERT_FALSE(json.is_discarded()) << line;
  EXPECT_EQ(json["level"], "error");
  EXPECT_EQ(json["flow"], "S->T");
  EXPECT_EQ(json["subject"], "t\"-0");
  EXPECT_EQ(json["message"], "bad \\xff byte");
}

TEST(StreamLogSink, SkipsWhatIsBelowTheThreshold) {
  EXPECT_EQ(Written(StreamLogSink::Format::kText,
                    [](const Logger& log) { log.Debug("", "x"); }),
            "");
}

TEST(Logger, WithoutASinkIsSilent) { Logger().Error("orders-3", "unheard"); }

}  // namespace
}  // namespace mirror::internal
