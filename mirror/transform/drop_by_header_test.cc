// SPDX-License-Identifier: Apache-2.0

#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "mirror/transform/record_transforms.h"

namespace mirror::internal {
namespace {

RecordVerdict Verdict(const DropByHeader& transform,
                      std::vector<Header> headers) {
  Record record;
  record.value = "v";
  record.headers = std::move(headers);
  const Record before = record;
  const auto verdict = transform.Transform({"orders", 3}, record);
  EXPECT_EQ(record, before);
  return verdict.value();
}

TEST(DropByHeader, WithoutAValueDropsOnTheKeyAlone) {
  const DropByHeader transform("private");
  EXPECT_EQ(Verdict(transform, {}), RecordVerdict::kKeep);
  EXPECT_EQ(Verdict(transform, {{"public", "1"}}), RecordVerdict::kKeep);
  EXPECT_EQ(Verdict(transform, {{"Private", "1"}}), RecordVerdict::kKeep);
  EXPECT_EQ(Verdict(transform, {{"private", "1"}}), RecordVerdict::kDrop);
  EXPECT_EQ(Verdict(transform, {{"private", std::nullopt}}),
            RecordVerdict::kDrop);
}

TEST(DropByHeader, WithAValueDropsOnThatValueOnly) {
  const DropByHeader transform("origin", "standby");
  EXPECT_EQ(Verdict(transform, {{"origin", "primary"}}), RecordVerdict::kKeep);
  EXPECT_EQ(Verdict(transform, {{"origin", std::nullopt}}),
            RecordVerdict::kKeep);
  EXPECT_EQ(Verdict(transform, {{"origin", "standby"}}), RecordVerdict::kDrop);
}

TEST(DropByHeader, LooksAtEveryHeaderOfARepeatedKey) {
  const DropByHeader transform("origin", "standby");
  EXPECT_EQ(Verdict(transform, {{"origin", "primary"}, {"origin", "standby"}}),
            RecordVerdict::kDrop);
}

TEST(DropByHeader, TellsNullFromEmpty) {
  const DropByHeader transform("origin", "");
  EXPECT_EQ(Verdict(transform, {{"origin", std::nullopt}}),
            RecordVerdict::kKeep);
  EXPECT_EQ(Verdict(transform, {{"origin", ""}}), RecordVerdict::kDrop);
}

}  // namespace
}  // namespace mirror::internal
