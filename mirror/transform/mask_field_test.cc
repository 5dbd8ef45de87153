// SPDX-License-Identifier: Apache-2.0

#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"
#include "mirror/transform/record_transforms.h"

namespace mirror::internal {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Options = MaskField::Options;

// The value that is left of `value`.
std::string Masked(const Options& options, const std::string& value) {
  Record record;
  record.key = "k";
  record.value = value;
  record.headers = {{"email", "x"}};
  Record expected = record;
  const auto mask = MaskField::Create(options);
  EXPECT_THAT(mask, IsOk());
  EXPECT_THAT((*mask)->Transform({"customers", 0}, record),
              IsOkAndHolds(RecordVerdict::kKeep))
      << value;
  expected.value = record.value;
  EXPECT_EQ(record, expected);
  return record.value.value_or("null");
}

Options Fields(std::vector<std::string> fields) {
  Options options;
  options.fields = std::move(fields);
  return options;
}

TEST(MaskField, ReplacesTheFieldAndNothingElse) {
  EXPECT_EQ(
      Masked(Fields({"customer.email"}),
             "{ \"z\":1.10, \"customer\" : {\"id\":12345678901234567890,\n"
             "\"email\" : \"a@b.de\"}, \"a\":1e400,\"u\":\"\\u00e4\"} "),
      "{ \"z\":1.10, \"customer\" : {\"id\":12345678901234567890,\n"
      "\"email\" : \"***\"}, \"a\":1e400,\"u\":\"\\u00e4\"} ");
}

TEST(MaskField, ReplacesWhateverStandsThere) {
  EXPECT_EQ(Masked(Fields({"a"}), R"([{"a":{"b":[1]}},{"a":[2,3]},{"a":4}])"),
            R"([{"a":"***"},{"a":"***"},{"a":"***"}])");
  EXPECT_EQ(Masked(Fields({"a"}), R"({"a":1,"\u0061":2})"),
            R"({"a":"***","\u0061":"***"})");
  Options number = Fields({"a", "b\\.c"});
  number.replacement = "0";
  EXPECT_EQ(Masked(number, R"({"a":1,"b.c":"x","b":{"c":2}})"),
            R"({"a":0,"b.c":0,"b":{"c":2}})");
}

TEST(MaskField, WhatSaysNothingStays) {
  for (const char* value : {R"({"a":null})", R"({"b":1})", "7", "[]", "null"}) {
    EXPECT_EQ(Masked(Fields({"a"}), value), value);
  }
  Record tombstone;
  EXPECT_THAT(MaskField::Create(Fields({"a"}))
                  .value()
                  ->Transform({"customers", 0}, tombstone),
              IsOkAndHolds(RecordVerdict::kKeep));
  EXPECT_EQ(tombstone.value, std::nullopt);
}

TEST(MaskField, HashesUnderAKey) {
  Options options = Fields({"a"});
  options.hash_key = "key";
  // RFC 2104's HMAC of the well-known pangram, as every other tool computes it.
  EXPECT_EQ(
      Masked(options, R"({"a":"The quick brown fox jumps over the lazy dog"})"),
      "{\"a\":\"f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd"
      "8\"}");
  EXPECT_EQ(Masked(options, R"({"a":"\u0078"})"),
            Masked(options, R"({"a":"x"})"));
  EXPECT_NE(Masked(options, R"({"a":1.10})"), Masked(options, R"({"a":1.1})"));
  const std::string before = Masked(options, R"({"a":"x"})");
  options.hash_key = "another key";
  EXPECT_NE(Masked(options, R"({"a":"x"})"), before);
}

TEST(MaskField, KeepsTheWireFormatOfASchema) {
  const std::string id("\0\0\0\x01\x02", 5);
  EXPECT_EQ(Masked(Fields({"a"}), id + R"({"a":1})"), id + R"({"a":"***"})");
  EXPECT_EQ(Masked(Fields({"a"}), id + R"({"b":1})"), id + R"({"b":1})");
}

TEST(MaskField, AValueThatIsNoJsonIsAnErrorThatDoesNotQuoteIt) {
  const auto mask = MaskField::Create(Fields({"customer.email"})).value();
  for (const std::string& value :
       {std::string(), std::string("secret"), std::string("{\"secret\":1"),
        std::string("\0\0\0\0", 4), std::string("\0\0\0\0\x01secret", 11)}) {
    Record record;
    record.value = value;
    EXPECT_THAT(
        mask->Transform({"customers", 0}, record),
        StatusIs(absl::StatusCode::kInvalidArgument,
                 AllOf(HasSubstr("customer.email"), Not(HasSubstr("secret")))));
    EXPECT_EQ(record.value, value);
  }
}

TEST(MaskField, RefusesOptionsThatMeanNothing) {
  EXPECT_THAT(MaskField::Create({}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  for (const char* field : {"", ".", "a.", ".a", "a..b"}) {
    EXPECT_THAT(MaskField::Create(Fields({field})),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << field;
  }
  Options options = Fields({"a"});
  options.replacement = "***";
  EXPECT_THAT(MaskField::Create(options),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("a text needs quotes")));
}

// Writes a random JSON text and, beside it, the same with every field "s" of
// an object under "p" replaced.
class RandomJson {
 public:
  explicit RandomJson(unsigned seed) : random_(seed) { Value(0, 0); }

  const std::string& text() const { return text_; }
  const std::string& masked() const { return masked_; }

 private:
  int Below(int n) { return static_cast<int>(random_() % n); }

  // Text within a replaced field goes to one side only.
  void Put(const std::string& text) {
    text_ += text;
    if (hidden_ == 0) masked_ += text;
  }
  void Space() {
    static const char* const kSpaces[] = {"", "", " ", "\n", "\t ", "\r\n"};
    Put(kSpaces[Below(6)]);
  }

  // `names` of the path p.s lead here.
  void Value(int depth, int names) {
    Space();
    const int kind = depth < 5 ? Below(4) : Below(2);
    if (kind == 0) {
      static const char* const kScalars[] = {"1.10", "12345678901234567890",
                                             "-0.0", "1E+400",
                                             "true", "false",
                                             "0",    "-1e-7"};
      Put(kScalars[Below(8)]);
    } else if (kind == 1) {
      static const char* const kStrings[] = {
          "\"\"",     "\"s\"",     "\"\\u0073\"", "\"{\\\"s\\\":1}\"",
          "\"\\\\\"", "\"ä\xFF\"", "\"],}\"",     "\"p.s\""};
      Put(kStrings[Below(8)]);
    } else {
      Many(kind == 2, depth, names);
    }
    Space();
  }

  void Many(bool object, int depth, int names) {
    Put(object ? "{" : "[");
    const int count = Below(5);
    for (int i = 0; i < count; ++i) {
      if (i > 0) Put(",");
      object ? Member(depth, names) : Value(depth + 1, names);
    }
    Space();
    Put(object ? "}" : "]");
  }

  void Member(int depth, int names) {
    static const char* const kNames[] = {"p", "\\u0070", "s", "\\u0073", "x"};
    const int name = Below(5);
    Space();
    Put(absl::StrCat("\"", kNames[name], "\""));
    Space();
    Put(":");
    if (names == 1 && (name == 2 || name == 3)) {
      Field(depth);
    } else {
      // Paths begin at the outermost object, so a wrong name leads nowhere.
      const bool leads = names == 0 && name < 2;
      Value(depth + 1, leads ? 1 : 2);
    }
  }

  // Spaces around it stay, so they are not written here.
  void Field(int depth) {
    if (hidden_ == 0) masked_ += "\"***\"";
    ++hidden_;
    Put("[");
    Value(depth + 1, 2);
    Put("]");
    --hidden_;
  }

  std::mt19937 random_;
  int hidden_ = 0;
  std::string text_;
  std::string masked_;
};

TEST(MaskField, EveryByteOutsideTheFieldsStays) {
  int changed = 0;
  for (unsigned seed = 0; seed < 20000; ++seed) {
    const RandomJson json(seed);
    ASSERT_EQ(Masked(Fields({"p.s"}), json.text()), json.masked())
        << "seed " << seed << ": " << json.text();
    changed += json.text() == json.masked() ? 0 : 1;
  }
  EXPECT_GT(changed, 200);
}

}  // namespace
}  // namespace mirror::internal
