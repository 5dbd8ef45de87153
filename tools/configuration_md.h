// SPDX-License-Identifier: Apache-2.0
//
// Prints docs/configuration.md from the tables, so that it cannot go stale: a
// test compares, tools/update_configuration_md writes.

#ifndef TOOLS_CONFIGURATION_MD_H_
#define TOOLS_CONFIGURATION_MD_H_

#include <string>

namespace mirror::internal {

// The whole page.
std::string ConfigurationMarkdown();

}  // namespace mirror::internal

#endif  // TOOLS_CONFIGURATION_MD_H_
