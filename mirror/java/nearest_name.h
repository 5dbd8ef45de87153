// SPDX-License-Identifier: Apache-2.0
//
// The name that was probably meant by a misspelled one, for warnings. MM2 has
// no such thing: it ignores unknown properties silently.
//
//   NearestName("task.max", {"tasks.max", "topics"});  // "tasks.max"

#ifndef MIRROR_JAVA_NEAREST_NAME_H_
#define MIRROR_JAVA_NEAREST_NAME_H_

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace mirror::internal {

// Misspelled letters within a prefix that is accepted as a whole; other names
// below it are real, if without effect.
inline constexpr size_t kSlipsInFamily = 2;

// The candidate most like `name` if it is close enough to be a misspelling, or
// differs in at most `slips` letters.
absl::string_view NearestName(absl::string_view name,
                              const std::vector<absl::string_view>& candidates,
                              absl::optional<size_t> slips = absl::nullopt);

}  // namespace mirror::internal

#endif  // MIRROR_JAVA_NEAREST_NAME_H_
