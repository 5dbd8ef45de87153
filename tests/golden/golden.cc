// SPDX-License-Identifier: Apache-2.0

#include "tests/golden/golden.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace mirror {
namespace {

constexpr char kFolder[] = "tests/golden/";

void DieUnless(bool condition, const std::string& what) {
  if (condition) return;
  std::cerr << "broken golden data: " << what << "\n";
  std::abort();
}

std::optional<std::string> Bytes(absl::string_view hex) {
  if (hex == "null") return std::nullopt;
  return absl::HexStringToBytes(hex);
}

}  // namespace

std::vector<std::string> ReadGoldenLines(const std::string& file) {
  std::ifstream in(kFolder + file);
  DieUnless(in.good(), file + " cannot be read");
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> GoldenFiles(const std::string& topic) {
  std::vector<std::string> files;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(kFolder)) {
    const std::string path = entry.path().string();
    const std::string name = entry.path().filename().string();
    if (absl::EndsWith(name, ".tsv") && absl::StrContains(name, topic)) {
      files.emplace_back(absl::StripPrefix(path, kFolder));
    }
  }
  DieUnless(!files.empty(), "no records of " + topic);
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<GoldenRecord> ReadGolden(const std::string& file) {
  std::vector<std::string> lines = ReadGoldenLines(file);
  DieUnless(!lines.empty() && absl::StartsWith(lines[0], "partition\t"), file);
  std::vector<GoldenRecord> records;
  for (size_t i = 1; i < lines.size(); ++i) {
    const std::vector<std::string> fields = absl::StrSplit(lines[i], '\t');
    GoldenRecord record;
    DieUnless(
        fields.size() == 5 && absl::SimpleAtoi(fields[0], &record.partition),
        absl::StrCat(file, " line ", i + 1));
    record.key = Bytes(fields[3]);
    record.value = Bytes(fields[4]);
    records.push_back(record);
  }
  return records;
}

std::vector<std::string> ReadFormatted(const std::string& file) {
  return ReadGoldenLines(
      absl::StrCat(absl::StripSuffix(file, ".tsv"), ".formatted.txt"));
}

}  // namespace mirror
