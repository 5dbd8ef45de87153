// SPDX-License-Identifier: Apache-2.0

#include "mirror/policy/filters.h"

#include <memory>
#include <utility>

#include "mirror/policy/pattern_list.h"

namespace mirror {
namespace {

std::shared_ptr<const internal::PatternList> Share(
    internal::PatternList patterns) {
  return std::make_shared<const internal::PatternList>(std::move(patterns));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const TopicFilter>> RegexTopicFilter::Create(
    absl::string_view include, absl::string_view exclude) {
  auto included = internal::PatternList::Create("topics", include);
  if (!included.ok()) return included.status();
  auto excluded = internal::PatternList::Create("topics.exclude", exclude);
  if (!excluded.ok()) return excluded.status();
  return std::shared_ptr<const TopicFilter>(new RegexTopicFilter(
      Share(*std::move(included)), Share(*std::move(excluded))));
}

RegexTopicFilter::RegexTopicFilter(
    std::shared_ptr<const internal::PatternList> include,
    std::shared_ptr<const internal::PatternList> exclude)
    : include_(std::move(include)), exclude_(std::move(exclude)) {}

bool RegexTopicFilter::ShouldReplicateTopic(absl::string_view topic) const {
  return include_->Matches(topic) && !exclude_->Matches(topic);
}

absl::StatusOr<std::shared_ptr<const GroupFilter>> RegexGroupFilter::Create(
    absl::string_view include, absl::string_view exclude) {
  auto included = internal::PatternList::Create("groups", include);
  if (!included.ok()) return included.status();
  auto excluded = internal::PatternList::Create("groups.exclude", exclude);
  if (!excluded.ok()) return excluded.status();
  return std::shared_ptr<const GroupFilter>(new RegexGroupFilter(
      Share(*std::move(included)), Share(*std::move(excluded))));
}

RegexGroupFilter::RegexGroupFilter(
    std::shared_ptr<const internal::PatternList> include,
    std::shared_ptr<const internal::PatternList> exclude)
    : include_(std::move(include)), exclude_(std::move(exclude)) {}

bool RegexGroupFilter::ShouldReplicateGroup(absl::string_view group) const {
  return include_->Matches(group) && !exclude_->Matches(group);
}

absl::StatusOr<std::shared_ptr<const ConfigPropertyFilter>>
RegexConfigPropertyFilter::Create(absl::string_view exclude,
                                  ClusterSide use_defaults_from) {
  auto excluded =
      internal::PatternList::Create("config.properties.exclude", exclude);
  if (!excluded.ok()) return excluded.status();
  return std::shared_ptr<const ConfigPropertyFilter>(
      new RegexConfigPropertyFilter(Share(*std::move(excluded)),
                                    use_defaults_from));
}

RegexConfigPropertyFilter::RegexConfigPropertyFilter(
    std::shared_ptr<const internal::PatternList> exclude,
    ClusterSide use_defaults_from)
    : exclude_(std::move(exclude)), use_defaults_from_(use_defaults_from) {}

bool RegexConfigPropertyFilter::ShouldReplicateConfigProperty(
    absl::string_view property) const {
  return !exclude_->Matches(property);
}

bool RegexConfigPropertyFilter::ShouldReplicateSourceDefault(
    absl::string_view property) const {
  return use_defaults_from_ == ClusterSide::kSource;
}

}  // namespace mirror
