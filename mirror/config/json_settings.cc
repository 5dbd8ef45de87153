// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/json_settings.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace mirror::internal {
namespace {

using Json = nlohmann::json;
using Kind = JsonSetting::Kind;

constexpr size_t kMaxDepth = 50;

// Reads characters and counts them, since the parser does not say where it is.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, size_t* count) : at_(at), count_(count) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    ++*count_;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const CountingIterator& a, const CountingIterator& b) {
    return a.at_ == b.at_;
  }
  friend bool operator!=(const CountingIterator& a, const CountingIterator& b) {
    return !(a == b);
  }

 private:
  const char* at_;
  size_t* count_;
};

class Collector final : public nlohmann::json_sax<Json> {
 public:
  explicit Collector(absl::string_view text) : text_(text) {}

  size_t* position() { return &position_; }
  std::vector<JsonSetting> TakeSettings() { return std::move(settings_); }
  const std::string& error() const { return error_; }
  // Of what was read last.
  int Line() {
    const size_t end = std::min(position_, text_.size());
    line_ += static_cast<int>(
        std::count(text_.begin() + counted_, text_.begin() + end, '\n'));
    counted_ = end;
    return line_;
  }

  bool null() override { return Add(Kind::kNull, ""); }
  bool boolean(bool value) override {
    return Add(Kind::kText, value ? "true" : "false");
  }
  bool number_integer(number_integer_t value) override {
    return Add(Kind::kText, absl::StrCat(value));
  }
  bool number_unsigned(number_unsigned_t value) override {
    return Add(Kind::kText, absl::StrCat(value));
  }
  bool number_float(number_float_t, const string_t& text) override {
    return Add(Kind::kText, text);
  }
  bool string(string_t& text) override {  // NOLINT: nlohmann's interface
    return Add(Kind::kText, text);
  }
  bool binary(binary_t&) override { return false; }  // NOLINT: as above
  bool start_object(size_t) override { return Open(Kind::kObject); }
  bool end_object() override { return Close(); }
  bool start_array(size_t) override { return Open(Kind::kArray); }
  bool end_array() override { return Close(); }
  bool key(string_t& name) override {  // NOLINT: as above
    path_.push_back(name);
    key_line_ = Line();
    return true;
  }
  // What the parser says quotes the text.
  bool parse_error(size_t, const std::string&,
                   const nlohmann::detail::exception&) override {
    error_ = "is not valid JSON: see the commas, quotes and braces here";
    return false;
  }

 private:
  // One for each open object or array.
  struct Level {
    bool is_array;
    size_t elements = 0;
  };

  void Append(Kind kind, std::string text) {
    if (!levels_.empty() && levels_.back().is_array) {
      path_.push_back(absl::StrCat(levels_.back().elements++));
      key_line_ = Line();
    }
    const int line = levels_.empty() ? Line() : key_line_;
    settings_.push_back({path_, kind, std::move(text), line});
  }
  bool Add(Kind kind, std::string text) {
    Append(kind, std::move(text));
    if (!levels_.empty()) path_.pop_back();
    return true;
  }
  bool Open(Kind kind) {
    if (levels_.size() == kMaxDepth) {
      error_ = absl::StrCat("is nested more than ", kMaxDepth, " levels deep");
      return false;
    }
    Append(kind, "");
    levels_.push_back({kind == Kind::kArray});
    return true;
  }
  bool Close() {
    levels_.pop_back();
    if (!levels_.empty()) path_.pop_back();
    return true;
  }

  const absl::string_view text_;
  size_t position_ = 0;  // characters read
  size_t counted_ = 0;   // of these, those whose lines are in line_
  int line_ = 1;
  int key_line_ = 1;
  std::vector<std::string> path_;
  std::vector<Level> levels_;
  std::vector<JsonSetting> settings_;
  std::string error_;
};

}  // namespace

absl::StatusOr<std::vector<JsonSetting>> ReadJsonSettings(
    absl::string_view json, absl::string_view file) {
  Collector collector(json);
  const CountingIterator begin(json.data(), collector.position());
  const CountingIterator end(json.data() + json.size(), collector.position());
  if (!Json::sax_parse(begin, end, &collector)) {
    return absl::InvalidArgumentError(
        absl::StrCat(file, ":", collector.Line(), ": ", collector.error()));
  }
  return collector.TakeSettings();
}

}  // namespace mirror::internal
