// SPDX-License-Identifier: Apache-2.0
//
// Kafka's own Java tools, run as classes of its jars: the reference that our
// bytes and behaviour are held against.
//
//   RunJavaTool("org.apache.kafka.tools.TopicCommand",
//               {"--bootstrap-server", servers, "--list"});
//   auto mm2 = StartJavaTool("org.apache.kafka.connect.mirror.MirrorMaker",
//                            {"mm2.properties"});

#ifndef TESTS_SUPPORT_JAVA_TOOL_H_
#define TESTS_SUPPORT_JAVA_TOOL_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/support/child_process.h"

namespace mirror::internal::testing {

// Starts `main_class` and returns while it runs. FailedPrecondition without
// KAFKA_JARS.
absl::StatusOr<std::unique_ptr<ChildProcess>> StartJavaTool(
    const std::string& main_class, const std::vector<std::string>& arguments);

// Runs `main_class` to its end and returns what it printed, standard output and
// error together. Internal, with the output, if it fails; DeadlineExceeded if
// it takes longer than `timeout`.
absl::StatusOr<std::string> RunJavaTool(
    const std::string& main_class, const std::vector<std::string>& arguments,
    absl::Duration timeout = absl::Seconds(90));

}  // namespace mirror::internal::testing

#endif  // TESTS_SUPPORT_JAVA_TOOL_H_
