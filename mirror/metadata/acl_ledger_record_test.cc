// SPDX-License-Identifier: Apache-2.0

#include "mirror/metadata/acl_ledger_record.h"

#include <optional>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;

AclBinding ReadOrders() {
  AclBinding acl;
  acl.name = "A.orders";
  acl.principal = "User:al";
  return acl;
}

// The example of docs/formats/acl-ledger.md.
const std::string ExampleKey() {
  return absl::HexStringToBytes(
      "0005544f504943"
      "00074c49544552414c"
      "0008412e6f7264657273"
      "0007557365723a616c"
      "00012a"
      "000452454144"
      "0005414c4c4f57");
}
const std::string ExampleValue() {
  return absl::HexStringToBytes(
      "00000000018bcfe56800"
      "0003696431");
}

TEST(AclLedgerRecordTest, BytesAreTheDocumentedOnes) {
  const AclOrigin origin{absl::FromUnixMillis(1700000000000), "id1"};
  const AclLedgerRecord record{ReadOrders(), origin};
  EXPECT_THAT(record.EncodeKey(), IsOkAndHolds(ExampleKey()));
  EXPECT_THAT(record.EncodeValue(), IsOkAndHolds(ExampleValue()));
  const auto decoded = AclLedgerRecord::Decode(ExampleKey(), ExampleValue());
  ASSERT_THAT(decoded, IsOk());
  EXPECT_EQ(decoded->acl, ReadOrders());
  EXPECT_EQ(decoded->origin, origin);
  EXPECT_EQ(AclLedgerTopic("A"), "mm2-acls.A.internal");
}

TEST(AclLedgerRecordTest, ANullValueSaysThatItIsGone) {
  const AclLedgerRecord record{ReadOrders(), std::nullopt};
  EXPECT_THAT(record.EncodeValue(), IsOkAndHolds(std::nullopt));
  const auto decoded = AclLedgerRecord::Decode(ExampleKey(), std::nullopt);
  ASSERT_THAT(decoded, IsOk());
  EXPECT_EQ(decoded->acl, ReadOrders());
  EXPECT_EQ(decoded->origin, std::nullopt);
}

TEST(AclLedgerRecordTest, EveryAclComesBack) {
  AclBinding acl = ReadOrders();
  acl.name = std::string("\0\xff \"", 4);
  for (int resource = 0; resource < 4; ++resource) {
    for (int operation = 0; operation < 11; ++operation) {
      acl.resource = static_cast<AclResource>(resource);
      acl.operation = static_cast<AclOperation>(operation);
      acl.pattern = static_cast<AclPattern>(operation % 2);
      acl.permission = static_cast<AclPermission>(resource % 2);
      const std::string key =
          AclLedgerRecord{acl, std::nullopt}.EncodeKey().value();
      const auto decoded = AclLedgerRecord::Decode(key, std::nullopt);
      ASSERT_THAT(decoded, IsOk()) << acl;
      EXPECT_EQ(decoded->acl, acl);
    }
  }
}

TEST(AclLedgerRecordTest, GarbageIsReported) {
  const std::string key = ExampleKey();
  for (size_t length = 0; length < key.size(); ++length) {
    EXPECT_THAT(AclLedgerRecord::Decode(key.substr(0, length), std::nullopt),
                StatusIs(StatusCode::kInvalidArgument));
  }
  std::string unknown = key;
  unknown.replace(unknown.find("READ"), 4, "RE\1D");
  EXPECT_THAT(AclLedgerRecord::Decode(unknown, std::nullopt),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("RE\\x01")));
  for (size_t length = 0; length < ExampleValue().size(); ++length) {
    EXPECT_THAT(AclLedgerRecord::Decode(key, ExampleValue().substr(0, length)),
                StatusIs(StatusCode::kInvalidArgument));
  }
  EXPECT_THAT(AclLedgerRecord::Decode(key, std::string("\0\1", 2)),
              StatusIs(StatusCode::kUnimplemented));
}

TEST(AclLedgerRecordTest, TextThatDoesNotFitIsRefused) {
  AclLedgerRecord record{ReadOrders(), std::nullopt};
  record.acl.principal = std::string(40000, 'x');
  EXPECT_THAT(record.EncodeKey(), StatusIs(StatusCode::kInvalidArgument));
  record.origin = AclOrigin{absl::UnixEpoch(), std::string(40000, 'x')};
  EXPECT_THAT(record.EncodeValue(), StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace mirror::internal
