// SPDX-License-Identifier: Apache-2.0

#include "mirror/heartbeat/heartbeat.h"

#include <cstdint>
#include <limits>
#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

struct Vector {
  Heartbeat heartbeat;
  std::string key_hex;
  std::string value_hex;
};

class HeartbeatVectors : public testing::TestWithParam<Vector> {};

TEST_P(HeartbeatVectors, EncodeAsMm2DoesAndDecodeToTheSame) {
  const Vector& vector = GetParam();
  const std::string key = absl::HexStringToBytes(vector.key_hex);
  const std::string value = absl::HexStringToBytes(vector.value_hex);
  EXPECT_EQ(vector.heartbeat.EncodeKey().value(), key);
  EXPECT_EQ(vector.heartbeat.EncodeValue(), value);
  EXPECT_EQ(Heartbeat::Decode(key, value).value(), vector.heartbeat);
}

INSTANTIATE_TEST_SUITE_P(
    Mm2, HeartbeatVectors,
    testing::Values(Vector{{"A", "B", absl::FromUnixMillis(1700000000000)},
                           "000141000142",
                           "00000000018bcfe56800"},
                    Vector{{"source-1", "target-2",
                            absl::FromUnixMillis(1234567890)},
                           "0008736f757263652d3100087461726765742d32",
                           "000000000000499602d2"}));

TEST(Heartbeat, PrintsAsMm2sFormatter) {
  EXPECT_EQ(
      (Heartbeat{"A", "B", absl::FromUnixMillis(1700000000000)}).ToString(),
      "Heartbeat{sourceClusterAlias=A, targetClusterAlias=B, "
      "timestamp=1700000000000}");
}

TEST(Heartbeat, KeepsEveryTimestampToTheMillisecond) {
  const int64_t extremes[] = {std::numeric_limits<int64_t>::min(), -1, 0,
                              std::numeric_limits<int64_t>::max()};
  for (const int64_t ms : extremes) {
    const Heartbeat heartbeat{"A", "B", absl::FromUnixMillis(ms)};
    EXPECT_EQ(Heartbeat::Decode(heartbeat.EncodeKey().value(),
                                heartbeat.EncodeValue())
                  .value(),
              heartbeat);
    EXPECT_EQ(absl::ToUnixMillis(heartbeat.timestamp), ms);
  }
}

TEST(Heartbeat, TellsATombstoneFromAHeartbeat) {
  const std::string key = Heartbeat{"A", "B", {}}.EncodeKey().value();
  EXPECT_EQ(Heartbeat::Decode(key, std::nullopt).value(), std::nullopt);
  EXPECT_EQ(Heartbeat::DecodeKey(key).value(), (HeartbeatKey{"A", "B"}));
}

TEST(Heartbeat, ReportsEveryTruncation) {
  const Heartbeat heartbeat{"A", "B", absl::UnixEpoch()};
  const std::string key = heartbeat.EncodeKey().value();
  const std::string value = heartbeat.EncodeValue();
  for (size_t size = 0; size < key.size(); ++size) {
    EXPECT_EQ(Heartbeat::Decode(key.substr(0, size), value).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  for (size_t size = 0; size < value.size(); ++size) {
    EXPECT_EQ(Heartbeat::Decode(key, value.substr(0, size)).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

// MM2 reads any version as version 0.
TEST(Heartbeat, ReportsAnUnknownVersionAsSuch) {
  const Heartbeat heartbeat{"A", "B", absl::UnixEpoch()};
  std::string value = heartbeat.EncodeValue();
  value[1] = 1;
  EXPECT_EQ(
      Heartbeat::Decode(heartbeat.EncodeKey().value(), value).status().code(),
      absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace mirror::internal
