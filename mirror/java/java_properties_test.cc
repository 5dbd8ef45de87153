// SPDX-License-Identifier: Apache-2.0

#include "mirror/java/java_properties.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

struct Vector {
  const char* name;
  std::string text;
  std::string key;
  std::string value;
};

class JavaPropertiesSyntax : public testing::TestWithParam<Vector> {};

TEST_P(JavaPropertiesSyntax, ReadsOneProperty) {
  const auto parsed = JavaProperties::Parse(GetParam().text, "f");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  ASSERT_EQ(parsed->entries().size(), 1u);
  EXPECT_EQ(parsed->entries()[0].key, GetParam().key);
  EXPECT_EQ(parsed->entries()[0].value, GetParam().value);
}

INSTANTIATE_TEST_SUITE_P(
    Java, JavaPropertiesSyntax,
    testing::Values(
        Vector{"equals", "a=b", "a", "b"}, Vector{"colon", "a:b", "a", "b"},
        Vector{"blank", "a b", "a", "b"},
        Vector{"blanks_around", " \ta \f= \tb ", "a", "b "},
        Vector{"blank_then_colon", "a : b", "a", "b"},
        Vector{"second_separator_is_value", "a==b", "a", "=b"},
        Vector{"colon_then_equals", "a:=b", "a", "=b"},
        Vector{"key_only", "a", "a", ""}, Vector{"value_only", "=b", "", "b"},
        Vector{"escaped_separators", R"(a\=\:\ b=c)", "a=: b", "c"},
        Vector{"escaped_letters", R"(a=\t\n\r\f)", "a", "\t\n\r\f"},
        Vector{"unknown_escape_drops_backslash", R"(a=\q\.\\)", "a", R"(q.\)"},
        Vector{"regex_as_mm2_users_write_it", R"(topics=payments\\.v1)",
               "topics", R"(payments\.v1)"},
        Vector{"continuation", "a=b\\\n   c", "a", "bc"},
        Vector{"continuation_crlf", "a=b\\\r\n\tc\r\n", "a", "bc"},
        Vector{"continuation_in_key", "a\\\n  b=c", "ab", "c"},
        Vector{"even_backslashes_end_the_line", "a=b\\\\\n#", "a", "b\\"},
        Vector{"three_backslashes_continue", "a=b\\\\\\\nc", "a", "b\\c"},
        Vector{"comment_sign_inside_continuation", "a=b,\\\n#c", "a", "b,#c"},
        Vector{"blank_continuation_ends", "a=b\\\n   \n#c=d", "a", "b"},
        Vector{"continuation_at_end_of_file", "a=b\\", "a", "b"},
        Vector{"empty_first_piece", "\\\n  a=b", "a", "b"},
        Vector{"carriage_returns", "#c\ra=b\r", "a", "b"},
        Vector{"comments", "# x=1\n  ! y=2\n\n \t\na=b\n#\\\n", "a", "b"},
        Vector{"comment_does_not_continue", "#c\\\na=b", "a", "b"},
        Vector{"unicode", R"(a=\u00fc\u20AC)", "a", "\u00fc\u20ac"},
        Vector{"unicode_in_key", R"(\u0061\u003Db=c)", "a=b", "c"},
        Vector{"surrogate_pair", R"(a=\uD83D\uDE00)", "a", "\U0001F600"},
        Vector{"utf8", "a=gr\xC3\xBC\xC3\x9F", "a", "gr\u00fc\u00df"},
        Vector{"latin1", "a=gr\xFC\xDF", "a", "gr\u00fc\u00df"},
        Vector{"overlong_utf8_is_latin1", "a=\xC0\xAF", "a", "\u00c0\u00af"},
        Vector{"byte_order_mark",
               "\xEF\xBB\xBF"
               "a=b",
               "a", "b"}),
    [](const auto& test) { return test.param.name; });

TEST(JavaPropertiesTest, KeepsLineNumbersOfLogicalLines) {
  const auto parsed =
      JavaProperties::Parse("# one\na=1\\\n  2\n\nb=3\r\nc=4", "f");
  ASSERT_TRUE(parsed.ok());
  ASSERT_EQ(parsed->entries().size(), 3u);
  EXPECT_EQ(parsed->entries()[0].line, 2);
  EXPECT_EQ(parsed->entries()[1].line, 5);
  EXPECT_EQ(parsed->entries()[2].line, 6);
}

TEST(JavaPropertiesTest, LastOfTwoWinsAndIsReported) {
  const auto parsed = JavaProperties::Parse("a=1\nb=2\na=3\n", "f");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(*parsed->Find("a"), "3");
  EXPECT_EQ(parsed->entries().size(), 2u);
  ASSERT_EQ(parsed->duplicates().size(), 1u);
  EXPECT_EQ(parsed->duplicates()[0].key, "a");
  EXPECT_EQ(parsed->duplicates()[0].ignored_line, 1);
  EXPECT_EQ(parsed->duplicates()[0].used_line, 3);
}

TEST(JavaPropertiesTest, AFormattedPropertyIsReadAsItWas) {
  for (const std::string text :
       {"", " a", "a = b:c", "#!", "\\d+\\.x", "\t\n\r\f", "a->b", "\u00e9"}) {
    const std::string key = "k" + text;
    const auto read = JavaProperties::Parse(FormatProperty(key, text), "f");
    ASSERT_TRUE(read.ok()) << read.status();
    ASSERT_EQ(read->entries().size(), 1u);
    EXPECT_EQ(read->entries()[0].key, key);
    EXPECT_EQ(read->entries()[0].value, text);
  }
}

TEST(JavaPropertiesTest, EmptyFileHasNoProperties) {
  const auto parsed = JavaProperties::Parse("", "f");
  ASSERT_TRUE(parsed.ok());
  EXPECT_TRUE(parsed->entries().empty());
  EXPECT_EQ(parsed->Find("a"), nullptr);
}

TEST(JavaPropertiesTest, ErrorsNameFileAndLineButNotTheText) {
  const std::string hidden = "hunter2";
  for (const std::string& bad :
       {std::string(R"(\u12)"), std::string(R"(\u12G4)"),
        std::string(R"(\u0000)"), std::string(R"(\uD83D)"),
        std::string(R"(\uD83Dx)"), std::string(R"(\uDE00)"),
        std::string(R"(\uD83D\u0041)"), std::string(1, '\0')}) {
    const auto parsed = JavaProperties::Parse(
        absl::StrCat("# c\na=", hidden, bad, "\n"), "mm2.properties");
    ASSERT_FALSE(parsed.ok()) << bad;
    const std::string message(parsed.status().message());
    EXPECT_EQ(message.rfind("mm2.properties:2: ", 0), 0u) << message;
    EXPECT_EQ(message.find(hidden), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace mirror::internal
