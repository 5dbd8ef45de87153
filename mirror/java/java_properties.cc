// SPDX-License-Identifier: Apache-2.0

#include "mirror/java/java_properties.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "mirror/model/utf8.h"

namespace mirror::internal {
namespace {

constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\f'; }

absl::string_view SkipBlanks(absl::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  return text;
}

void AppendUtf8(uint32_t code_point, std::string* out) {
  if (code_point < 0x80) {
    out->push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    out->push_back(static_cast<char>(0xC0 | (code_point >> 6)));
    out->push_back(static_cast<char>(0x80 | (code_point & 0x3F)));
  } else if (code_point < 0x10000) {
    out->push_back(static_cast<char>(0xE0 | (code_point >> 12)));
    out->push_back(static_cast<char>(0x80 | ((code_point >> 6) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code_point & 0x3F)));
  } else {
    out->push_back(static_cast<char>(0xF0 | (code_point >> 18)));
    out->push_back(static_cast<char>(0x80 | ((code_point >> 12) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | ((code_point >> 6) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code_point & 0x3F)));
  }
}

std::string Latin1ToUtf8(absl::string_view text) {
  std::string out;
  out.reserve(text.size() * 2);
  for (const char c : text) AppendUtf8(static_cast<uint8_t>(c), &out);
  return out;
}

// Cuts the text into natural lines at \n, \r or \r\n.
class LineReader {
 public:
  explicit LineReader(absl::string_view text) : rest_(text) {}

  bool Next(absl::string_view* line) {
    if (rest_.empty()) return false;
    const size_t end = rest_.find_first_of("\r\n");
    *line = rest_.substr(0, end);
    ++number_;
    if (end == absl::string_view::npos) {
      rest_ = {};
    } else {
      rest_.remove_prefix(
          end + (absl::StartsWith(rest_.substr(end), "\r\n") ? 2 : 1));
    }
    return true;
  }

  int number() const { return number_; }

 private:
  absl::string_view rest_;
  int number_ = 0;
};

bool ContinuesOnNextLine(absl::string_view line) {
  size_t backslashes = 0;
  while (backslashes < line.size() &&
         line[line.size() - 1 - backslashes] == '\\') {
    ++backslashes;
  }
  return backslashes % 2 == 1;
}

// Where the key ends: at the first '=', ':' or blank that is not escaped.
size_t KeyLength(absl::string_view line) {
  size_t i = 0;
  for (; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == '=' || line[i] == ':' || IsBlank(line[i])) {
      return i;
    }
  }
  return line.size();
}

// The four hex digits of a \uXXXX whose `\u` is already consumed.
bool TakeCodeUnit(absl::string_view* text, uint32_t* unit) {
  if (text->size() < 4) return false;
  *unit = 0;
  for (const char c : text->substr(0, 4)) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return false;
    *unit = *unit * 16 + static_cast<uint32_t>(digit);
  }
  text->remove_prefix(4);
  return true;
}

// Appends the character of a \uXXXX (or of a pair of them). Returns what is
// wrong, or nothing.
absl::string_view AppendUnicodeEscape(absl::string_view* text,
                                      std::string* out) {
  uint32_t unit = 0;
  if (!TakeCodeUnit(text, &unit)) {
    return "\\u must be followed by four hexadecimal digits";
  }
  if (unit == 0) return "\\u0000 is not allowed";
  if (unit >= 0xD800 && unit <= 0xDFFF) {
    uint32_t low = 0;
    if (unit > 0xDBFF || !absl::ConsumePrefix(text, "\\u") ||
        !TakeCodeUnit(text, &low) || low < 0xDC00 || low > 0xDFFF) {
      return "half a surrogate pair: write both halves, \\uD83D\\uDE00";
    }
    unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
  }
  AppendUtf8(unit, out);
  return {};
}

absl::string_view Unescape(absl::string_view text, std::string* out) {
  out->reserve(text.size());
  while (!text.empty()) {
    char c = text.front();
    text.remove_prefix(1);
    if (c != '\\') {
      out->push_back(c);
      continue;
    }
    if (text.empty()) break;  // Java drops a backslash with nothing behind it.
    c = text.front();
    text.remove_prefix(1);
    if (c == 'u') {
      const absl::string_view problem = AppendUnicodeEscape(&text, out);
      if (!problem.empty()) return problem;
      continue;
    }
    out->push_back(c == 't'   ? '\t'
                   : c == 'n' ? '\n'
                   : c == 'r' ? '\r'
                   : c == 'f' ? '\f'
                              : c);
  }
  return {};
}

// Returns what is wrong, or nothing.
absl::string_view ParseLogicalLine(absl::string_view line, Property* property) {
  if (absl::StrContains(line, '\0')) return "a NUL character is not allowed";
  const size_t key_length = KeyLength(line);
  absl::string_view problem =
      Unescape(line.substr(0, key_length), &property->key);
  if (!problem.empty()) return problem;
  absl::string_view value = SkipBlanks(line.substr(key_length));
  if (!value.empty() && (value.front() == '=' || value.front() == ':')) {
    value = SkipBlanks(value.substr(1));
  }
  problem = Unescape(value, &property->value);
  property->malformed = !problem.empty();
  return problem;
}

// `also`: more characters that need a backslash.
std::string Escape(absl::string_view text, absl::string_view also) {
  std::string out;
  for (const char c : text) {
    const char letter = c == '\t'   ? 't'
                        : c == '\n' ? 'n'
                        : c == '\r' ? 'r'
                        : c == '\f' ? 'f'
                                    : c;
    if (letter != c || c == '\\' || absl::StrContains(also, c)) {
      out.push_back('\\');
    }
    out.push_back(letter);
  }
  return out;
}

}  // namespace

std::string FormatProperty(absl::string_view key, absl::string_view value) {
  std::string escaped = Escape(value, "");
  // Blanks there would belong to the separator.
  if (absl::StartsWith(escaped, " ")) escaped.insert(0, 1, '\\');
  return absl::StrCat(Escape(key, " =:#!"), " = ", escaped);
}

absl::StatusOr<JavaProperties> JavaProperties::Parse(absl::string_view text,
                                                     absl::string_view file) {
  std::vector<std::string> errors;
  JavaProperties properties = ParseAll(text, file, &errors);
  if (!errors.empty()) {
    return absl::InvalidArgumentError(absl::StrJoin(errors, "\n"));
  }
  return properties;
}

JavaProperties JavaProperties::ParseAll(absl::string_view text,
                                        absl::string_view file,
                                        std::vector<std::string>* errors) {
  std::string latin1;
  if (!absl::ConsumePrefix(&text, kByteOrderMark) && !IsUtf8(text)) {
    latin1 = Latin1ToUtf8(text);
    text = latin1;
  }

  JavaProperties result;
  result.file_ = std::string(file);
  std::map<std::string, Property> by_key;
  LineReader lines(text);
  absl::string_view natural;
  while (lines.Next(&natural)) {
    Property property;
    property.line = lines.number();
    natural = SkipBlanks(natural);
    if (natural.empty() || natural.front() == '#' || natural.front() == '!') {
      continue;
    }
    std::string logical(natural);
    while (ContinuesOnNextLine(logical)) {
      logical.pop_back();
      if (!lines.Next(&natural)) break;
      absl::StrAppend(&logical, SkipBlanks(natural));
    }
    const absl::string_view problem = ParseLogicalLine(logical, &property);
    if (!problem.empty()) {
      errors->push_back(absl::StrCat(file, ":", property.line, ": ", problem));
      if (!property.malformed) continue;  // not even the key is known
    }

    const auto [it, is_new] = by_key.try_emplace(property.key, property);
    if (!is_new) {
      result.duplicates_.push_back(
          {property.key, it->second.line, property.line});
      it->second = std::move(property);
    }
  }
  std::map<int, Property> by_line;
  for (auto& [key, property] : by_key) {
    by_line.emplace(property.line, std::move(property));
  }
  for (auto& [line, property] : by_line) {
    result.entries_.push_back(std::move(property));
  }
  return result;
}

const std::string* JavaProperties::Find(absl::string_view key) const {
  for (const Property& property : entries_) {
    if (property.key == key) return &property.value;
  }
  return nullptr;
}

}  // namespace mirror::internal
