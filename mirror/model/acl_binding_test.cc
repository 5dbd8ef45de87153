// SPDX-License-Identifier: Apache-2.0

#include "mirror/model/acl_binding.h"

#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

// Reads back every name that the enum's values have, up to `last`.
template <typename Enum, typename Parse>
void ExpectReadBack(Enum last, Parse parse) {
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    const Enum value = static_cast<Enum>(i);
    EXPECT_EQ(parse(ToString(value)), value) << i;
  }
  EXPECT_EQ(parse("ANY"), std::nullopt);
  EXPECT_EQ(parse(""), std::nullopt);
}

TEST(AclBindingTest, NamesAreKafkasAndCanBeReadBack) {
  ExpectReadBack(AclResource::kTransactionalId, ParseAclResource);
  ExpectReadBack(AclPattern::kPrefixed, ParseAclPattern);
  ExpectReadBack(AclOperation::kIdempotentWrite, ParseAclOperation);
  ExpectReadBack(AclPermission::kAllow, ParseAclPermission);
  EXPECT_EQ(ToString(AclResource::kTransactionalId), "TRANSACTIONAL_ID");
  EXPECT_EQ(ToString(AclOperation::kDescribeConfigs), "DESCRIBE_CONFIGS");
  EXPECT_EQ(ToString(AclPermission::kDeny), "DENY");
}

TEST(AclBindingTest, IsPrintedForPeople) {
  AclBinding acl;
  acl.name = "orders-";
  acl.principal = "User:alice";
  EXPECT_EQ(acl.ToString(),
            "ALLOW READ for User:alice from * on TOPIC orders-");
  acl.pattern = AclPattern::kPrefixed;
  EXPECT_EQ(acl.Subject(), "TOPIC PREFIXED orders-");
}

TEST(AclBindingTest, EveryPartMakesAnother) {
  const AclBinding acl{AclResource::kTopic,  "orders", AclPattern::kLiteral,
                       "User:alice",         "*",      AclOperation::kRead,
                       AclPermission::kAllow};
  AclBinding others[] = {acl, acl, acl, acl, acl, acl, acl};
  others[0].resource = AclResource::kGroup;
  others[1].name = "ledger";
  others[2].pattern = AclPattern::kPrefixed;
  others[3].principal = "User:bob";
  others[4].host = "10.0.0.1";
  others[5].operation = AclOperation::kDescribe;
  others[6].permission = AclPermission::kDeny;
  for (const AclBinding& other : others) {
    EXPECT_NE(other, acl);
    EXPECT_NE(other < acl, acl < other);
  }
}

}  // namespace
}  // namespace mirror::internal
