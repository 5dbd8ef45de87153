// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/config_testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "mirror/config/config_check.h"
#include "mirror/config/config_file.h"
#include "mirror/config/flow_resolver.h"

namespace mirror::internal {
namespace {

ResolvedFlow Resolve(const std::string& more) {
  const ConfigFile file =
      ConfigFile::Parse(kTwoClusters + more, "mm2.properties", FakeSources());
  const PluginRegistry plugins;
  ConfigFindings findings;
  ResolvedFlow flow =
      ResolveFlow(file, FakeSources(), "A", "B", &plugins, &findings);
  EXPECT_THAT(findings.errors, testing::IsEmpty());
  return flow;
}

}  // namespace

ConfigSources FakeSources() {
  ConfigSources sources;
  sources.get_env = [](const std::string& name) -> absl::optional<std::string> {
    if (name == "SECRET") return std::string(kSecret);
    return absl::nullopt;
  };
  sources.read_file =
      [](const std::string& path) -> absl::StatusOr<std::string> {
    return absl::NotFoundError(absl::StrCat(path, ": no such file"));
  };
  return sources;
}

absl::StatusOr<MirrorMakerConfig> Parse(
    const std::string& text, const std::vector<std::string>& targets) {
  MirrorMakerOptions options;
  options.target_clusters = targets;
  return MirrorMakerConfig::Parse(text, "mm2.properties", FakeSources(),
                                  options);
}

std::string Errors(const std::string& text) {
  return std::string(Parse(text).status().message());
}

Flow AToB(const std::string& more) {
  const auto config = Parse(kTwoClusters + more);
  EXPECT_TRUE(config.ok()) << config.status();
  if (!config.ok()) return Flow("", "");
  EXPECT_EQ(config->flows().front().name(), "A->B");
  return config->flows().front();
}

FlowClients ClientsOfAToB(const std::string& more) {
  return Resolve(more).clients;
}

std::string EffectiveInAToB(const std::string& more,
                            const std::string& property) {
  for (const auto& [name, value] : Resolve(more).effective) {
    if (name == property) return value.text;
  }
  return "(none)";
}

std::string Text(const SettingMap& map, const std::string& name) {
  const auto it = map.find(name);
  return it == map.end() ? "(none)" : it->second.text;
}

}  // namespace mirror::internal
