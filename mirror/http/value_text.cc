// SPDX-License-Identifier: Apache-2.0

#include "mirror/http/value_text.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "mirror/metrics/state_names.h"
#include "mirror/model/format_count.h"

namespace mirror::internal {
namespace {

// The two largest units that are not 0.
std::string TwoUnits(int64_t large, const char* large_unit, int64_t small,
                     const char* small_unit) {
  return small == 0 ? absl::StrCat(large, " ", large_unit)
                    : absl::StrCat(large, " ", large_unit, " ", small, " ",
                                   small_unit);
}

}  // namespace

std::string FormatMs(int64_t milliseconds) {
  const int64_t ms = std::max<int64_t>(milliseconds, 0);
  if (ms == 0) return "0 s";
  if (ms < 10'000) {
    return absl::StrFormat("%.1f s",
                           std::max(static_cast<double>(ms) / 1000, 0.1));
  }
  const int64_t seconds = ms / 1000;
  if (seconds < 60) return absl::StrCat(seconds, " s");
  const int64_t minutes = seconds / 60;
  if (minutes < 60) return TwoUnits(minutes, "m", seconds % 60, "s");
  const int64_t hours = minutes / 60;
  if (hours < 24) return TwoUnits(hours, "h", minutes % 60, "m");
  return TwoUnits(hours / 24, "d", hours % 24, "h");
}

std::string FormatRate(double per_second) {
  if (per_second > 0 && per_second < 10) {
    return absl::StrFormat("%.1f/s", std::max(per_second, 0.1));
  }
  return absl::StrCat(FormatCount(std::llround(per_second)), "/s");
}

std::string StateText(PartitionState state, PartitionProblem problem) {
  std::string text = StateName(state);
  if (problem != PROBLEM_NONE) {
    absl::StrAppend(&text, ": ", ProblemName(problem));
  }
  return absl::StrReplaceAll(text, {{"_", " "}});
}

}  // namespace mirror::internal
