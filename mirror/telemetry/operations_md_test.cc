// SPDX-License-Identifier: Apache-2.0
//
// docs/operations.md says what each state and problem of the status means.

#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {
namespace {

std::string OperationsMarkdown() {
  std::ifstream file("docs/operations.md");
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

void ExpectExplained(const google::protobuf::EnumDescriptor* states) {
  const std::string text = OperationsMarkdown();
  // The first says that there is nothing to say.
  for (int i = 1; i < states->value_count(); ++i) {
    const std::string name(
        absl::StripPrefix(states->value(i)->name(), "PROBLEM_"));
    EXPECT_THAT(text, testing::HasSubstr(absl::StrCat("`", name, "`")));
  }
}

TEST(OperationsMarkdownTest, ExplainsEveryStateAndProblem) {
  ExpectExplained(FlowState_descriptor());
  ExpectExplained(Health_descriptor());
  ExpectExplained(GroupSyncState_descriptor());
  ExpectExplained(PartitionState_descriptor());
  ExpectExplained(PartitionProblem_descriptor());
}

}  // namespace
}  // namespace mirror::internal
