// SPDX-License-Identifier: Apache-2.0

#include "mirror/policy/config_property_filter.h"

#include <utility>

namespace mirror {

absl::StatusOr<std::shared_ptr<const ConfigPropertyFilter>>
RegexConfigPropertyFilter::Create(absl::string_view exclude,
                                  ClusterSide use_defaults_from) {
  auto excluded =
      internal::PatternList::Create("config.properties.exclude", exclude);
  if (!excluded.ok()) return excluded.status();
  return std::shared_ptr<const ConfigPropertyFilter>(
      new RegexConfigPropertyFilter(*std::move(excluded), use_defaults_from));
}

RegexConfigPropertyFilter::RegexConfigPropertyFilter(
    internal::PatternList exclude, ClusterSide use_defaults_from)
    : exclude_(std::move(exclude)), use_defaults_from_(use_defaults_from) {}

bool RegexConfigPropertyFilter::ShouldReplicateConfigProperty(
    absl::string_view property) const {
  return !exclude_.Matches(property);
}

bool RegexConfigPropertyFilter::ShouldReplicateSourceDefault(
    absl::string_view property) const {
  return use_defaults_from_ == ClusterSide::kSource;
}

}  // namespace mirror
