// SPDX-License-Identifier: Apache-2.0
//
// Which consumer groups get checkpoints: MM2's GroupFilter, with the properties
// groups and groups.exclude.
//
//   flow.groups = mirror::RegexGroupFilter::Create("billing-.*").value();

#ifndef MIRROR_POLICY_GROUP_FILTER_H_
#define MIRROR_POLICY_GROUP_FILTER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mirror/policy/pattern_list.h"

namespace mirror {

// Chooses consumer groups by group id.
//
// Thread safety: an implementation is immutable; called from any thread.
// Lifetime: shared as std::shared_ptr<const GroupFilter>.
// Errors: none; it never throws and never blocks.
class GroupFilter {
 public:
  virtual ~GroupFilter() = default;

  // Whether the offsets of the source group `group` are to be translated.
  virtual bool ShouldReplicateGroup(absl::string_view group) const = 0;
};

// MM2's defaults.
inline constexpr absl::string_view kDefaultGroups = ".*";
inline constexpr absl::string_view kDefaultGroupsExclude =
    "console-consumer-.*, connect-.*, __.*";

// Accepts a group that an include expression matches and no exclude expression
// does. The lists are written as for RegexTopicFilter.
//
// Thread safety and lifetime: as GroupFilter.
class RegexGroupFilter final : public GroupFilter {
 public:
  // InvalidArgument: an expression that RE2 cannot do or Java would read
  // differently; the message quotes it and says what to write. An empty list
  // matches nothing.
  static absl::StatusOr<std::shared_ptr<const GroupFilter>> Create(
      absl::string_view include = kDefaultGroups,
      absl::string_view exclude = kDefaultGroupsExclude);

  bool ShouldReplicateGroup(absl::string_view group) const override;

 private:
  RegexGroupFilter(internal::PatternList include,
                   internal::PatternList exclude);

  const internal::PatternList include_;
  const internal::PatternList exclude_;
};

}  // namespace mirror

#endif  // MIRROR_POLICY_GROUP_FILTER_H_
