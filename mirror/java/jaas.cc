// SPDX-License-Identifier: Apache-2.0

#include "mirror/java/jaas.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace mirror::internal {
namespace {

absl::Status Malformed(absl::string_view reason) {
  return absl::InvalidArgumentError(absl::StrCat("malformed JAAS: ", reason));
}

// Java's escapes inside quotes: \n and its kin, up to three octal digits, and
// any other character for itself.
char TakeEscape(absl::string_view* text) {
  const char c = text->front();
  text->remove_prefix(1);
  if (c >= '0' && c <= '7') {
    int code = c - '0';
    const int longest = c <= '3' ? 3 : 2;
    for (int i = 1; i < longest && !text->empty() && text->front() >= '0' &&
                    text->front() <= '7';
         ++i) {
      code = code * 8 + (text->front() - '0');
      text->remove_prefix(1);
    }
    return static_cast<char>(code);
  }
  constexpr absl::string_view kNames = "abfnrtv";
  constexpr absl::string_view kCodes = "\a\b\f\n\r\t\v";
  const size_t index = kNames.find(c);
  return index == absl::string_view::npos ? c : kCodes[index];
}

// Words, quoted strings, '=' and ';'.
class Tokens {
 public:
  explicit Tokens(absl::string_view text) : rest_(text) {}

  // Whether the next token is this punctuation mark; takes it if so.
  bool Take(char mark) {
    rest_ = absl::StripLeadingAsciiWhitespace(rest_);
    if (rest_.empty() || rest_.front() != mark) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool AtEnd() {
    rest_ = absl::StripLeadingAsciiWhitespace(rest_);
    return rest_.empty();
  }

  absl::StatusOr<std::string> TakeWord() {
    if (AtEnd()) return Malformed("it must end with a semicolon");
    const char first = rest_.front();
    if (first == '"' || first == '\'') return TakeQuoted();
    const size_t end = rest_.find_first_of(" \t\r\n\f=;\"'");
    if (end == 0) return Malformed("a name or value is missing");
    std::string word(rest_.substr(0, end));
    rest_.remove_prefix(word.size());
    return word;
  }

 private:
  absl::StatusOr<std::string> TakeQuoted() {
    const char quote = rest_.front();
    rest_.remove_prefix(1);
    std::string word;
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == quote) return word;
      if (c == '\\' && !rest_.empty()) {
        word.push_back(TakeEscape(&rest_));
      } else {
        word.push_back(c);
      }
    }
    return Malformed("a quotation mark is not closed");
  }

  absl::string_view rest_;
};

}  // namespace

absl::StatusOr<JaasEntry> ParseJaas(absl::string_view text) {
  Tokens tokens(text);
  JaasEntry entry;
  absl::StatusOr<std::string> module = tokens.TakeWord();
  if (!module.ok()) return module.status();
  const std::vector<absl::string_view> parts = absl::StrSplit(*module, '.');
  entry.login_module = std::string(parts.back());
  if (entry.login_module.empty()) {
    return Malformed("the login module's class name ends in a dot");
  }

  const absl::StatusOr<std::string> flag = tokens.TakeWord();
  if (!flag.ok()) return flag.status();
  const std::string lower = absl::AsciiStrToLower(*flag);
  if (lower != "required" && lower != "requisite" && lower != "sufficient" &&
      lower != "optional") {
    return Malformed("after the login module, 'required' must follow");
  }
  while (!tokens.Take(';')) {
    absl::StatusOr<std::string> name = tokens.TakeWord();
    if (!name.ok()) return name.status();
    if (!tokens.Take('=')) return Malformed("an option has no '='");
    absl::StatusOr<std::string> value = tokens.TakeWord();
    if (!value.ok()) return value.status();
    entry.options[*std::move(name)] = *std::move(value);
  }
  if (!tokens.AtEnd()) {
    return Malformed("only one login module may be given");
  }
  return entry;
}

}  // namespace mirror::internal
