// SPDX-License-Identifier: Apache-2.0
//
// docs/metrics.md lists every family, and no other.

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/metrics/metric_table.h"

namespace mirror::internal {
namespace {

// "| `name` | type | labels | meaning |"
std::string RowOf(const MetricInfo& info) {
  return absl::StrCat("| `", info.name, "` | ",
                      info.type == MetricType::kCounter ? "counter" : "gauge",
                      " | ", info.labels, " | ", info.help, " |");
}

std::vector<std::string> DocumentedRows() {
  std::vector<std::string> rows;
  std::ifstream file("docs/metrics.md");
  bool in_table = false;
  for (std::string line; std::getline(file, line);) {
    if (absl::StartsWith(line, "| Family |")) {
      in_table = true;
    } else if (!absl::StartsWith(line, "|")) {
      in_table = false;
    } else if (in_table && !absl::StartsWith(line, "|--")) {
      rows.push_back(line);
    }
  }
  return rows;
}

TEST(MetricsMarkdownTest, ListsEveryFamilyAndNoOther) {
  std::vector<std::string> rows;
  for (const MetricInfo& info : kMetricTable) rows.push_back(RowOf(info));
  EXPECT_THAT(DocumentedRows(), testing::ElementsAreArray(rows));
}

}  // namespace
}  // namespace mirror::internal
