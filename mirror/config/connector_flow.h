// SPDX-License-Identifier: Apache-2.0
//
// The source, checkpoint and heartbeat connectors of one pair of aliases as one
// flow, in the properties of an mm2.properties file.
//
//   ConnectorFlow flow("A", "B", &properties, &findings);
//   for (const Connector& c : connectors_of_a_to_b) flow.Add(c);
//   flow.Merge();

#ifndef MIRROR_CONFIG_CONNECTOR_FLOW_H_
#define MIRROR_CONFIG_CONNECTOR_FLOW_H_

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "mirror/config/config_check.h"
#include "mirror/config/connector.h"
#include "mirror/config/merged_properties.h"
#include "mirror/java/config_value.h"

namespace mirror::internal {

// Thread safety: none. Lifetime: what it is given must outlive it.
// Errors: are added to `findings`, each with its place.
class ConnectorFlow {
 public:
  ConnectorFlow(std::string source, std::string target,
                MergedProperties* properties, ConfigFindings* findings)
      : source_(std::move(source)),
        target_(std::move(target)),
        prefix_(absl::StrCat(source_, "->", target_, ".")),
        properties_(*properties),
        findings_(*findings) {}

  void Add(const Connector& connector);
  // Once, after all are added.
  void Merge();
  // Call when all flows are merged: one may name the servers for another.
  void CheckServers();

 private:
  std::string Name() const { return absl::StrCat(source_, "->", target_); }
  void Error(const ConfigValue& value, absl::string_view reason) {
    findings_.errors.push_back(value.Message(reason));
  }
  void Warn(const ConfigValue& value, absl::string_view reason) {
    findings_.warnings.push_back(absl::StrCat(value.Where(), ": ", reason));
  }

  const Connector* Find(ConnectorKind kind) const;
  // The one whose settings count where each has its own.
  const Connector& Main() const { return *connectors_.begin()->second; }

  void MergeSetting(const std::string& name);
  void AddUnread(const std::string& name, const Connector& connector,
                 const ConfigValue& value, bool alone);
  void CheckDefaults(const std::string& name, unsigned readers,
                     const ConfigValue& value);
  void Put(const std::string& name, const ConfigValue& value);
  void CheckWriter(const ConfigValue& value);
  void SayWhatRuns();
  void PutWorker();
  void CheckSource();
  void CheckProgress(const Connector& source);
  void CheckConverters(const Connector& source);
  void CheckServers(const std::string& cluster, absl::string_view property);

  const std::string source_;
  const std::string target_;
  const std::string prefix_;  // "S->T."
  MergedProperties& properties_;
  ConfigFindings& findings_;
  std::map<ConnectorKind, const Connector*> connectors_;
};

}  // namespace mirror::internal

#endif  // MIRROR_CONFIG_CONNECTOR_FLOW_H_
