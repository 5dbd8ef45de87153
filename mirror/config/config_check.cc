// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/config_check.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/types/optional.h"
#include "mirror/config/client_layers.h"
#include "mirror/config/property_reader.h"
#include "mirror/config/property_table.h"
#include "mirror/java/java_client_settings.h"
#include "mirror/java/nearest_name.h"

namespace mirror::internal {
namespace {

constexpr absl::string_view kArrow = "->";
constexpr absl::string_view kClientPrefixes[] = {"consumer.", "producer.",
                                                 "admin."};

bool HasClientPrefix(absl::string_view name) {
  return std::any_of(
      std::begin(kClientPrefixes), std::end(kClientPrefixes),
      [&](absl::string_view prefix) { return absl::StartsWith(name, prefix); });
}

// The property that was probably meant by `name`, or null: of the used ones,
// and the replacements of refused ones. One that is ignored is no suggestion,
// and stands in the way of those that are less like `name`.
const PropertySpec* Meant(absl::string_view name,
                          absl::optional<size_t> slips = absl::nullopt) {
  std::vector<absl::string_view> names;
  for (const PropertySpec& spec : AllProperties()) {
    if (!spec.IsFamily()) names.push_back(spec.name);
  }
  const PropertySpec* meant = FindProperty(NearestName(name, names, slips));
  if (meant != nullptr && meant->use == PropertyUse::kRefused) {
    meant = FindProperty(meant->replacement);
  }
  return meant == nullptr || meant->use != PropertyUse::kUsed ? nullptr : meant;
}

// The places `spec` may be written at, for a message: "S->T.NAME or NAME".
std::string Places(const PropertySpec& spec) {
  std::vector<std::string> places;
  const std::string name = absl::StrReplaceAll(spec.name, {{".*", ".NAME"}});
  if ((spec.scopes & kFlow) != 0) places.push_back("S->T." + name);
  if ((spec.scopes & (kSource | kTarget)) != 0) places.push_back("X." + name);
  if ((spec.scopes & kTopLevel) != 0) places.push_back(name);
  return absl::StrJoin(places, " or ");
}

class Checker {
 public:
  Checker(const ConfigFile& file, const std::vector<std::string>& aliases,
          const PluginRegistry* plugins, ConfigFindings* findings)
      : file_(file),
        aliases_(aliases),
        plugins_(plugins),
        findings_(*findings) {
    // The longest first, so that "a.b" is not taken for "a".
    std::sort(aliases_.begin(), aliases_.end(),
              [](const std::string& a, const std::string& b) {
                return a.size() > b.size();
              });
  }

  void Run() {
    using Entry = const std::pair<const std::string, ConfigValue>*;
    std::vector<Entry> in_file_order;
    for (const auto& entry : file_.values()) {
      in_file_order.push_back(&entry);
      has_host_class_ |= NamesHostClass(entry.second);
    }
    std::sort(in_file_order.begin(), in_file_order.end(), [](Entry a, Entry b) {
      return std::tie(a->second.file, a->second.line) <
             std::tie(b->second.file, b->second.line);
    });
    // A value has another name where it was written in a connector's file.
    for (const Entry entry : in_file_order) Check(entry->first, entry->second);
    findings_.warnings.insert(findings_.warnings.begin(),
                              file_.duplicates().begin(),
                              file_.duplicates().end());
  }

 private:
  void Error(const ConfigValue& value, absl::string_view reason) {
    findings_.errors.push_back(absl::StrCat(value.Where(), ": ", reason));
  }
  void Warn(const ConfigValue& value, absl::string_view reason) {
    findings_.warnings.push_back(absl::StrCat(value.Where(), ": ", reason));
  }

  // Takes "ALIAS." off the front of `name`; false if no alias is there.
  bool TakeAlias(absl::string_view* name, std::string* alias) const {
    for (const std::string& candidate : aliases_) {
      if (absl::ConsumePrefix(name, absl::StrCat(candidate, "."))) {
        *alias = candidate;
        return true;
      }
    }
    return false;
  }

  void Check(absl::string_view name, const ConfigValue& value) {
    if (absl::StrContains(name, kArrow)) return CheckFlow(name, value);
    if (CheckRow(name, kTopLevel, value)) return;
    absl::string_view rest = name;
    std::string alias;
    if (TakeAlias(&rest, &alias)) return CheckCluster(alias, rest, value);
    if (IsConnectionKey(name)) return;
    if (HasClientPrefix(name)) {
      return Warn(value, absl::StrCat("no effect, as in MM2: write X.", name,
                                      " for each cluster X"));
    }
    if (absl::ConsumePrefix(&rest, "cluster.") && TakeAlias(&rest, &alias)) {
      return Warn(value, absl::StrCat("no effect: unknown property; did you "
                                      "mean ",
                                      alias, ".", rest, "?"));
    }
    if (absl::EndsWith(name, ".bootstrap.servers")) {
      return Warn(value, "no effect: this cluster is not named in `clusters`");
    }
    WarnUnknown(name, kTopLevel, "X", value);
  }

  void CheckFlow(absl::string_view name, const ConfigValue& value) {
    const size_t arrow = name.find(kArrow);
    const std::string source(name.substr(0, arrow));
    absl::string_view rest = name.substr(arrow + kArrow.size());
    std::string target;
    const bool known_target = TakeAlias(&rest, &target);
    const bool known_source =
        std::find(aliases_.begin(), aliases_.end(), source) != aliases_.end();
    if (!known_target || !known_source) {
      const bool enables = absl::EndsWith(name, ".enabled") &&
                           absl::EqualsIgnoreCase(
                               absl::StripAsciiWhitespace(value.text), "true");
      const std::string reason =
          absl::StrCat("names a cluster that is not in `clusters` (",
                       absl::StrJoin(Aliases(), ", "), ")");
      return enables ? Error(value, reason) : Warn(value, reason);
    }
    if (source == target) {
      return Error(value, "a cluster cannot be replicated to itself");
    }
    if (CheckRow(rest, kFlow, value)) return;
    if (CheckFlowClient(source, target, rest, value)) return;
    WarnUnknown(rest, kFlow, "X", value);
  }

  // Client settings of a flow, and the traps among them.
  bool CheckFlowClient(const std::string& source, const std::string& target,
                       absl::string_view name, const ConfigValue& value) {
    for (const absl::string_view side : {"source.", "target."}) {
      absl::string_view rest = name;
      if (!absl::ConsumePrefix(&rest, side)) continue;
      if (HasClientPrefix(rest)) return true;
      return absl::ConsumePrefix(&rest, "cluster.") && IsConnectionKey(rest);
    }
    if (absl::StartsWith(name, "producer.override.")) return true;
    if (absl::StartsWith(name, "consumer.override.") ||
        absl::StartsWith(name, "admin.override.")) {
      return false;
    }
    absl::string_view rest = name;
    if (absl::ConsumePrefix(&rest, "producer.")) {
      Warn(value, absl::StrCat("reaches the producer of offset syncs only, as "
                               "in MM2; for data write ",
                               target, ".producer.", rest, " or ", source,
                               kArrow, target, ".producer.override.", rest));
      return true;
    }
    if (!HasClientPrefix(name)) return false;
    for (const std::string& alias : {source, target}) {
      const ConfigValue* winner = Winner(alias, name);
      if (winner == nullptr) continue;
      Warn(value, absl::StrCat("is overridden by ", winner->Where(),
                               ", as in MM2; to take precedence, write ",
                               source, kArrow, target, ".",
                               alias == source ? "source." : "target.", name));
    }
    return true;
  }

  // What overrides S->T.consumer.k: X.consumer.k, or what stands for it.
  const ConfigValue* Winner(const std::string& alias,
                            absl::string_view name) const {
    const ConfigValue* winner = file_.Find(absl::StrCat(alias, ".", name));
    const absl::string_view key = name.substr(name.find('.') + 1);
    if (winner != nullptr || !IsConnectionKey(key)) return winner;
    winner = file_.Find(absl::StrCat(alias, ".", key));
    return winner != nullptr ? winner : file_.Find(std::string(key));
  }

  void CheckCluster(const std::string& alias, absl::string_view name,
                    const ConfigValue& value) {
    const PropertySpec* spec = FindProperty(name);
    const ConfigValue* top = file_.Find(std::string(name));
    if (spec != nullptr && top != nullptr && TopLevelOverrides(*spec)) {
      return Warn(value, absl::StrCat("is overridden by ", top->Where(),
                                      ", as in MM2"));
    }
    if (CheckRow(name, kSource | kTarget, value)) return;
    if (IsConnectionKey(name) || HasClientPrefix(name)) return;
    WarnUnknown(name, kSource | kTarget, alias, value);
  }

  // True if the table knows `name` at this place; its value is then checked.
  bool CheckRow(absl::string_view name, unsigned scope,
                const ConfigValue& value) {
    const PropertySpec* spec = FindProperty(name);
    if (spec == nullptr || (spec->scopes & scope) == 0) return false;
    if (spec->use == PropertyUse::kIgnored) {
      const PropertySpec* meant =
          spec->IsFamily() ? Meant(name, kSlipsInFamily) : nullptr;
      meant == nullptr ? NoteIgnored(*spec, value)
                       : WarnMisspelled(*meant, scope, value);
      return true;
    }
    if (value.unknown) return true;
    const absl::Status status = CheckValue(*spec, value);
    if (!status.ok()) {
      findings_.errors.push_back(std::string(status.message()));
    } else if (spec->type == PropertyType::kPlugin) {
      CheckClass(*spec, value);
    }
    return true;
  }

  void CheckClass(const PropertySpec& spec, const ConfigValue& value) {
    if (plugins_ == nullptr) return;
    const absl::Status known =
        plugins_->Check(spec.name, absl::StripAsciiWhitespace(value.text));
    if (known.ok()) return;
    findings_.errors.push_back(value.Message(known.message()));
  }

  // Whether `value` names a class that MM2 does not have.
  static bool NamesHostClass(const ConfigValue& value) {
    for (const PropertySpec& spec : AllProperties()) {
      if (spec.type != PropertyType::kPlugin || value.unknown) continue;
      if (value.property != spec.name &&
          !absl::EndsWith(value.property, absl::StrCat(".", spec.name))) {
        continue;
      }
      const std::string name = ReadText(spec, value).value_or("");
      return std::find(spec.choices.begin(), spec.choices.end(), name) ==
             spec.choices.end();
    }
    return false;
  }

  void NoteIgnored(const PropertySpec& spec, const ConfigValue& value) {
    findings_.notes.push_back(
        absl::StrCat(value.Where(), ": no effect: ", spec.meaning));
  }

  void WarnMisspelled(const PropertySpec& meant, unsigned scope,
                      const ConfigValue& value) {
    Warn(value,
         absl::StrCat(
             "no effect: unknown property; did you mean ", meant.name, "?",
             (meant.scopes & scope) != 0 ? "" : " Write " + Places(meant)));
  }

  // `cluster` is what stands before a client setting: an alias, or X.
  void WarnUnknown(absl::string_view name, unsigned scope,
                   absl::string_view cluster, const ConfigValue& value) {
    if (const PropertySpec* elsewhere = FindProperty(name)) {
      if (elsewhere->use == PropertyUse::kIgnored) {
        return NoteIgnored(*elsewhere, value);
      }
      const bool refused = elsewhere->use == PropertyUse::kRefused;
      return Warn(value, refused
                             ? absl::StrCat("no effect: ", elsewhere->meaning)
                             : absl::StrCat("no effect at this place: write ",
                                            Places(*elsewhere)));
    }
    if (FindJavaSetting(name) != nullptr) {
      return Warn(value,
                  absl::StrCat("no effect, as in MM2: write ", cluster,
                               ".consumer.", name, ", ", cluster, ".producer.",
                               name, " or ", cluster, ".admin.", name,
                               cluster == "X" ? " for each cluster X" : ""));
    }
    // What MM2 gives to plugins may be a name of theirs; see PluginProperties.
    const bool reaches_plugins =
        has_host_class_ &&
        (scope == kFlow || absl::StartsWith(name, "replication.policy."));
    const PropertySpec* meant =
        reaches_plugins ? Meant(name, kSlipsInFamily) : Meant(name);
    if (meant != nullptr) return WarnMisspelled(*meant, scope, value);
    if (reaches_plugins) return;
    Warn(value, "no effect: unknown property");
  }

  std::vector<std::string> Aliases() const {
    std::vector<std::string> sorted = aliases_;
    std::sort(sorted.begin(), sorted.end());
    return sorted;
  }

  const ConfigFile& file_;
  std::vector<std::string> aliases_;
  const PluginRegistry* const plugins_;
  // A class of the host is named, which may have properties of its own.
  bool has_host_class_ = false;
  ConfigFindings& findings_;
};

}  // namespace

void CheckProperties(const ConfigFile& file,
                     const std::vector<std::string>& aliases,
                     const PluginRegistry* plugins, ConfigFindings* findings) {
  Checker(file, aliases, plugins, findings).Run();
}

}  // namespace mirror::internal
