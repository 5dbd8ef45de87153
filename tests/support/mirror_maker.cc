// SPDX-License-Identifier: Apache-2.0

#include "tests/support/mirror_maker.h"

#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace mirror::testing {

std::string WriteProperties(const std::string& text) {
  const std::string path =
      absl::StrCat(MakeTestDirectory("config"), "/mm2.properties");
  std::ofstream(path) << text;
  return path;
}

std::unique_ptr<ChildProcess> StartMirrorMaker(
    const std::vector<std::string>& arguments) {
  std::vector<std::string> argv = {"examples/mirror_maker"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return ChildProcess::Start(
             argv, absl::StrCat(MakeTestDirectory("mirror_maker"), "/output"))
      .value();
}

Ended RunMirrorMaker(const std::vector<std::string>& arguments) {
  const auto process = StartMirrorMaker(arguments);
  Ended ended;
  ended.exit_code = process->Wait(absl::Minutes(1)).value_or(-1);
  ended.output = process->Output();
  return ended;
}

}  // namespace mirror::testing
