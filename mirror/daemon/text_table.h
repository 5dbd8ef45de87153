// SPDX-License-Identifier: Apache-2.0
//
// A table for a terminal: columns are aligned, two spaces apart, whatever is in
// names.
//
//   TextTable table{{{"topic"}, {"lag", /*right=*/true}}, {{"orders", "12"}}};
//   std::fputs(FormatTable(table).c_str(), stdout);

#ifndef MIRROR_DAEMON_TEXT_TABLE_H_
#define MIRROR_DAEMON_TEXT_TABLE_H_

#include <string>
#include <vector>

namespace mirror::internal {

struct TextTable {
  struct Head {
    std::string title;
    bool right = false;  // where the cells are aligned
  };
  std::vector<Head> head;
  // Each as long as `head`.
  std::vector<std::vector<std::string>> rows;
};

// Its lines. Bytes that a terminal would not print are escaped; an empty cell
// is a dash.
std::string FormatTable(const TextTable& table);

}  // namespace mirror::internal

#endif  // MIRROR_DAEMON_TEXT_TABLE_H_
