// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/connector_transforms.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace mirror::internal {
namespace {

constexpr std::pair<absl::string_view, absl::string_view> kInstead[] = {
    {"RegexRouter", "replication.policy.rename, or a policy of your own"},
    {"Filter", "topics.exclude for whole topics, RecordFilter or DropByHeader"},
    {"MaskField", "MaskField of this library"},
};

absl::string_view Instead(absl::string_view transform) {
  // RegexRouter's kind for keys is RegexRouter$Key.
  transform = transform.substr(0, transform.find('$'));
  for (const auto& [name, instead] : kInstead) {
    if (name == transform) return instead;
  }
  return "a mirror::RecordTransform of your own";
}

}  // namespace

std::vector<TransformProblem> CheckTransforms(const SettingMap& settings) {
  std::vector<TransformProblem> problems;
  const auto list = settings.find("transforms");
  if (list == settings.end()) return problems;
  for (absl::string_view alias : absl::StrSplit(list->second.text, ',')) {
    alias = absl::StripAsciiWhitespace(alias);
    const auto type =
        settings.find(absl::StrCat("transforms.", alias, ".type"));
    if (type == settings.end()) continue;
    absl::string_view name = absl::StripAsciiWhitespace(type->second.text);
    if (!absl::ConsumePrefix(&name, "org.apache.kafka.connect.transforms.")) {
      continue;
    }
    problems.push_back(
        {type->second,
         absl::StrCat("unsupported, as it is Java; use ", Instead(name),
                      ": see docs/transforms.md")});
  }
  return problems;
}

}  // namespace mirror::internal
