// SPDX-License-Identifier: Apache-2.0
//
// Reads the records that a real MM2 left in its internal topics; README.md says
// how they came about.
//
//   for (const GoldenRecord& record : ReadGolden("default/x.tsv")) ...

#ifndef TESTS_GOLDEN_GOLDEN_H_
#define TESTS_GOLDEN_GOLDEN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mirror {

struct GoldenRecord {
  int32_t partition = 0;
  std::optional<std::string> key;
  std::optional<std::string> value;
};

// The .tsv files whose name contains `topic`, as "default/NAME.tsv", sorted.
// Dies if there is none.
std::vector<std::string> GoldenFiles(const std::string& topic);

// The records of one file in log order per partition. Dies on a broken file.
std::vector<GoldenRecord> ReadGolden(const std::string& file);

// The lines of any of the files.
std::vector<std::string> ReadGoldenLines(const std::string& file);

// What MM2's formatter printed for the records of `file`, line by line.
std::vector<std::string> ReadFormatted(const std::string& file);

}  // namespace mirror

#endif  // TESTS_GOLDEN_GOLDEN_H_
