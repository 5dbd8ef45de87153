// SPDX-License-Identifier: Apache-2.0

#include "mirror/policy/topic_filter.h"

#include <utility>

namespace mirror {

absl::StatusOr<std::shared_ptr<const TopicFilter>> RegexTopicFilter::Create(
    absl::string_view include, absl::string_view exclude) {
  auto included = internal::PatternList::Create("topics", include);
  if (!included.ok()) return included.status();
  auto excluded = internal::PatternList::Create("topics.exclude", exclude);
  if (!excluded.ok()) return excluded.status();
  return std::shared_ptr<const TopicFilter>(
      new RegexTopicFilter(*std::move(included), *std::move(excluded)));
}

RegexTopicFilter::RegexTopicFilter(internal::PatternList include,
                                   internal::PatternList exclude)
    : include_(std::move(include)), exclude_(std::move(exclude)) {}

bool RegexTopicFilter::ShouldReplicateTopic(absl::string_view topic) const {
  return include_.Matches(topic) && !exclude_.Matches(topic);
}

}  // namespace mirror
