// SPDX-License-Identifier: Apache-2.0
//
// The plugins that a file names for one flow, with their properties as MM2
// gives them to configure(Map).

#ifndef MIRROR_CONFIG_PLUGIN_READER_H_
#define MIRROR_CONFIG_PLUGIN_READER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mirror/config/config_file.h"
#include "mirror/config/flow_reader.h"
#include "mirror/config/plugin_registry.h"
#include "mirror/config/property_table.h"
#include "mirror/flow.h"

namespace mirror::internal {

// Thread safety: none. Lifetime: what it is created with must outlive it.
// Errors: are added to `errors`, by place and property. What CheckProperties()
// names is not named again.
class PluginReader {
 public:
  // `flow` has its names and aliases.
  PluginReader(const ConfigFile& file, const FlowReader& read, const Flow& flow,
               const PluginRegistry& plugins, std::vector<std::string>* errors);

  // The plugin whose class `property` names; null after an error.
  template <class Plugin>
  std::shared_ptr<const Plugin> Make(absl::string_view property) {
    const ConfigValue value = read_.Value(property);
    if (value.unknown) return nullptr;
    auto plugin = plugins_.Make<Plugin>(read_.Text(property), properties_);
    if (plugin.ok()) return *std::move(plugin);
    Report(property, value, plugin.status());
    return nullptr;
  }

  // Those of the list `transforms`.
  std::vector<std::shared_ptr<const RecordTransform>> Transforms();

 private:
  void Report(absl::string_view property, const ConfigValue& value,
              const absl::Status& status);
  // S->T.NAME, else NAME.
  const ConfigValue* Find(const std::string& name) const;
  // Null after an error. `list`: the value of `transforms`.
  std::shared_ptr<const RecordTransform> Transform(const ConfigValue& list,
                                                   absl::string_view alias);

  const ConfigFile& file_;
  const FlowReader& read_;
  const std::string flow_prefix_;
  const PluginRegistry& plugins_;
  const PluginProperties properties_;
  std::vector<std::string>& errors_;
};

}  // namespace mirror::internal

#endif  // MIRROR_CONFIG_PLUGIN_READER_H_
