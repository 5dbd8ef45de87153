// SPDX-License-Identifier: Apache-2.0
//
// Which settings of a source topic are copied to its remote topic: MM2's
// ConfigPropertyFilter, with the properties config.properties.exclude and
// use.defaults.from.
//
//   auto filter = mirror::RegexConfigPropertyFilter::Create("retention\\..*");

#ifndef MIRROR_POLICY_CONFIG_PROPERTY_FILTER_H_
#define MIRROR_POLICY_CONFIG_PROPERTY_FILTER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mirror/flow_options.h"
#include "mirror/policy/pattern_list.h"

namespace mirror {

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
  RegexConfigPropertyFilter(internal::PatternList exclude,
                            ClusterSide use_defaults_from);

  const internal::PatternList exclude_;
  const ClusterSide use_defaults_from_;
};

}  // namespace mirror

#endif  // MIRROR_POLICY_CONFIG_PROPERTY_FILTER_H_
