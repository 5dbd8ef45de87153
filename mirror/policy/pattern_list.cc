// SPDX-License-Identifier: Apache-2.0

#include "mirror/policy/pattern_list.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "re2/re2.h"

namespace mirror::internal {
namespace {

constexpr size_t kMaxTextBytes = 1 << 20;
// Bounds the compiled program and RE2's match cache together. Room for about
// 20,000 topic names listed one by one; a usual filter takes some kilobytes.
constexpr int64_t kMaxRegexBytes = 16 << 20;
constexpr size_t kMaxQuotedBytes = 120;

re2::StringPiece Piece(absl::string_view text) {
  return re2::StringPiece(text.data(), text.size());
}

RE2::Options RegexOptions() {
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingUTF8);
  options.set_max_mem(kMaxRegexBytes);
  options.set_never_capture(true);
  options.set_log_errors(false);  // They are in the Status.
  return options;
}

// Walks an expression one syntactic token at a time, just finely enough to know
// whether a comma separates and where Java and RE2 part ways.
class Scanner {
 public:
  enum class Token {
    kPlain,          // Anything RE2 reads as Java does, or refuses.
    kComma,          // Outside of everything: ends an expression.
    kJavaClass,      // [...] with a nested class or &&.
    kStrayBrace,     // A { that opens no {m}, {m,} or {m,n}; Java refuses it.
    kBackReference,  // \1 to \9; RE2 takes \12 for an octal number.
  };

  explicit Scanner(absl::string_view text) : text_(text) {}

  bool Done() const { return position_ >= text_.size(); }
  size_t position() const { return position_; }

  Token Next() {
    const char c = text_[position_];
    if (c == '\\') return Escape();
    if (c == '[') return Class();
    if (c == '{') return Brace();
    ++position_;
    return c == ',' ? Token::kComma : Token::kPlain;
  }

 private:
  // The character `ahead` of the position; NUL past the end.
  char Peek(size_t ahead) const {
    return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0';
  }

  void Skip(size_t count) {
    position_ = std::min(position_ + count, text_.size());
  }

  Token Escape() {
    const char c = Peek(1);
    if (c == 'Q') {
      const size_t end = text_.find("\\E", position_ + 2);
      position_ = end == absl::string_view::npos ? text_.size() : end + 2;
      return Token::kPlain;
    }
    const bool has_braces = c == 'p' || c == 'P' || c == 'x';
    Skip(2);
    if (has_braces && Peek(0) == '{') {
      Skip(1);
      while (absl::ascii_isalnum(Peek(0)) || Peek(0) == '_' || Peek(0) == '^') {
        Skip(1);
      }
      if (Peek(0) == '}') Skip(1);
    }
    return c >= '1' && c <= '9' ? Token::kBackReference : Token::kPlain;
  }

  Token Class() {
    bool java_only = false;
    int depth = 0;
    do {
      if (Peek(0) == '[') {
        java_only |= depth > 0;
        ++depth;
        Skip(Peek(1) == '^' ? 2 : 1);
        if (Peek(0) == ']') Skip(1);  // In first place it stands for itself.
        continue;
      }
      if (Peek(0) == ']') --depth;
      java_only |= Peek(0) == '&' && Peek(1) == '&';
      Skip(Peek(0) == '\\' ? 2 : 1);
    } while (depth > 0 && !Done());
    return java_only ? Token::kJavaClass : Token::kPlain;
  }

  Token Brace() {
    size_t end = 1;
    while (absl::ascii_isdigit(Peek(end))) ++end;
    const bool has_minimum = end > 1;
    if (Peek(end) == ',') ++end;
    while (absl::ascii_isdigit(Peek(end))) ++end;
    if (!has_minimum || Peek(end) != '}') {
      Skip(1);
      return Token::kStrayBrace;
    }
    Skip(end + 1);
    return Token::kPlain;
  }

  const absl::string_view text_;
  size_t position_ = 0;
};

// What RE2 would accept and read differently from Java, or nullopt.
std::optional<std::string> JavaOnlySyntax(absl::string_view pattern) {
  Scanner scanner(pattern);
  while (!scanner.Done()) {
    switch (scanner.Next()) {
      case Scanner::Token::kJavaClass:
        return "combines character classes, which RE2 does not; write one "
               "class with every range in it, and \\[ or \\& for the character";
      case Scanner::Token::kStrayBrace:
        return "has a '{' that starts no repetition such as {1,3}; write \\{ "
               "for the character";
      case Scanner::Token::kBackReference:
        return "has a back reference, which RE2 does not have; write out what "
               "it may repeat";
      default:
        break;
    }
  }
  return std::nullopt;
}

// What to write instead of an expression RE2 refuses.
std::string Suggestion(const RE2& regex) {
  const std::string& argument = regex.error_arg();
  switch (regex.error_code()) {
    case RE2::ErrorBadPerlOp:
      if (argument == "(?=" || argument == "(?!" || argument == "(?<") {
        return "RE2 has no look-around and no named groups of this form; to "
               "leave names out, put what must not match in the exclude list";
      }
      return "RE2 does not have this group; write (?:...), or (?i) to ignore "
             "case";
    case RE2::ErrorRepeatOp:
      return "RE2 has no possessive or doubled repetition; write a single *, "
             "+, ? or {m,n}";
    case RE2::ErrorRepeatSize:
      return "a repetition may count up to 1000, also multiplied with those "
             "around it; write * or + instead";
    case RE2::ErrorBadEscape:
    case RE2::ErrorBadCharRange:
      return "RE2 does not have this escape or class; write the characters, as "
             "in [A-Za-z], or \\x{41} for a code point";
    case RE2::ErrorMissingParen:
    case RE2::ErrorUnexpectedParen:
    case RE2::ErrorMissingBracket:
      return "a comma separates expressions; inside (...) write | between "
             "alternatives, and \\( or \\[ for the character";
    case RE2::ErrorPatternTooLarge:
      return "it is too large to compile; write smaller repetitions";
    default:
      return "write a regular expression in RE2 syntax";
  }
}

// Makes any bytes fit for a message: short, and nothing but printable ASCII.
std::string Printable(absl::string_view text) {
  std::string printable;
  for (char c : text.substr(0, kMaxQuotedBytes)) {
    if (absl::ascii_isprint(c)) {
      printable += c;
    } else {
      absl::StrAppend(
          &printable, "\\x",
          absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
    }
  }
  if (text.size() > kMaxQuotedBytes) printable += "...";
  return printable;
}

absl::Status Invalid(absl::string_view field, absl::string_view pattern,
                     absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat(
      field, ": the expression \"", Printable(pattern), "\" ", problem));
}

absl::Status Validate(absl::string_view field, absl::string_view pattern) {
  if (std::optional<std::string> problem = JavaOnlySyntax(pattern)) {
    return Invalid(field, pattern, *problem);
  }
  const RE2 regex(Piece(pattern), RegexOptions());
  if (regex.ok()) return absl::OkStatus();
  return Invalid(field, pattern,
                 absl::StrCat("is not accepted (", Printable(regex.error()),
                              "): ", Suggestion(regex)));
}

}  // namespace

absl::StatusOr<PatternList> PatternList::Create(absl::string_view field,
                                                absl::string_view text) {
  if (text.size() > kMaxTextBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        field, ": the list has ", text.size(), " bytes, more than the ",
        kMaxTextBytes, " allowed; write expressions that match many names"));
  }
  const std::vector<absl::string_view> patterns = SplitPatterns(text);
  if (patterns.empty()) return PatternList(nullptr);
  for (absl::string_view pattern : patterns) {
    absl::Status status = Validate(field, pattern);
    if (!status.ok()) return status;
  }
  auto joined =
      std::make_shared<const RE2>(absl::StrJoin(patterns, "|"), RegexOptions());
  if (!joined->ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        field, ": the list of ", patterns.size(),
        " expressions is not accepted as a whole (", Printable(joined->error()),
        "); write fewer expressions that match many names"));
  }
  return PatternList(std::move(joined));
}

PatternList::PatternList(std::shared_ptr<const RE2> joined)
    : joined_(std::move(joined)) {}

bool PatternList::Matches(absl::string_view name) const {
  return joined_ != nullptr && RE2::FullMatch(Piece(name), *joined_);
}

std::vector<absl::string_view> SplitPatterns(absl::string_view text) {
  std::vector<absl::string_view> patterns;
  const auto add = [&](size_t begin, size_t end) {
    absl::string_view pattern =
        absl::StripAsciiWhitespace(text.substr(begin, end - begin));
    if (!pattern.empty()) patterns.push_back(pattern);
  };
  Scanner scanner(text);
  size_t begin = 0;
  while (!scanner.Done()) {
    if (scanner.Next() != Scanner::Token::kComma) continue;
    add(begin, scanner.position() - 1);
    begin = scanner.position();
  }
  add(begin, text.size());
  return patterns;
}

}  // namespace mirror::internal
