// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/json_settings.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = JsonSetting::Kind;
using Path = std::vector<std::string>;

MATCHER_P4(Is, path, kind, text, line, "") {
  return arg.path == path && arg.kind == kind && arg.text == text &&
         arg.line == line;
}

TEST(JsonSettingsTest, EveryValueHasItsPathAndTheLineOfItsName) {
  const auto settings = ReadJsonSettings(
      "{\n"
      "  \"name\": \"a\\nb\",\n"
      "  \"config\":\n"
      "    {\"tasks.max\": 2,\n"
      "     \"on\":\n"
      "       true, \"big\": 1.50, \"none\": null}, \"list\":\n"
      "  [{\"x\": -1}, 7]}",
      "f");
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_THAT(*settings,
              ElementsAre(Is(Path{}, Kind::kObject, "", 1),
                          Is(Path{"name"}, Kind::kText, "a\nb", 2),
                          Is(Path{"config"}, Kind::kObject, "", 3),
                          Is(Path{"config", "tasks.max"}, Kind::kText, "2", 4),
                          Is(Path{"config", "on"}, Kind::kText, "true", 5),
                          Is(Path{"config", "big"}, Kind::kText, "1.50", 6),
                          Is(Path{"config", "none"}, Kind::kNull, "", 6),
                          Is(Path{"list"}, Kind::kArray, "", 6),
                          Is(Path{"list", "0"}, Kind::kObject, "", 7),
                          Is(Path{"list", "0", "x"}, Kind::kText, "-1", 7),
                          Is(Path{"list", "1"}, Kind::kText, "7", 7)));
}

TEST(JsonSettingsTest, MistakesNameTheLineAndNothingOfTheText) {
  const std::string texts[] = {"{\n\"password\": \"hunter2\"\n\"b\": 1}",
                               "{\n\n\"hunter2",
                               "{\"a\": hunter2}",
                               "{\"a\": \"hunter2\xff\"}",
                               "{} hunter2",
                               ""};
  for (const std::string& text : texts) {
    EXPECT_THAT(std::string(ReadJsonSettings(text, "f").status().message()),
                AllOf(HasSubstr("f:"), HasSubstr(": is not valid JSON"),
                      Not(HasSubstr("hunter2"))))
        << text;
  }
  EXPECT_THAT(std::string(ReadJsonSettings(texts[0], "f").status().message()),
              HasSubstr("f:3: "));
}

TEST(JsonSettingsTest, DeepNestingIsRejected) {
  EXPECT_TRUE(
      ReadJsonSettings(std::string(50, '[') + std::string(50, ']'), "f").ok());
  EXPECT_THAT(
      std::string(
          ReadJsonSettings(std::string(1000000, '['), "f").status().message()),
      HasSubstr("f:1: is nested more than 50 levels deep"));
}

}  // namespace
}  // namespace mirror::internal
