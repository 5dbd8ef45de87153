// SPDX-License-Identifier: Apache-2.0

#include "mirror/transform/json_values.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The values found, as they are written.
std::vector<std::string> Find(const std::string& json,
                              const std::vector<JsonPath>& paths) {
  const auto values = FindJsonValues(json, paths);
  EXPECT_THAT(values, IsOk()) << json;
  std::vector<std::string> texts;
  if (!values.ok()) return texts;
  for (const JsonValue& value : *values) {
    texts.push_back(json.substr(value.begin, value.size));
  }
  return texts;
}

TEST(FindJsonValues, FollowsNamesAndWalksArrays) {
  EXPECT_THAT(Find(R"({"a": 1, "b": {"a": 2}})", {{"a"}}), ElementsAre("1"));
  EXPECT_THAT(Find(R"({"a":{"b":{"c": [1, 2] }}})", {{"a", "b", "c"}}),
              ElementsAre("[1, 2]"));
  EXPECT_THAT(Find(R"([{"a":1},[{"a":2}],{"b":[{"a":3}]}])", {{"a"}}),
              ElementsAre("1", "2"));
  EXPECT_THAT(Find(R"({"a":[{"b":"x"},[{"b":null}],7]})", {{"a", "b"}}),
              ElementsAre("\"x\"", "null"));
  EXPECT_THAT(Find(R"({"a":7})", {{"a", "b"}}), IsEmpty());
  EXPECT_THAT(Find("7", {{"a"}}), IsEmpty());
}

TEST(FindJsonValues, FindsEveryMemberOfARepeatedName) {
  EXPECT_THAT(Find(R"({"a":1,"a":2,"b":0,"a":{"a":3}})", {{"a"}}),
              ElementsAre("1", "2", "{\"a\":3}"));
}

TEST(FindJsonValues, ResolvesEscapesInNames) {
  EXPECT_THAT(Find(R"({"\u0061":1,"\u00e4":2,"\ud83d\ude00":3,"\n\/\"":4})",
                   {{"a"}, {"ä"}, {"😀"}, {"\n/\""}}),
              ElementsAre("1", "2", "3", "4"));
}

TEST(FindJsonValues, SeveralPathsAreFoundInOrderAndNeverInside) {
  EXPECT_THAT(
      Find(R"({"b":1,"a":{"c":2,"d":3}})", {{"a", "d"}, {"b"}, {"a", "c"}}),
      ElementsAre("1", "2", "3"));
  EXPECT_THAT(Find(R"({"a":{"c":2}})", {{"a", "c"}, {"a"}}),
              ElementsAre("{\"c\":2}"));
}

TEST(FindJsonValues, TakesWhatJsonIs) {
  for (const char* json :
       {"0", "-0.10e+7", "1E9", " [ ] ", "{ }", "\t\n\r true", "\"\"",
        "12345678901234567890123", "\"\xFF\\ud800\"", "[1 , 2]",
        "{\"a\" : null , \"b\" : false}"}) {
    EXPECT_THAT(FindJsonValues(json, {{"a"}}), IsOk()) << json;
  }
}

TEST(FindJsonValues, RefusesEverythingElseAndQuotesNothing) {
  for (const char* json :
       {"",        " ",        "secret",     "01",
        "+1",      "1.",       ".5",         "1e",
        "-",       "NaN",      "tru",        "truesecret",
        "[1,]",    "[1 2]",    "[",          "{",
        "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}",
        "{'a':1}", "\"",       "\"\\x\"",    "\"\\u12g4\"",
        "\"\\",    "\"\\u12",  "\"a\nb\"",   "1 2",
        "{}{}",    "[1}",      "// x\n1",    "\xEF\xBB\xBF{}"}) {
    EXPECT_THAT(FindJsonValues(json, {{"a"}}),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         ::testing::Not(HasSubstr("secret"))))
        << json;
  }
  EXPECT_THAT(FindJsonValues(std::string("1\0", 2), {}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(FindJsonValues(std::string("[\"a\0\"]", 6), {}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(FindJsonValues, DepthIsBounded) {
  const auto nested = [](int depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_THAT(FindJsonValues(nested(500), {{"a"}}), IsOk());
  EXPECT_THAT(FindJsonValues(nested(501), {{"a"}}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("deep")));
  EXPECT_THAT(FindJsonValues(std::string(1 << 20, '['), {{"a"}}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(JsonText, IsWhatAStringSays) {
  const std::string json = R"({"a":"x\u00e4\t\"y","b":1.10})";
  const auto values = FindJsonValues(json, {{"a"}, {"b"}}).value();
  ASSERT_EQ(values.size(), 2);
  EXPECT_EQ(JsonText(json, values[0]), "xä\t\"y");
  EXPECT_EQ(JsonText(json, values[1]), "1.10");
}

}  // namespace
}  // namespace mirror::internal
