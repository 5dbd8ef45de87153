// SPDX-License-Identifier: Apache-2.0
//
// The ONE table of properties: every property of MirrorMaker 2's dedicated
// mode and every one of ours, with type, default, allowed values, scope and
// meaning. property_reader.h reads by it, nothing is validated elsewhere, and
// docs/configuration.md is printed from it.
//
//   const PropertySpec* spec = FindProperty("tasks.max");

#ifndef MIRROR_CONFIG_PROPERTY_TABLE_H_
#define MIRROR_CONFIG_PROPERTY_TABLE_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "mirror/config/property_spec.h"

namespace mirror::internal {

// All rows, in the order of the documentation.
const std::vector<PropertySpec>& AllProperties();

// Whether NAME overrides X.NAME, as in MM2 for the topics of its workers.
bool TopLevelOverrides(const PropertySpec& spec);

// The row for `name` (without alias or flow before it), or null.
const PropertySpec* FindProperty(absl::string_view name);

}  // namespace mirror::internal

#endif  // MIRROR_CONFIG_PROPERTY_TABLE_H_
