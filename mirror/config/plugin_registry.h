// SPDX-License-Identifier: Apache-2.0
//
// Which C++ class runs where a properties file names a Java class:
// replication.policy.class, topic.filter.class, group.filter.class,
// config.property.filter.class and the types of `transforms`. Does what Java's
// class loader and Configurable do for MirrorMaker 2 and Connect.
//
//   class MyPolicy final : public mirror::ReplicationPolicy {
//    public:
//     absl::Status Configure(const mirror::PluginProperties& properties);
//     ...
//   };
//
//   mirror::PluginRegistry plugins;
//   plugins.Add<MyPolicy>("com.acme.MyPolicy");
//   return mirror::MirrorMakerMain(argc, argv, plugins);

#ifndef MIRROR_CONFIG_PLUGIN_REGISTRY_H_
#define MIRROR_CONFIG_PLUGIN_REGISTRY_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/replication_policy.h"
#include "mirror/transform/record_transform.h"

namespace mirror {

// What MM2 gives to configure(Map) of a plugin. For policies and filters, the
// properties of the flow: those at the top level that belong to flows, or begin
// with "replication.policy."; those of the clusters, as source.cluster.NAME and
// target.cluster.NAME; and all that S->T.NAME says, as NAME. So a plugin's own
// property is S->T.NAME, or replication.policy.NAME at the top level. For a
// transform, transforms.ALIAS.NAME as NAME. Values are as written, and ${...}
// is resolved: there may be secrets among them.
using PluginProperties = std::map<std::string, std::string>;

// Makes a plugin from its properties. An error names the property and says what
// to write; the class and the file are added by the caller.
template <class Plugin>
using PluginFactory =
    std::function<absl::StatusOr<std::shared_ptr<const Plugin>>(
        const PluginProperties&)>;

namespace internal {

// The classes of one kind of plugin, by name.
template <class Plugin>
using PluginTable = std::map<std::string, PluginFactory<Plugin>, std::less<>>;

}  // namespace internal

// Purpose: knows MM2's own classes, by simple name or with a package below
// org.apache.kafka, and those that the host adds.
//
// Below, Plugin is one of ReplicationPolicy, TopicFilter, GroupFilter,
// ConfigPropertyFilter and RecordTransform.
//
// Thread safety: a value; const methods may be called from any thread. The
// factories are called while a file is turned into flows, on that thread, and
// once per flow.
// Lifetime: self-contained; it is copied where it is needed.
// Errors: InvalidArgument for a class that is not known; it lists those that
// are. Errors of a factory are returned as they are.
class PluginRegistry {
 public:
  PluginRegistry();

  // Adds a class by the name that files give it. A name that is known already
  // gets the new class; so can a name of MM2's own.
  template <class Plugin>
  void Add(std::string class_name, PluginFactory<Plugin> make) {
    TableOf(static_cast<const Plugin*>(nullptr))[std::move(class_name)] =
        std::move(make);
  }

  // The same for a class T that derives from a Plugin, has a constructor
  // without arguments, and a method
  //   absl::Status Configure(const PluginProperties& properties);
  // which is called once, before any other.
  template <class T>
  void Add(std::string class_name) {
    auto& table = TableOf(static_cast<const T*>(nullptr));
    table[std::move(class_name)] = [](const PluginProperties& properties)
        -> decltype(table.begin()->second(properties)) {
      auto plugin = std::make_shared<T>();
      if (absl::Status status = plugin->Configure(properties); !status.ok()) {
        return status;
      }
      return plugin;
    };
  }

  // A plugin of the class `class_name`. Internal if its factory returned null.
  template <class Plugin>
  absl::StatusOr<std::shared_ptr<const Plugin>> Make(
      absl::string_view class_name, const PluginProperties& properties) const {
    const auto& table = ConstTableOf<Plugin>();
    const auto found = table.find(NameIn(table, class_name));
    if (found == table.end()) return Unknown(table);
    auto plugin = found->second(properties);
    if (plugin.ok() && *plugin == nullptr) {
      return absl::InternalError("the factory of the class returned null");
    }
    return plugin;
  }

  // Whether a class may be the value of `property`, one of the five names
  // above: OK or InvalidArgument.
  absl::Status Check(absl::string_view property,
                     absl::string_view class_name) const;

 private:
  using Policies = internal::PluginTable<ReplicationPolicy>;
  using TopicFilters = internal::PluginTable<TopicFilter>;
  using GroupFilters = internal::PluginTable<GroupFilter>;
  using ConfigFilters = internal::PluginTable<ConfigPropertyFilter>;
  using Transforms = internal::PluginTable<RecordTransform>;

  // The table for a class that derives from its plugin.
  Policies& TableOf(const ReplicationPolicy*) { return policies_; }
  TopicFilters& TableOf(const TopicFilter*) { return topic_filters_; }
  GroupFilters& TableOf(const GroupFilter*) { return group_filters_; }
  ConfigFilters& TableOf(const ConfigPropertyFilter*) {
    return config_filters_;
  }
  Transforms& TableOf(const RecordTransform*) { return transforms_; }
  template <class Plugin>
  const internal::PluginTable<Plugin>& ConstTableOf() const {
    return const_cast<PluginRegistry*>(this)->TableOf(
        static_cast<const Plugin*>(nullptr));
  }

  // The part of `class_name` behind the package if that is Kafka's.
  static absl::string_view WithoutKafkaPackage(absl::string_view class_name);
  template <class Table>
  static std::string NameIn(const Table& table, absl::string_view class_name) {
    std::string name(class_name);
    if (table.count(name) != 0) return name;
    return std::string(WithoutKafkaPackage(class_name));
  }
  template <class Table>
  static absl::Status Unknown(const Table& table) {
    std::string names;
    for (const auto& [name, make] : table) {
      names += (names.empty() ? "" : ", ") + name;
    }
    return UnknownBut(names);
  }
  static absl::Status UnknownBut(absl::string_view known);

  Policies policies_;
  TopicFilters topic_filters_;
  GroupFilters group_filters_;
  ConfigFilters config_filters_;
  Transforms transforms_;
};

}  // namespace mirror

#endif  // MIRROR_CONFIG_PLUGIN_REGISTRY_H_
