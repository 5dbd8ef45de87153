// SPDX-License-Identifier: Apache-2.0
//
// The properties that are in force for one pair of clusters, with MM2's
// precedence.
//
//   FlowReader read(file, "A", "B");
//   flow.shards = read.Int("tasks.max");  // A->B.tasks.max, else tasks.max

#ifndef MIRROR_CONFIG_FLOW_READER_H_
#define MIRROR_CONFIG_FLOW_READER_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "mirror/config/config_file.h"
#include "mirror/config/property_spec.h"
#include "mirror/flow_options.h"
#include "mirror/java/config_value.h"

namespace mirror::internal {

// Reads the table's properties for one flow: S->T.k, else T.k or S.k, else k,
// where the table allows each, else the default.
//
// Thread safety: immutable. Lifetime: the file and the names must outlive it.
class FlowReader {
 public:
  FlowReader(const ConfigFile& file, const std::string& source,
             const std::string& target)
      : file_(file), source_(source), target_(target) {}

  ConfigValue Value(absl::string_view name) const;
  ConfigValue Value(const PropertySpec& spec) const;

  // S->T.source.cluster.alias, else S.alias, else source.cluster.alias, else S:
  // MM2 files the properties of S as source.cluster.*.
  ConfigValue Alias(ClusterSide side) const;

  // The value of `name` as its type. The file is checked before, so these
  // cannot fail; a row of another type gives a value-initialized answer.
  int64_t Int(absl::string_view name) const;
  int32_t Int32(absl::string_view name) const;
  bool Bool(absl::string_view name) const;
  std::string Text(absl::string_view name) const;
  absl::Duration Duration(absl::string_view name) const;
  ClusterSide Side(absl::string_view name) const;

  // NAME.interval.seconds; InfiniteDuration() (never) if it is negative, or if
  // NAME.enabled is false.
  absl::Duration Interval(absl::string_view name) const;

 private:
  // Defaults name the clusters S and T, as the documentation does.
  std::string Fallback(const PropertySpec& spec) const;

  const ConfigFile& file_;
  const std::string& source_;
  const std::string& target_;
};

}  // namespace mirror::internal

#endif  // MIRROR_CONFIG_FLOW_READER_H_
