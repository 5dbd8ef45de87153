// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/config_testing.h"

#include <gtest/gtest.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"

namespace mirror {

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

FlowConfig AToB(const std::string& more) {
  const auto config = Parse(kTwoClusters + more);
  EXPECT_TRUE(config.ok()) << config.status();
  if (!config.ok()) return {};
  EXPECT_EQ(config->flows().front().Name(), "A->B");
  return config->flows().front();
}

std::string Text(const SettingMap& map, const std::string& name) {
  const auto it = map.find(name);
  return it == map.end() ? "(none)" : it->second.text;
}

}  // namespace mirror
