// SPDX-License-Identifier: Apache-2.0
//
// What an operator asks for by name: MM2's TopicFilter, GroupFilter and
// ConfigPropertyFilter. Internal topics and cycles are another question; the
// engine leaves them out whatever a filter says.
//
//   flow.topics = mirror::RegexTopicFilter::Create("orders.*").value();
//   flow.groups = mirror::RegexGroupFilter::Create("billing-.*").value();
//   flow.topic_configs.filter =
//       mirror::RegexConfigPropertyFilter::Create("retention\\..*").value();

#ifndef MIRROR_POLICY_FILTERS_H_
#define MIRROR_POLICY_FILTERS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mirror/flow_options.h"

namespace mirror {

namespace internal {
class PatternList;
}  // namespace internal

// Chooses topics by name.
//
// Thread safety: an implementation is immutable; called from any thread.
// Lifetime: shared as std::shared_ptr<const TopicFilter>.
// Errors: none; it never throws and never blocks.
class TopicFilter {
 public:
  virtual ~TopicFilter() = default;

  // Whether the source topic `topic` is to be replicated.
  virtual bool ShouldReplicateTopic(absl::string_view topic) const = 0;
};

// MM2's defaults.
inline constexpr absl::string_view kDefaultTopics = ".*";
inline constexpr absl::string_view kDefaultTopicsExclude =
    ".*[\\-\\.]internal, .*\\.replica, __.*";

// Accepts a topic that an include expression matches and no exclude expression
// does. Both are MM2's comma lists of regular expressions for whole names; a
// comma inside {}, [] or after a backslash belongs to the expression, unlike in
// MM2. Look-around and back references do not exist: exclude instead.
//
// Thread safety and lifetime: as TopicFilter.
class RegexTopicFilter final : public TopicFilter {
 public:
  // InvalidArgument: an expression that RE2 cannot do or Java would read
  // differently; the message quotes it and says what to write. An empty list
  // matches nothing.
  static absl::StatusOr<std::shared_ptr<const TopicFilter>> Create(
      absl::string_view include = kDefaultTopics,
      absl::string_view exclude = kDefaultTopicsExclude);

  bool ShouldReplicateTopic(absl::string_view topic) const override;

 private:
  RegexTopicFilter(std::shared_ptr<const internal::PatternList> include,
                   std::shared_ptr<const internal::PatternList> exclude);

  const std::shared_ptr<const internal::PatternList> include_;
  const std::shared_ptr<const internal::PatternList> exclude_;
};

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
  RegexGroupFilter(std::shared_ptr<const internal::PatternList> include,
                   std::shared_ptr<const internal::PatternList> exclude);

  const std::shared_ptr<const internal::PatternList> include_;
  const std::shared_ptr<const internal::PatternList> exclude_;
};

// Chooses topic settings by name.
//
// Thread safety: an implementation is immutable; called from any thread.
// Lifetime: shared as std::shared_ptr<const ConfigPropertyFilter>.
// Errors: none; it never throws and never blocks.
class ConfigPropertyFilter {
 public:
  virtual ~ConfigPropertyFilter() = default;

  // Whether the topic setting `property` is copied.
  virtual bool ShouldReplicateConfigProperty(
      absl::string_view property) const = 0;

  // Whether a setting the source topic leaves at the source's default is
  // written out on the target. False: the target's own default holds.
  virtual bool ShouldReplicateSourceDefault(absl::string_view property) const {
    return false;
  }
};

// MM2's default.
inline constexpr absl::string_view kDefaultConfigPropertiesExclude =
    "follower\\.replication\\.throttled\\.replicas, "
    "leader\\.replication\\.throttled\\.replicas, "
    "message\\.timestamp\\.difference\\.max\\.ms, "
    "message\\.timestamp\\.type, "
    "unclean\\.leader\\.election\\.enable, "
    "min\\.insync\\.replicas";

// Copies every setting that no exclude expression matches. The list is written
// as for RegexTopicFilter. `use_defaults_from` (the property) is the cluster
// whose default holds where a source topic sets nothing.
//
// Thread safety and lifetime: as ConfigPropertyFilter.
class RegexConfigPropertyFilter final : public ConfigPropertyFilter {
 public:
  // InvalidArgument: as RegexTopicFilter::Create. An empty list excludes
  // nothing.
  static absl::StatusOr<std::shared_ptr<const ConfigPropertyFilter>> Create(
      absl::string_view exclude = kDefaultConfigPropertiesExclude,
      ClusterSide use_defaults_from = ClusterSide::kTarget);

  bool ShouldReplicateConfigProperty(absl::string_view property) const override;
  bool ShouldReplicateSourceDefault(absl::string_view property) const override;

 private:
  RegexConfigPropertyFilter(
      std::shared_ptr<const internal::PatternList> exclude,
      ClusterSide use_defaults_from);

  const std::shared_ptr<const internal::PatternList> exclude_;
  const ClusterSide use_defaults_from_;
};

}  // namespace mirror

#endif  // MIRROR_POLICY_FILTERS_H_
