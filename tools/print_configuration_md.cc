// SPDX-License-Identifier: Apache-2.0
//
// Writes docs/configuration.md to standard output.

#include <cstdio>
#include <string>

#include "tools/configuration_md.h"

int main() {
  const std::string page = mirror::internal::ConfigurationMarkdown();
  return std::fwrite(page.data(), 1, page.size(), stdout) == page.size() ? 0
                                                                         : 1;
}
