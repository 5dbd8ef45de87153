// SPDX-License-Identifier: Apache-2.0

#include "mirror/http/html.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

using ::testing::EndsWith;

TEST(HtmlTest, MarkupAndQuotesAreText) {
  EXPECT_EQ(HtmlText("<script>alert('1')</script> & \"x\""),
            "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; "
            "&quot;x&quot;");
  EXPECT_EQ(HtmlText("gr\u00fc\u00df"), "gr\u00fc\u00df");
}

TEST(HtmlTest, WhatIsNotTextIsShownAsItsNumber) {
  EXPECT_EQ(HtmlText("\xff\r\n"), "\\xff\\u{d}\\u{a}");
  EXPECT_EQ(HtmlText("\u202egpj.exe"), "\\u{202e}gpj.exe");
}

TEST(HtmlTest, LongTextIsCutBetweenCharacters) {
  const std::string text = std::string(1999, 'x') + "\u20ac" + "y";
  EXPECT_EQ(HtmlText(text), std::string(1999, 'x') + "...");
  EXPECT_EQ(HtmlText(std::string(2000, 'x')), std::string(2000, 'x'));
  // None that is one.
  EXPECT_THAT(HtmlText(std::string(40000, '\x80')), EndsWith("\\x80..."));
}

TEST(HtmlTest, AnyBytesGoThroughAUrl) {
  EXPECT_EQ(UrlText("A->B"), "A-%3EB");
  EXPECT_EQ(UrlText("a.b_c~d&e=f#g h\xff\n\"<"),
            "a.b_c~d%26e%3Df%23g%20h%FF%0A%22%3C");
}

}  // namespace
}  // namespace mirror::internal
