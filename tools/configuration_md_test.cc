// SPDX-License-Identifier: Apache-2.0

#include "tools/configuration_md.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace mirror::internal {
namespace {

TEST(ConfigurationMarkdownTest, IsWhatDocsHold) {
  std::ifstream file("docs/configuration.md", std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  EXPECT_EQ(content.str(), ConfigurationMarkdown())
      << "run tools/update_configuration_md";
}

}  // namespace
}  // namespace mirror::internal
