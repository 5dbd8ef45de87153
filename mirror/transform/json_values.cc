// SPDX-License-Identifier: Apache-2.0

#include "mirror/transform/json_values.h"

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

constexpr int kMaxDepth = 500;

// How far a path has been followed.
struct Progress {
  const JsonPath* path;
  size_t names = 0;

  bool Done() const { return names == path->size(); }
};

void AppendUtf8(uint32_t code, std::string* text) {
  const auto tail = [&](int shift) {
    text->push_back(static_cast<char>(0x80 | ((code >> shift) & 0x3F)));
  };
  if (code < 0x80) {
    text->push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    text->push_back(static_cast<char>(0xC0 | (code >> 6)));
    tail(0);
  } else if (code < 0x10000) {
    text->push_back(static_cast<char>(0xE0 | (code >> 12)));
    tail(6);
    tail(0);
  } else {
    text->push_back(static_cast<char>(0xF0 | (code >> 18)));
    tail(12);
    tail(6);
    tail(0);
  }
}

// Four hexadecimal digits, which are there.
uint32_t Hex4(absl::string_view digits) {
  uint32_t code = 0;
  for (const char c : digits.substr(0, 4)) {
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    code = code * 16 + static_cast<uint32_t>(digit);
  }
  return code;
}

// `text` is what stands between the quotes of a well-formed string.
std::string Unescape(absl::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      plain.push_back(text[i]);
      continue;
    }
    const char kind = text[++i];
    const absl::string_view plain_of = "\"\"\\\\//b\bf\fn\nr\rt\t";
    if (kind != 'u') {
      plain.push_back(plain_of[plain_of.find(kind) + 1]);
      continue;
    }
    uint32_t code = Hex4(text.substr(i + 1));
    i += 4;
    const bool high = code >= 0xD800 && code < 0xDC00;
    if (high && text.substr(i + 1, 2) == "\\u") {
      const uint32_t low = Hex4(text.substr(i + 3));
      if (low >= 0xDC00 && low < 0xE000) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        i += 6;
      }
    }
    AppendUtf8(code, &plain);
  }
  return plain;
}

// Reads a JSON text once from left to right. Every method leaves position_
// behind what it read, or returns false with problem_ set.
class Reader {
 public:
  explicit Reader(absl::string_view json) : json_(json) {}

  bool ReadAll(const std::vector<Progress>& paths) {
    if (!Value(paths, 0)) return false;
    SkipSpace();
    return position_ == json_.size() || Expected("the end");
  }

  std::vector<JsonValue> found() { return std::move(found_); }
  absl::Status Problem() const {
    return absl::InvalidArgumentError(
        absl::StrCat("no JSON: ", problem_, " at byte ", position_));
  }

 private:
  bool Expected(absl::string_view what) {
    problem_ = absl::StrCat("expected ", what);
    return false;
  }

  // '\0' at the end, which no grammar rule takes.
  char Peek() const {
    return position_ < json_.size() ? json_[position_] : '\0';
  }
  bool Take(char c) {
    if (position_ >= json_.size() || json_[position_] != c) return false;
    ++position_;
    return true;
  }
  void SkipSpace() {
    while (Take(' ') || Take('\t') || Take('\n') || Take('\r')) continue;
  }

  bool Value(const std::vector<Progress>& paths, int depth) {
    SkipSpace();
    for (const Progress& progress : paths) {
      if (!progress.Done()) continue;
      const size_t begin = position_;
      if (!Plain({}, depth)) return false;
      found_.push_back({begin, position_ - begin});
      return true;
    }
    return Plain(paths, depth);
  }

  bool Plain(const std::vector<Progress>& paths, int depth) {
    switch (Peek()) {
      case '{':
        return Object(paths, depth + 1);
      case '[':
        return Array(paths, depth + 1);
      case '"':
        return String();
      case 't':
        return Word("true");
      case 'f':
        return Word("false");
      case 'n':
        return Word("null");
      default:
        return Number();
    }
  }

  bool Enter(int depth) {
    ++position_;
    if (depth <= kMaxDepth) return true;
    problem_ = absl::StrCat("more than ", kMaxDepth, " levels deep");
    return false;
  }

  bool Object(const std::vector<Progress>& paths, int depth) {
    if (!Enter(depth)) return false;
    SkipSpace();
    if (Take('}')) return true;
    do {
      SkipSpace();
      const size_t begin = position_;
      if (Peek() != '"') return Expected("a member's name");
      if (!String()) return false;
      const absl::string_view name = json_.substr(begin, position_ - begin);
      SkipSpace();
      if (!Take(':')) return Expected("':'");
      if (!Value(Follow(paths, name), depth)) return false;
      SkipSpace();
    } while (Take(','));
    return Take('}') || Expected("',' or '}'");
  }

  bool Array(const std::vector<Progress>& paths, int depth) {
    if (!Enter(depth)) return false;
    SkipSpace();
    if (Take(']')) return true;
    do {
      // A path that ends at the array found the whole of it.
      if (!Value(paths, depth)) return false;
      SkipSpace();
    } while (Take(','));
    return Take(']') || Expected("',' or ']'");
  }

  static std::vector<Progress> Follow(const std::vector<Progress>& paths,
                                      absl::string_view quoted) {
    std::vector<Progress> further;
    if (paths.empty()) return further;
    const std::string name = Unescape(quoted.substr(1, quoted.size() - 2));
    for (const Progress& progress : paths) {
      if ((*progress.path)[progress.names] == name) {
        further.push_back({progress.path, progress.names + 1});
      }
    }
    return further;
  }

  bool String() {
    ++position_;
    while (!Take('"')) {
      if (position_ >= json_.size()) return Expected("'\"'");
      const unsigned char c = static_cast<unsigned char>(json_[position_]);
      if (c < 0x20) return Expected("an escape, not a control character");
      ++position_;
      if (c == '\\' && !Escape()) return false;
    }
    return true;
  }

  bool Escape() {
    if (!Take('u')) {
      const bool known = absl::string_view("\"\\/bfnrt").find(Peek()) !=
                         absl::string_view::npos;
      if (!known) return Expected("an escape");
      ++position_;
      return true;
    }
    for (int i = 0; i < 4; ++i) {
      if (!absl::ascii_isxdigit(static_cast<unsigned char>(Peek()))) {
        return Expected("a hexadecimal digit");
      }
      ++position_;
    }
    return true;
  }

  bool Word(absl::string_view word) {
    if (json_.substr(position_, word.size()) != word) return Expected(word);
    position_ += word.size();
    return true;
  }

  bool Digits() {
    const auto is_digit = [this] { return Peek() >= '0' && Peek() <= '9'; };
    if (!is_digit()) return Expected("a digit");
    while (is_digit()) ++position_;
    return true;
  }

  bool Number() {
    const bool negative = Take('-');
    if (!negative && (Peek() < '0' || Peek() > '9')) return Expected("a value");
    if (!Take('0') && !Digits()) return false;
    if (Take('.') && !Digits()) return false;
    if (Take('e') || Take('E')) {
      if (!Take('+')) Take('-');
      return Digits();
    }
    return true;
  }

  const absl::string_view json_;
  size_t position_ = 0;
  std::string problem_;
  std::vector<JsonValue> found_;
};

}  // namespace

absl::StatusOr<std::vector<JsonValue>> FindJsonValues(
    absl::string_view json, const std::vector<JsonPath>& paths) {
  std::vector<Progress> all;
  for (const JsonPath& path : paths) all.push_back({&path});
  Reader reader(json);
  if (!reader.ReadAll(all)) return reader.Problem();
  return reader.found();
}

std::string JsonText(absl::string_view json, const JsonValue& value) {
  const absl::string_view text = json.substr(value.begin, value.size);
  if (text.front() != '"') return std::string(text);
  return Unescape(text.substr(1, text.size() - 2));
}

}  // namespace mirror::internal
