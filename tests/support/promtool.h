// SPDX-License-Identifier: Apache-2.0
//
// Prometheus' own tool, which tools/setup puts beside the Kafka jars. Needs
// KAFKA_JARS.
//
//   EXPECT_EQ(RunPromtool({"check", "rules", path}).exit_code, 0);

#ifndef TESTS_SUPPORT_PROMTOOL_H_
#define TESTS_SUPPORT_PROMTOOL_H_

#include <string>
#include <vector>

#include "tests/support/child_process.h"

namespace mirror::internal::testing {

// `input` is its standard input.
Ended RunPromtool(const std::vector<std::string>& arguments,
                  const std::string& input = "");

}  // namespace mirror::internal::testing

#endif  // TESTS_SUPPORT_PROMTOOL_H_
