// SPDX-License-Identifier: Apache-2.0

#include "mirror/model/utf8.h"

#include <string>

#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

TEST(Utf8, ValidTextStaysAsItIs) {
  const std::string text("a\0b\n gr\u00fc\u00df \u20ac \U0001F600", 21);
  EXPECT_TRUE(IsUtf8(text));
  EXPECT_EQ(ToUtf8(text), text);
  EXPECT_EQ(ToUtf8(""), "");
}

TEST(Utf8, BytesThatAreNoneAreEscaped) {
  EXPECT_EQ(ToUtf8("\x05@\xd4\xfa\x07 (INVALID_RECORD)"),
            "\x05@\\xd4\\xfa\x07 (INVALID_RECORD)");
  EXPECT_EQ(ToUtf8("cut \xe2\x82"), "cut \\xe2\\x82");
  EXPECT_EQ(ToUtf8("overlong \xc0\xaf"), "overlong \\xc0\\xaf");
  EXPECT_EQ(ToUtf8("surrogate \xed\xa0\x80"), "surrogate \\xed\\xa0\\x80");
  EXPECT_EQ(ToUtf8("beyond \xf4\x90\x80\x80"), "beyond \\xf4\\x90\\x80\\x80");
}

TEST(Utf8, WhatWasEscapedIsValid) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text = {'a', static_cast<char>(byte), 'b'};
    EXPECT_TRUE(IsUtf8(ToUtf8(text))) << byte;
  }
}

TEST(Utf8, WhatIsPrintedControlsNoTerminalAndTurnsNoText) {
  EXPECT_EQ(ToPrintable("gr\u00fc\u00df \u20ac \U0001F600 <b>\\"),
            "gr\u00fc\u00df \u20ac \U0001F600 <b>\\");
  EXPECT_EQ(ToPrintable("a\x1b[2J\r\n\t\x7f"),
            "a\\u{1b}[2J\\u{d}\\u{a}\\u{9}\\u{7f}");
  EXPECT_EQ(ToPrintable("\xc2\x9b\u202e\u2066\u200f"),
            "\\u{9b}\\u{202e}\\u{2066}\\u{200f}");
  EXPECT_EQ(ToPrintable("\xff\xe2\x82"), "\\xff\\xe2\\x82");
  EXPECT_EQ(ToPrintable(std::string("\0", 1)), "\\u{0}");
}

}  // namespace
}  // namespace mirror::internal
