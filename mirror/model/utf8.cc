// SPDX-License-Identifier: Apache-2.0

#include "mirror/model/utf8.h"

#include <cstdint>

#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

// Of a well-formed sequence.
uint32_t CodePoint(absl::string_view sequence) {
  uint32_t code = static_cast<uint8_t>(sequence[0]);
  if (sequence.size() > 1) code &= 0x7Fu >> sequence.size();
  for (const char byte : sequence.substr(1)) {
    code = code << 6 | (static_cast<uint8_t>(byte) & 0x3Fu);
  }
  return code;
}

bool IsPrintable(uint32_t code) {
  const bool control = code < 0x20 || (code >= 0x7F && code < 0xA0) ||
                       code == 0x2028 || code == 0x2029;
  const bool direction = code == 0x61C || code == 0x200E || code == 0x200F ||
                         (code >= 0x202A && code <= 0x202E) ||
                         (code >= 0x2066 && code <= 0x2069);
  return !control && !direction;
}

}  // namespace

size_t Utf8SequenceLength(absl::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xC2 && lead <= 0xDF   ? 2
                        : lead >= 0xE0 && lead <= 0xEF ? 3
                        : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                       : 0;
  if (length == 0 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const uint8_t second = byte(1);
  if (lead == 0xE0 && second < 0xA0) return 0;
  if (lead == 0xED && second > 0x9F) return 0;
  if (lead == 0xF0 && second < 0x90) return 0;
  if (lead == 0xF4 && second > 0x8F) return 0;
  return length;
}

bool IsUtf8(absl::string_view text) {
  while (!text.empty()) {
    const size_t length = Utf8SequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string ToUtf8(absl::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const size_t length = Utf8SequenceLength(text);
    if (length == 0) {
      absl::StrAppend(
          &valid, "\\x",
          absl::Hex(static_cast<uint8_t>(text[0]), absl::kZeroPad2));
    } else {
      valid.append(text.data(), length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return valid;
}

std::string ToPrintable(absl::string_view text) {
  const std::string valid = ToUtf8(text);
  absl::string_view rest = valid;
  std::string printable;
  printable.reserve(valid.size());
  while (!rest.empty()) {
    const absl::string_view sequence = rest.substr(0, Utf8SequenceLength(rest));
    const uint32_t code = CodePoint(sequence);
    if (IsPrintable(code)) {
      absl::StrAppend(&printable, sequence);
    } else {
      absl::StrAppend(&printable, "\\u{", absl::Hex(code), "}");
    }
    rest.remove_prefix(sequence.size());
  }
  return printable;
}

}  // namespace mirror::internal
