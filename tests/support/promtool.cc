// SPDX-License-Identifier: Apache-2.0

#include "tests/support/promtool.h"

#include <cstdlib>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace mirror::internal::testing {

Ended RunPromtool(const std::vector<std::string>& arguments,
                  const std::string& input) {
  const char* const jars = std::getenv("KAFKA_JARS");
  if (jars == nullptr) {
    return {
        -1,
        "KAFKA_JARS is not set: run tools/test, or `KAFKA_JARS=$(tools/setup "
        "--print) bazel test ...`"};
  }
  const std::string path = MakeTestDirectory("promtool") + "/input";
  std::ofstream(path) << input;
  std::vector<std::string> argv = {
      "/bin/sh", "-c", "input=$1; shift; exec \"$0\" \"$@\" <\"$input\"",
      absl::StrCat(jars, "/../bin/promtool"), path};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return RunProgram(argv);
}

}  // namespace mirror::internal::testing
