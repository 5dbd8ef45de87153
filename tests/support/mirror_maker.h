// SPDX-License-Identifier: Apache-2.0
//
// examples/mirror_maker, or another daemon of examples/, as users run it: a
// process and a properties file. The test's BUILD rule names it in `data`, e.g.
// data = ["//examples:mirror_maker"].
//
//   auto daemon = StartMirrorMaker({WriteProperties("clusters = A..."),
//   "--check"}); EXPECT_THAT(daemon->Wait(absl::Seconds(10)), IsOkAndHolds(0));

#ifndef TESTS_SUPPORT_MIRROR_MAKER_H_
#define TESTS_SUPPORT_MIRROR_MAKER_H_

#include <memory>
#include <string>
#include <vector>

#include "tests/support/child_process.h"

namespace mirror::internal::testing {

// Puts `text` into a file of this name, in a directory of its own, and returns
// the path.
std::string WriteFile(const std::string& name, const std::string& text);
// Puts `text` into a file mm2.properties of its own and returns the path.
std::string WriteProperties(const std::string& text);

// Ends the test program if the process cannot be started. `program` is a target
// of examples/.
std::unique_ptr<ChildProcess> StartMirrorMaker(
    const std::vector<std::string>& arguments,
    const std::string& program = "mirror_maker");

// Runs to the end, for at most a minute.
Ended RunMirrorMaker(const std::vector<std::string>& arguments,
                     const std::string& program = "mirror_maker");

}  // namespace mirror::internal::testing

#endif  // TESTS_SUPPORT_MIRROR_MAKER_H_
