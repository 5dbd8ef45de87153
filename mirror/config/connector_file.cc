// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/connector_file.h"

#include <cstddef>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "mirror/config/json_settings.h"
#include "mirror/config/strimzi_resource.h"

namespace mirror::internal {
namespace {

using Kind = JsonSetting::Kind;

constexpr absl::string_view kPackage = "org.apache.kafka.connect.mirror.";

// Connect takes the simple name too, also without its end.
bool IsClass(absl::string_view text, absl::string_view connector) {
  text = absl::StripAsciiWhitespace(text);
  return text == absl::StrCat(kPackage, connector) || text == connector ||
         text == absl::StripSuffix(connector, "Connector");
}

bool ReadKind(Connector* connector, ConfigFindings* findings) {
  const ConfigValue* name = connector->Find("connector.class");
  if (name == nullptr) {
    findings->errors.push_back(
        absl::StrCat(connector->file,
                     ": connector.class is missing: it says which of MM2's "
                     "connectors this is"));
    return false;
  }
  for (const ConnectorKind kind : kConnectorKinds) {
    if (!IsClass(name->text, ConnectorClass(kind))) continue;
    connector->kind = kind;
    return true;
  }
  findings->errors.push_back(
      name->Message(absl::StrCat("unsupported; this program runs "
                                 "MirrorSourceConnector, "
                                 "MirrorCheckpointConnector and "
                                 "MirrorHeartbeatConnector of ",
                                 absl::StripSuffix(kPackage, "."))));
  return false;
}

void AddSetting(const JsonSetting& written, Connector* connector,
                ConfigFindings* findings) {
  const std::string& name = written.path.back();
  // Connect takes null for a setting that is not there.
  if (written.kind == Kind::kNull) return;
  ConfigValue value =
      WrittenValue(name, name, written.text, connector->file, written.line);
  if (written.kind != Kind::kText || absl::StrContains(written.text, '\0')) {
    findings->errors.push_back(
        absl::StrCat(value.Where(), ": must be text, a number, true or false"));
    return;
  }
  const auto [it, is_new] = connector->settings.emplace(name, value);
  if (is_new) return;
  findings->warnings.push_back(absl::StrCat(
      it->second.Where(), ": is ignored; line ", value.line, " says it again"));
  it->second = std::move(value);
}

// {"name": NAME, "config": {...}}: what GET /connectors/NAME answers has more.
void AddWrapper(const JsonSetting& written, Connector* connector,
                ConfigFindings* findings) {
  const std::string& name = written.path.back();
  if (name == "name") return AddSetting(written, connector, findings);
  for (const absl::string_view known :
       {"config", "tasks", "type", "initial_state"}) {
    if (name == known) return;
  }
  findings->warnings.push_back(absl::StrCat(
      connector->file, ":", written.line, ": ", PrintableName(name),
      ": no effect beside `config`: write it inside"));
}

bool IsWrapped(const std::vector<JsonSetting>& settings) {
  for (const JsonSetting& setting : settings) {
    if (setting.path.size() == 1 && setting.path[0] == "config" &&
        setting.kind == Kind::kObject) {
      return true;
    }
  }
  return false;
}

}  // namespace

void ReadConnectorFile(absl::string_view text, const std::string& file,
                       std::vector<Connector>* connectors,
                       ConfigFindings* findings) {
  const auto settings = ReadJsonSettings(text, file);
  if (!settings.ok()) {
    findings->errors.emplace_back(settings.status().message());
    return;
  }
  if (settings->front().kind != Kind::kObject) {
    findings->errors.push_back(
        absl::StrCat(file, ": must be a JSON object: a connector's settings"));
    return;
  }
  if (IsStrimziResource(*settings)) {
    return ReadStrimziResource(*settings, file, connectors, findings);
  }
  const bool wrapped = IsWrapped(*settings);
  const size_t depth = wrapped ? 2 : 1;
  Connector connector;
  connector.file = file;
  for (const JsonSetting& setting : *settings) {
    if (wrapped && setting.path.size() == 1) {
      AddWrapper(setting, &connector, findings);
    } else if (setting.path.size() == depth &&
               (!wrapped || setting.path[0] == "config")) {
      AddSetting(setting, &connector, findings);
    }
  }
  if (!ReadKind(&connector, findings)) return;
  connectors->push_back(std::move(connector));
}

}  // namespace mirror::internal
