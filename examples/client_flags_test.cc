// SPDX-License-Identifier: Apache-2.0

#include "examples/client_flags.h"

#include <cstdlib>
#include <fstream>
#include <string>

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"

ABSL_DECLARE_FLAG(std::string, command_config);

namespace mirror::internal {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Puts the text into a file and makes it --command-config.
void Give(const std::string& text) {
  const std::string file = ::testing::TempDir() + "/admin.properties";
  std::ofstream(file) << text;
  absl::SetFlag(&FLAGS_command_config, file);
}

TEST(ClientFlagsTest, VariablesOfTheCommandConfigAreResolved) {
  ASSERT_EQ(setenv("MIRROR_TEST_SECRET", "hunter2", 1), 0);
  Give(
      "bootstrap.servers = b:9092\n"
      "security.protocol = SASL_PLAINTEXT\n"
      "sasl.mechanism = PLAIN\n"
      "sasl.jaas.config = x.PlainLoginModule required username=me "
      "password=\"${env:MIRROR_TEST_SECRET}\";\n");
  const auto properties = ClusterProperties();
  ASSERT_THAT(properties, IsOk());
  EXPECT_EQ(properties->at("bootstrap.servers"), "b:9092");
  EXPECT_EQ(properties->at("sasl.password"), "hunter2");
}

TEST(ClientFlagsTest, WhatIsWrongWithTheCommandConfigIsReported) {
  absl::SetFlag(&FLAGS_command_config, "no-such-file");
  EXPECT_THAT(ClusterProperties(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--command-config no-such-file: cannot be "
                                 "read: ")));
  Give("ssl.key.password = ${env:NOT_THERE_AT_ALL}\n");
  EXPECT_THAT(ClusterProperties(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("admin.properties:1: ssl.key.password"),
                             HasSubstr("NOT_THERE_AT_ALL"))));
}

}  // namespace
}  // namespace mirror::internal
