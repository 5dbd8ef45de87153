// SPDX-License-Identifier: Apache-2.0

#include "mirror/progress/connect_offset.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <variant>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/model/murmur2.h"

namespace mirror::internal {
namespace {

using ::testing::HasSubstr;

constexpr char kSourceKey[] =
    R"(["MirrorSourceConnector",{"cluster":"A","partition":3,"topic":"orders"}])";
constexpr char kCheckpointKey[] =
    R"(["MirrorCheckpointConnector",{"partition":3,"topic":"A.orders","group":"my-group"}])";
constexpr char kHeartbeatKey[] =
    R"(["MirrorHeartbeatConnector",{"sourceClusterAlias":"A","targetClusterAlias":"B"}])";

const SourceOffsetKey kSource{"A", {"orders", 3}};
const CheckpointOffsetKey kCheckpoint{"my-group", {"A.orders", 3}};
const HeartbeatOffsetKey kHeartbeat{"A", "B"};

std::optional<int64_t> Offset(absl::string_view key,
                              std::optional<absl::string_view> value) {
  const auto decoded = ConnectOffset::Decode(key, value);
  EXPECT_TRUE(decoded.ok()) << decoded.status();
  if (!decoded.ok() || !decoded->offset.has_value()) return std::nullopt;
  return decoded->offset->value();
}

std::string Problem(absl::string_view key,
                    std::optional<absl::string_view> value) {
  const absl::Status status = ConnectOffset::Decode(key, value).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument)
      << key << " " << value.value_or("(null)");
  return std::string(status.message());
}

TEST(ConnectOffset, WritesSourceKeysInJavasBytes) {
  EXPECT_EQ(
      absl::BytesToHexString(kSource.Encode()),
      "5b224d6972726f72536f75726365436f6e6e6563746f72222c7b22636c7573746572"
      "223a2241222c22706172746974696f6e223a332c22746f706963223a226f72646572"
      "73227d5d");
  EXPECT_EQ(PartitionForKey(kSource.Encode(), 25), 4);
  EXPECT_EQ(ConnectOffset::Decode(kSource.Encode(), std::nullopt)->key,
            decltype(ConnectOffset::key)(kSource));
}

TEST(ConnectOffset, WritesCheckpointKeysInJavasBytes) {
  EXPECT_EQ(
      absl::BytesToHexString(kCheckpoint.Encode()),
      "5b224d6972726f72436865636b706f696e74436f6e6e6563746f72222c7b22706172"
      "746974696f6e223a332c22746f706963223a22412e6f7264657273222c2267726f75"
      "70223a226d792d67726f7570227d5d");
  EXPECT_EQ(PartitionForKey(kCheckpoint.Encode(), 25), 5);
  EXPECT_EQ(ConnectOffset::Decode(kCheckpoint.Encode(), std::nullopt)->key,
            decltype(ConnectOffset::key)(kCheckpoint));
}

TEST(ConnectOffset, WritesHeartbeatKeysInJavasBytes) {
  EXPECT_EQ(
      absl::BytesToHexString(kHeartbeat.Encode()),
      "5b224d6972726f72486561727462656174436f6e6e6563746f72222c7b22736f7572"
      "6365436c7573746572416c696173223a2241222c22746172676574436c7573746572"
      "416c696173223a2242227d5d");
  EXPECT_EQ(PartitionForKey(kHeartbeat.Encode(), 25), 0);
  EXPECT_EQ(ConnectOffset::Decode(kHeartbeat.Encode(), std::nullopt)->key,
            decltype(ConnectOffset::key)(kHeartbeat));
}

TEST(ConnectOffset, WritesValuesInJavasBytes) {
  EXPECT_EQ(
      absl::BytesToHexString(EncodeConnectOffsetValue(UpstreamOffset(1000))),
      "7b226f6666736574223a313030307d");
  EXPECT_EQ(EncodeConnectOffsetValue(UpstreamOffset(0)), R"({"offset":0})");
}

TEST(ConnectOffset, KeepsTheConnectorsName) {
  SourceOffsetKey key = kSource;
  key.connector = "my \"mirror\"";
  EXPECT_EQ(
      key.Encode(),
      R"(["my \"mirror\"",{"cluster":"A","partition":3,"topic":"orders"}])");
  EXPECT_EQ(std::get<SourceOffsetKey>(
                ConnectOffset::Decode(key.Encode(), std::nullopt)->key),
            key);
}

struct Escape {
  std::string text;
  std::string json;
};

class JacksonEscapes : public testing::TestWithParam<Escape> {};

TEST_P(JacksonEscapes, AreWrittenAndReadBack) {
  CheckpointOffsetKey key = kCheckpoint;
  key.group = GetParam().text;
  const std::string bytes = key.Encode();
  EXPECT_EQ(bytes,
            absl::StrCat(R"(["MirrorCheckpointConnector",{"partition":3,)"
                         R"("topic":"A.orders","group":")",
                         GetParam().json, R"("}])"));
  EXPECT_EQ(std::get<CheckpointOffsetKey>(
                ConnectOffset::Decode(bytes, std::nullopt)->key),
            key);
}

INSTANTIATE_TEST_SUITE_P(
    All, JacksonEscapes,
    testing::Values(Escape{"", ""}, Escape{R"(a"b\c)", R"(a\"b\\c)"},
                    Escape{"\b\t\n\f\r", R"(\b\t\n\f\r)"},
                    Escape{std::string("\0\x01\x0b\x1f", 4),
                           R"(\u0000\u0001\u000B\u001F)"},
                    Escape{"a/b\x7f", "a/b\x7f"},  // left as they are
                    Escape{"gr\u00fc\u00df \u20ac \U0001f600",
                           "gr\u00fc\u00df \u20ac \U0001f600"}));

struct Malformed {
  std::string text;
  std::string written;
};

class MalformedUtf8 : public testing::TestWithParam<Malformed> {};

// Java never holds such a string: decoding put U+FFFD in its place.
TEST_P(MalformedUtf8, IsWrittenAsReplacementCharacters) {
  CheckpointOffsetKey key = kCheckpoint;
  key.group = GetParam().text;
  const auto decoded = ConnectOffset::Decode(key.Encode(), std::nullopt);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(std::get<CheckpointOffsetKey>(decoded->key).group,
            GetParam().written);
}

INSTANTIATE_TEST_SUITE_P(
    All, MalformedUtf8,
    testing::Values(Malformed{"a\xff"
                              "b",
                              "a\ufffdb"},
                    Malformed{"\x80", "\ufffd"},            // no lead
                    Malformed{"\xc0\xaf", "\ufffd\ufffd"},  // overlong
                    Malformed{"\xe2\x82", "\ufffd"},        // cut short
                    Malformed{"\xe2\x82x", "\ufffdx"},
                    Malformed{"\xed\xa0\x80", "\ufffd\ufffd\ufffd"},
                    Malformed{"\xf0\x9f\x98", "\ufffd"},
                    Malformed{"\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd"}));

// Tools write other orders and spacing; MM2 would not find these offsets.
TEST(ConnectOffset, ReadsMembersInAnyOrderAndSpacing) {
  const auto decoded = ConnectOffset::Decode(
      R"( [ "MirrorSourceConnector", {"topic":"or\u0064ers", "partition": 3,
           "cluster":"A"} ] )",
      R"({ "extra": null, "offset" : 1000 })");
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(std::get<SourceOffsetKey>(decoded->key), kSource);
  EXPECT_EQ(decoded->offset, UpstreamOffset(1000));
}

TEST(ConnectOffset, ReadsOffsetsUpToTheLargest) {
  EXPECT_EQ(Offset(kSourceKey, R"({"offset":0})"), 0);
  EXPECT_EQ(Offset(kSourceKey, R"({"offset":999999999999999999})"),
            999999999999999999);
  EXPECT_EQ(Offset(kSourceKey, R"({"offset":9223372036854775807})"),
            std::numeric_limits<int64_t>::max());
}

TEST(ConnectOffset, TakesNullForARemovedOffset) {
  EXPECT_EQ(Offset(kSourceKey, std::nullopt), std::nullopt);
  EXPECT_EQ(Offset(kSourceKey, "null"), std::nullopt);
  EXPECT_EQ(Offset(kCheckpointKey, std::nullopt), std::nullopt);
  EXPECT_EQ(Offset(kHeartbeatKey, std::nullopt), std::nullopt);
}

TEST(ConnectOffset, TakesMinusOneForTheLogsStart) {
  const UpstreamOffset none(-1);
  EXPECT_EQ(EncodeConnectOffsetValue(none), R"({"offset":-1})");
  for (const std::string value : {R"({"offset":-1})", R"({ "offset" : -1 })"}) {
    EXPECT_EQ(ConnectOffset::Decode(kSourceKey, value)->offset, none);
  }
}

TEST(ConnectOffset, TellsAStartFromACopy) {
  const std::string start =
      EncodeConnectOffsetValue(UpstreamOffset(41), /*copied=*/false);
  EXPECT_EQ(start, R"({"offset":41,"copied":false})");
  EXPECT_EQ(ConnectOffset::Decode(kSourceKey, start)->offset,
            UpstreamOffset(41));
  EXPECT_FALSE(ConnectOffset::Decode(kSourceKey, start)->copied);
  for (const std::string value :
       {R"({"offset":41})", R"({"offset":41,"copied":true})",
        R"({"offset":41,"copied":0})", R"({"offset":41,"more":false})"}) {
    EXPECT_TRUE(ConnectOffset::Decode(kSourceKey, value)->copied) << value;
  }
}

TEST(ConnectOffset, AcceptsOnlyZeroWhereMm2WritesZero) {
  EXPECT_EQ(Offset(kCheckpointKey, R"({"offset":0})"), 0);
  EXPECT_EQ(Offset(kHeartbeatKey, R"({"offset":0})"), 0);
  EXPECT_THAT(Problem(kCheckpointKey, R"({"offset":1})"),
              HasSubstr("from 0 to 0"));
  EXPECT_THAT(Problem(kHeartbeatKey, R"({"offset":1})"),
              HasSubstr("from 0 to 0"));
}

// A running MM2 takes all of these for "no offset" and starts wherever
// auto.offset.reset says. Reported, the caller can keep the last good one.
TEST(ConnectOffset, RefusesValuesThatFailConnectsOwnCheck) {
  for (const std::string value :
       {"", "{", "[]", "1000", "{}", R"({"offset":-2})", R"({"offset":"10"})",
        R"({"offset":1.5})", R"({"offset":1e3})", R"({"offset":null})",
        R"({"offset":true})", R"({"offset":01})", R"({"offset":})",
        R"({"offset":9223372036854775808})", R"({"offset":1}x)"}) {
    EXPECT_THAT(Problem(kSourceKey, value), HasSubstr("offset"));
  }
}

TEST(ConnectOffset, RefusesKeysThatFailConnectsOwnCheck) {
  for (const std::string members :
       {R"({})", R"({"cluster":"A","topic":"t"})",
        R"({"cluster":"A","partition":3})", R"({"partition":3,"topic":"t"})",
        R"({"cluster":1,"partition":3,"topic":"t"})",
        R"({"cluster":"A","partition":-1,"topic":"t"})",
        R"({"cluster":"A","partition":"3","topic":"t"})",
        R"({"cluster":"A","partition":3.0,"topic":"t"})",
        R"({"cluster":"A","partition":03,"topic":"t"})",
        R"({"cluster":"A","partition":2147483648,"topic":"t"})",
        R"({"cluster":"A","partition":3,"topic":null})",
        R"({"cluster":"A","partition":3,"topic":"t","more":1})",
        R"({"group":"g","partition":3})", R"({"group":"g","topic":"t"})",
        R"({"sourceClusterAlias":"A"})",
        R"({"sourceClusterAlias":"A","targetClusterAlias":2})"}) {
    Problem(absl::StrCat("[\"c\",", members, "]"), std::nullopt);
  }
}

TEST(ConnectOffset, RefusesWhatIsNoKey) {
  for (const std::string key :
       {"", "x", "[", "[]", R"(["c"])", R"(["c",1])", R"([1,{}])",
        R"({"cluster":"A"})", "\xff", R"(["c",{"cluster":"\ud800"}])"}) {
    Problem(key, std::nullopt);
  }
  EXPECT_THAT(Problem(R"(["my-jdbc",{"table":"t"}])", std::nullopt),
              HasSubstr("three connectors"));
}

TEST(ConnectOffset, SurvivesDeepNesting) {
  Problem(std::string(100000, '['), std::nullopt);
  Problem(kSourceKey, std::string(100000, '['));
}

TEST(ConnectOffset, QuotesOnlyTheStartOfALongKey) {
  EXPECT_LT(Problem(std::string(1000000, 'x'), std::nullopt).size(), 1000u);
}

// The short cut for Java's own bytes and the JSON parser must agree: the same
// key with a space in front takes the second.
TEST(ConnectOffset, ReadsTheSameWithAndWithoutTheShortCut) {
  for (const std::string topic : {"orders", "gr\u00fcn", R"(q\"q)", ""}) {
    for (const std::string number : {"0", "7", "2147483647", "123456789"}) {
      const std::string key =
          absl::StrCat(R"(["c",{"cluster":"A","partition":)", number,
                       R"(,"topic":")", topic, R"("}])");
      const auto direct = ConnectOffset::Decode(key, R"({"offset":5})");
      const auto parsed = ConnectOffset::Decode(" " + key, R"( {"offset":5})");
      ASSERT_TRUE(direct.ok() && parsed.ok()) << key;
      EXPECT_EQ(direct->key, parsed->key);
      EXPECT_EQ(direct->offset, parsed->offset);
    }
  }
}

}  // namespace
}  // namespace mirror::internal
