// SPDX-License-Identifier: Apache-2.0

#include "mirror/policy/pattern_list.h"

#include <initializer_list>
#include <random>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

bool Matches(absl::string_view list, absl::string_view name) {
  return PatternList::Create("topics", list).value().Matches(name);
}

std::string ErrorOf(absl::string_view list) {
  const absl::Status status = PatternList::Create("topics", list).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << list;
  return std::string(status.message());
}

TEST(PatternList, SplitsAtCommasAndTrims) {
  EXPECT_THAT(SplitPatterns("a,b"), ElementsAre("a", "b"));
  EXPECT_THAT(SplitPatterns(" a ,\n b\t"), ElementsAre("a", "b"));
  EXPECT_THAT(SplitPatterns("a,,b,"), ElementsAre("a", "b"));
  EXPECT_THAT(SplitPatterns(""), IsEmpty());
  EXPECT_THAT(SplitPatterns(" , "), IsEmpty());
}

TEST(PatternList, KeepsCommasThatBelongToAnExpression) {
  EXPECT_THAT(SplitPatterns("a{1,3},b"), ElementsAre("a{1,3}", "b"));
  EXPECT_THAT(SplitPatterns("a{2,},b"), ElementsAre("a{2,}", "b"));
  EXPECT_THAT(SplitPatterns("[a,b],c"), ElementsAre("[a,b]", "c"));
  EXPECT_THAT(SplitPatterns("[],],c"), ElementsAre("[],]", "c"));
  EXPECT_THAT(SplitPatterns("[^],],c"), ElementsAre("[^],]", "c"));
  EXPECT_THAT(SplitPatterns("[\\],],c"), ElementsAre("[\\],]", "c"));
  EXPECT_THAT(SplitPatterns("a\\,b,c"), ElementsAre("a\\,b", "c"));
  EXPECT_THAT(SplitPatterns("\\[a,b"), ElementsAre("\\[a", "b"));
  EXPECT_THAT(SplitPatterns("\\{1,3}"), ElementsAre("\\{1", "3}"));
  EXPECT_THAT(SplitPatterns("\\Qa,b\\E,c"), ElementsAre("\\Qa,b\\E", "c"));
  EXPECT_THAT(SplitPatterns("\\Qa,b"), ElementsAre("\\Qa,b"));
}

TEST(PatternList, RepetitionWithACommaWorksUnlikeInMm2) {
  // MM2 cuts this into "a{1" and "3}" and refuses to start.
  EXPECT_TRUE(Matches("a{1,3}", "aaa"));
  EXPECT_FALSE(Matches("a{1,3}", "aaaa"));
}

TEST(PatternList, MatchesWholeNamesByAnyExpression) {
  EXPECT_TRUE(Matches("orders, pay.*", "orders"));
  EXPECT_TRUE(Matches("orders, pay.*", "payments"));
  EXPECT_FALSE(Matches("orders, pay.*", "orders2"));
  EXPECT_FALSE(Matches("orders, pay.*", "old-orders"));
  EXPECT_TRUE(Matches("a|b, c", "b"));
  EXPECT_FALSE(Matches("a|ab", "abc"));
}

TEST(PatternList, EmptyListMatchesNothing) {
  for (const char* list : {"", "  ", ",", " ,\t, "}) {
    EXPECT_FALSE(Matches(list, "orders"));
    EXPECT_FALSE(Matches(list, ""));
  }
}

TEST(PatternList, SharesFlagsAlongTheListAsMm2) {
  EXPECT_TRUE(Matches("(?i)orders, Payments", "PAYMENTS"));
  EXPECT_FALSE(Matches("Payments, (?i)orders", "PAYMENTS"));
}

TEST(PatternList, ReadsNamesAsUtf8) {
  EXPECT_TRUE(Matches("gr\xC3\xBC.", "gr\xC3\xBC\xC3\x9F"));
  EXPECT_TRUE(Matches("[\xC3\xBC]", "\xC3\xBC"));
  EXPECT_FALSE(Matches(".*", "\xFF"));
}

TEST(PatternList, ReadsJavaEscapesThatRe2Shares) {
  EXPECT_TRUE(Matches("\\Qa.b{\\E", "a.b{"));
  EXPECT_TRUE(Matches("a\\.b\\-c\\_d\\,e", "a.b-c_d,e"));
  EXPECT_TRUE(Matches("\\p{Lu}\\d+\\x{41}", "Q42A"));
  EXPECT_TRUE(Matches("a\\{1\\}", "a{1}"));
}

TEST(PatternList, RefusesWhatRe2LacksAndSaysWhatToWrite) {
  struct Case {
    const char *pattern, *suggestion;
  };
  for (const Case& c :
       std::initializer_list<Case>{{"(?!internal).*", "exclude list"},
                                   {"a(?=b)", "exclude list"},
                                   {".*(?<!-old)", "exclude list"},
                                   {"(?<=a)b", "exclude list"},
                                   {"(?<name>a)", "exclude list"},
                                   {"(?>a)", "(?:...)"},
                                   {"(a)\\1", "back reference"},
                                   {"a*+", "single"},
                                   {"a{2}+", "single"},
                                   {"a{1001}", "1000"},
                                   {"((a{100}){100}){100}", "1000"},
                                   {"\\h", "[A-Za-z]"},
                                   {"\\u0041", "\\x{41}"},
                                   {"\\p{Alpha}", "[A-Za-z]"},
                                   {"(a", "| between"},
                                   {"a)", "| between"},
                                   {"[a", "\\["},
                                   {"a\\", "RE2 syntax"},
                                   {"*", "RE2 syntax"}}) {
    const std::string error = ErrorOf(absl::StrCat("ok, ", c.pattern));
    EXPECT_THAT(error, HasSubstr(absl::StrCat("\"", c.pattern, "\""))) << error;
    EXPECT_THAT(error, HasSubstr(c.suggestion)) << c.pattern;
    EXPECT_TRUE(absl::StartsWith(error, "topics: ")) << error;
  }
}

TEST(PatternList, RefusesWhatJavaAndRe2ReadDifferently) {
  // RE2 would take each of these without a word and select other topics.
  EXPECT_THAT(ErrorOf("[a-z&&[^bc]]"), HasSubstr("character classes"));
  EXPECT_THAT(ErrorOf("[a&&b]"), HasSubstr("character classes"));
  EXPECT_THAT(ErrorOf("[a[b]]"), HasSubstr("character classes"));
  EXPECT_THAT(ErrorOf("[[:alpha:]]"), HasSubstr("character classes"));
  EXPECT_THAT(ErrorOf("a{b"), HasSubstr("'{'"));
  EXPECT_THAT(ErrorOf("a{,3}"), HasSubstr("'{'"));
  EXPECT_THAT(ErrorOf("(a)\\12"), HasSubstr("back reference"));
}

TEST(PatternList, NamesTheExpressionNotTheWholeList) {
  const std::string error = ErrorOf("orders, (?!x)y, payments");
  EXPECT_THAT(error, HasSubstr("\"(?!x)y\""));
  EXPECT_EQ(error.find("payments"), std::string::npos);
}

TEST(PatternList, ShortensAndEscapesWhatItQuotes) {
  const std::string error =
      ErrorOf(absl::StrCat("\x01(", std::string(9999, 'a')));
  EXPECT_LT(error.size(), 700);
  EXPECT_THAT(error, HasSubstr("\\x01(aaa"));
  EXPECT_THAT(ErrorOf("\xFF"), HasSubstr("\\xff"));
}

TEST(PatternList, TakesThousandsOfNames) {
  std::string list;
  for (int i = 0; i < 5000; ++i) {
    absl::StrAppend(&list, "team", i % 37, ".service", i, ".events,");
  }
  const PatternList names = PatternList::Create("topics", list).value();
  EXPECT_TRUE(names.Matches("team3.service4147.events"));
  EXPECT_FALSE(names.Matches("team3.service4148.events"));
}

TEST(PatternList, BoundsWhatItCompiles) {
  EXPECT_THAT(ErrorOf(std::string((1 << 20) + 1, 'a')), HasSubstr("bytes"));
  std::string list;
  for (int i = 0; i < 500; ++i)
    absl::StrAppend(&list, "x{999}y", i, "z{999}w{999}v{999},");
  EXPECT_THAT(ErrorOf(list), HasSubstr("as a whole"));
}

TEST(PatternList, AnswersForGarbage) {
  constexpr absl::string_view kAlphabet =
      "ab,.*+?|()[]{}^$\\QE&:<!=-13 \xC3\xFF";
  std::mt19937 random(1);
  int accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string list;
    for (size_t n = random() % 16; n > 0; --n) {
      list += kAlphabet[random() % kAlphabet.size()];
    }
    const auto patterns = PatternList::Create("topics", list);
    if (!patterns.ok()) continue;
    ++accepted;
    patterns->Matches(list);
  }
  EXPECT_GT(accepted, 1000);
}

}  // namespace
}  // namespace mirror::internal
