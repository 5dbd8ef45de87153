// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/credentials.h"

#include <fstream>
#include <string>

#include "gtest/gtest.h"
#include "tests/support/child_process.h"

namespace mirror::internal {
namespace {

using Change = Credentials::Change;

TEST(CredentialsTest, AnotherPasswordIsTakenOver) {
  Credentials credentials(
      {{"sasl.username", "mirror"}, {"sasl.password", "old"}});
  EXPECT_EQ(credentials.Take({{"sasl.password", "old"}}), Change::kNone);
  EXPECT_EQ(credentials.Take({{"sasl.password", "new"}}), Change::kPassword);
  EXPECT_EQ(credentials.properties().at("sasl.password"), "new");
  EXPECT_EQ(credentials.Take({{"sasl.password", "new"}}), Change::kNone);
}

TEST(CredentialsTest, AnythingElseTakesANewClient) {
  Credentials credentials(Properties{{"sasl.password", "old"}});
  EXPECT_EQ(credentials.Take({{"ssl.key.pem", "x"}, {"sasl.password", "new"}}),
            Change::kOther);
  EXPECT_EQ(credentials.Take({{"sasl.oauthbearer.client.secret", "y"}}),
            Change::kOther);
}

TEST(CredentialsTest, AFileWrittenAgainTakesANewClient) {
  const std::string path =
      testing::MakeTestDirectory("credentials") + "/key.pem";
  std::ofstream(path) << "old";
  Credentials credentials({{"ssl.key.location", path}});
  EXPECT_EQ(credentials.Take({}), Change::kNone);
  std::ofstream(path) << "longer";
  EXPECT_EQ(credentials.Take({}), Change::kOther);
  EXPECT_EQ(credentials.Take({}), Change::kNone);
}

}  // namespace
}  // namespace mirror::internal
