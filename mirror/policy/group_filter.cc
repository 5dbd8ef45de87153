// SPDX-License-Identifier: Apache-2.0

#include "mirror/policy/group_filter.h"

#include <utility>

namespace mirror {

absl::StatusOr<std::shared_ptr<const GroupFilter>> RegexGroupFilter::Create(
    absl::string_view include, absl::string_view exclude) {
  auto included = internal::PatternList::Create("groups", include);
  if (!included.ok()) return included.status();
  auto excluded = internal::PatternList::Create("groups.exclude", exclude);
  if (!excluded.ok()) return excluded.status();
  return std::shared_ptr<const GroupFilter>(
      new RegexGroupFilter(*std::move(included), *std::move(excluded)));
}

RegexGroupFilter::RegexGroupFilter(internal::PatternList include,
                                   internal::PatternList exclude)
    : include_(std::move(include)), exclude_(std::move(exclude)) {}

bool RegexGroupFilter::ShouldReplicateGroup(absl::string_view group) const {
  return include_.Matches(group) && !exclude_.Matches(group);
}

}  // namespace mirror
