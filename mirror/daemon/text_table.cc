// SPDX-License-Identifier: Apache-2.0

#include "mirror/daemon/text_table.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "mirror/model/utf8.h"

namespace mirror::internal {
namespace {

// In characters, of which most take one place.
size_t Width(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(),
                    [](char byte) { return (byte & 0xC0) != 0x80; }));
}

}  // namespace

std::string FormatTable(const TextTable& table) {
  std::vector<std::vector<std::string>> lines(1);
  for (const TextTable::Head& head : table.head) {
    lines.front().push_back(head.title);
  }
  for (const std::vector<std::string>& row : table.rows) {
    std::vector<std::string>& line = lines.emplace_back();
    for (const std::string& cell : row) {
      line.push_back(cell.empty() ? "-" : ToPrintable(cell));
    }
  }
  std::vector<size_t> widths(table.head.size());
  for (const std::vector<std::string>& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], Width(line[i]));
    }
  }
  std::string text;
  for (const std::vector<std::string>& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) {
      const std::string space(widths[i] - Width(line[i]), ' ');
      const bool last = i + 1 == line.size();
      if (table.head[i].right) {
        absl::StrAppend(&text, space, line[i], last ? "" : "  ");
      } else {
        absl::StrAppend(&text, line[i], last ? "" : space + "  ");
      }
    }
    text.push_back('\n');
  }
  return text;
}

}  // namespace mirror::internal
