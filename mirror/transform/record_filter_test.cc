// SPDX-License-Identifier: Apache-2.0

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"
#include "mirror/transform/record_transforms.h"

namespace mirror::internal {
namespace {

using ::testing::HasSubstr;

Record MakeRecord(std::optional<std::string> key,
                  std::optional<std::string> value,
                  std::vector<Header> headers = {}) {
  Record record;
  record.key = std::move(key);
  record.value = std::move(value);
  record.headers = std::move(headers);
  return record;
}

bool Keeps(const RecordFilter::Options& options, Record record) {
  const auto filter = RecordFilter::Create(options);
  EXPECT_THAT(filter, IsOk());
  const Record before = record;
  const auto verdict = (*filter)->Transform({"orders", 0}, record);
  EXPECT_EQ(record, before);
  return verdict.value() == RecordVerdict::kKeep;
}

TEST(RecordFilter, DropsOrKeepsWhatMatches) {
  RecordFilter::Options options;
  options.key = "test-.*";
  EXPECT_FALSE(Keeps(options, MakeRecord("test-1", "v")));
  EXPECT_TRUE(Keeps(options, MakeRecord("a test-1", "v")));
  options.on_match = RecordVerdict::kKeep;
  EXPECT_TRUE(Keeps(options, MakeRecord("test-1", "v")));
  EXPECT_FALSE(Keeps(options, MakeRecord("a test-1", "v")));
}

TEST(RecordFilter, NullMatchesNothing) {
  RecordFilter::Options options;
  options.key = ".*";
  EXPECT_TRUE(Keeps(options, MakeRecord(std::nullopt, "v")));
  EXPECT_FALSE(Keeps(options, MakeRecord("", "v")));
  options = {};
  options.value = "";
  EXPECT_TRUE(Keeps(options, MakeRecord("k", std::nullopt)));
  EXPECT_FALSE(Keeps(options, MakeRecord("k", "")));
}

TEST(RecordFilter, ExpressionsWorkOnBytes) {
  RecordFilter::Options options;
  options.value = ".*region\":\"eu.*";
  EXPECT_FALSE(Keeps(
      options, MakeRecord("k", std::string("\0\xFF\n\"region\":\"eu\"", 16))));
  options.value = "ü.";
  EXPECT_FALSE(Keeps(options, MakeRecord("k", "ü\xFC")));
}

TEST(RecordFilter, LooksAtEveryHeaderOfTheName) {
  RecordFilter::Options options;
  options.header = "origin";
  EXPECT_FALSE(Keeps(options, MakeRecord("k", "v", {{"origin", {}}})));
  EXPECT_TRUE(Keeps(options, MakeRecord("k", "v", {{"Origin", "eu"}})));
  EXPECT_TRUE(Keeps(options, MakeRecord("k", "v")));
  options.header_value = "eu|us";
  EXPECT_FALSE(Keeps(
      options, MakeRecord("k", "v", {{"origin", "asia"}, {"origin", "us"}})));
  EXPECT_TRUE(Keeps(options, MakeRecord("k", "v", {{"origin", {}}})));
  EXPECT_TRUE(Keeps(options, MakeRecord("k", "v", {{"origin", "eu-1"}})));
}

TEST(RecordFilter, EverythingThatIsAskedForMustHold) {
  RecordFilter::Options options;
  options.key = "k.*";
  options.value = "v.*";
  options.header = "h";
  EXPECT_FALSE(Keeps(options, MakeRecord("k1", "v1", {{"h", "1"}})));
  EXPECT_TRUE(Keeps(options, MakeRecord("x", "v1", {{"h", "1"}})));
  EXPECT_TRUE(Keeps(options, MakeRecord("k1", "x", {{"h", "1"}})));
  EXPECT_TRUE(Keeps(options, MakeRecord("k1", "v1")));
}

TEST(RecordFilter, RefusesOptionsThatMeanNothing) {
  EXPECT_THAT(RecordFilter::Create({}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  RecordFilter::Options options;
  options.key = "k";
  options.header_value = "v";
  EXPECT_THAT(RecordFilter::Create(options),
              StatusIs(absl::StatusCode::kInvalidArgument));
  options = {};
  options.value = "(";
  EXPECT_THAT(RecordFilter::Create(options),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("\"(\"")));
}

}  // namespace
}  // namespace mirror::internal
