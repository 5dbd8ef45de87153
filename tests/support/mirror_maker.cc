// SPDX-License-Identifier: Apache-2.0

#include "tests/support/mirror_maker.h"

#include <fstream>

#include "absl/strings/str_cat.h"

namespace mirror::internal::testing {

std::string WriteFile(const std::string& name, const std::string& text) {
  const std::string path = absl::StrCat(MakeTestDirectory("config"), "/", name);
  std::ofstream(path) << text;
  return path;
}

std::string WriteProperties(const std::string& text) {
  return WriteFile("mm2.properties", text);
}

namespace {

std::vector<std::string> CommandLine(const std::vector<std::string>& arguments,
                                     const std::string& program) {
  std::vector<std::string> argv = {absl::StrCat("examples/", program)};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return argv;
}

}  // namespace

std::unique_ptr<ChildProcess> StartMirrorMaker(
    const std::vector<std::string>& arguments, const std::string& program) {
  return ChildProcess::Start(CommandLine(arguments, program),
                             MakeTestDirectory("mirror_maker") + "/output")
      .value();
}

Ended RunMirrorMaker(const std::vector<std::string>& arguments,
                     const std::string& program) {
  return RunProgram(CommandLine(arguments, program));
}

}  // namespace mirror::internal::testing
