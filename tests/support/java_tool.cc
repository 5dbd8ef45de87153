// SPDX-License-Identifier: Apache-2.0

#include "tests/support/java_tool.h"

#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"

namespace mirror::internal::testing {

absl::StatusOr<std::unique_ptr<ChildProcess>> StartJavaTool(
    const std::string& main_class, const std::vector<std::string>& arguments) {
  const char* jars = std::getenv("KAFKA_JARS");
  if (jars == nullptr) {
    return absl::FailedPreconditionError(
        "KAFKA_JARS is not set: run tools/test, or `KAFKA_JARS=$(tools/setup "
        "--print) bazel test ...`");
  }
  std::vector<std::string> argv = {
      "java",
      "-Xmx512m",
      "-XX:+UseSerialGC",
      "-XX:TieredStopAtLevel=1",
      "-XX:-UsePerfData",
      absl::StrCat("-XX:SharedArchiveFile=", jars, "/classes.jsa"),
      "-Xlog:disable",
      "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
      "-cp",
      absl::StrCat(jars, "/*"),
      main_class};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return ChildProcess::Start(argv, MakeTestDirectory("java") + "/output");
}

absl::StatusOr<std::string> RunJavaTool(
    const std::string& main_class, const std::vector<std::string>& arguments,
    absl::Duration timeout) {
  auto tool = StartJavaTool(main_class, arguments);
  if (!tool.ok()) return tool.status();
  const absl::StatusOr<int> code = (*tool)->Wait(timeout);
  if (!code.ok()) return code.status();
  std::string output = (*tool)->Output();
  if (*code == 0) return output;
  return absl::InternalError(
      absl::StrCat(main_class, " ended with code ", *code, ":\n", output));
}

}  // namespace mirror::internal::testing
