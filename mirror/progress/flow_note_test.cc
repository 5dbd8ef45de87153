// SPDX-License-Identifier: Apache-2.0

#include "mirror/progress/flow_note.h"

#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

constexpr char kFlowKey[] = R"(["MirrorFlow",{"cluster":"A"}])";
constexpr char kTopicKey[] =
    R"(["MirrorFlow",{"cluster":"A","topic":"orders"}])";
constexpr char kValue[] = R"({"since":1700000000123})";

TEST(FlowNote, HasTheseBytes) {
  const absl::Time since = absl::FromUnixMillis(1700000000123);
  EXPECT_EQ((FlowNote{"A", "", since}).EncodeKey(), kFlowKey);
  EXPECT_EQ((FlowNote{"A", "orders", since}).EncodeKey(), kTopicKey);
  EXPECT_EQ((FlowNote{"A", "", since}).EncodeValue(), kValue);
  // As malformed UTF-8 is written in offset keys.
  EXPECT_EQ((FlowNote{"\xff", "", since}).EncodeKey(),
            "[\"MirrorFlow\",{\"cluster\":\"\xef\xbf\xbd\"}]");
}

TEST(FlowNote, ReadsWhatItWrites) {
  const auto note = FlowNote::Decode(kTopicKey, kValue);
  ASSERT_TRUE(note.ok());
  EXPECT_EQ(note->cluster, "A");
  EXPECT_EQ(note->topic, "orders");
  EXPECT_EQ(note->since, absl::FromUnixMillis(1700000000123));
  EXPECT_EQ(FlowNote::Decode(kFlowKey, kValue)->topic, "");
}

TEST(FlowNote, TakesATombstone) {
  EXPECT_EQ(FlowNote::Decode(kTopicKey, std::nullopt)->since, std::nullopt);
  EXPECT_EQ(FlowNote::Decode(kTopicKey, "null")->since, std::nullopt);
}

TEST(FlowNote, RefusesWhatIsNone) {
  for (const char* key :
       {"", "x", "[]", R"(["MirrorFlow"])", R"(["MirrorFlow",1])",
        R"(["MirrorFlow",{}])", R"(["MirrorFlow",{"cluster":1}])",
        R"(["MirrorSourceConnector",{"cluster":"A"}])"}) {
    EXPECT_FALSE(FlowNote::Decode(key, kValue).ok()) << key;
  }
  for (const char* value :
       {"", "{", "1", "{}", R"({"since":"x"})", R"({"since":-1})"}) {
    EXPECT_FALSE(FlowNote::Decode(kFlowKey, value).ok()) << value;
  }
}

}  // namespace
}  // namespace mirror::internal
