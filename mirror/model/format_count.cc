// SPDX-License-Identifier: Apache-2.0

#include "mirror/model/format_count.h"

#include "absl/strings/str_cat.h"

namespace mirror::internal {

std::string FormatCount(int64_t count) {
  std::string text = absl::StrCat(count);
  const int64_t first = count < 0 ? 1 : 0;
  for (int64_t i = static_cast<int64_t>(text.size()) - 3; i > first; i -= 3) {
    text.insert(static_cast<size_t>(i), ",");
  }
  return text;
}

}  // namespace mirror::internal
