// SPDX-License-Identifier: Apache-2.0
//
// The stores of tests/golden/key-stores were written by Java's keytool.

#include "mirror/java/key_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "mirror/testing/matchers.h"
#include "tests/support/child_process.h"
#include "tests/support/test_certificates.h"

namespace mirror::internal {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kSecret[] = "store-secret";
constexpr char kPrivateKey[] = "-----BEGIN PRIVATE KEY-----";

std::string Read(const std::string& name) {
  return testing::ReadTestFile("tests/golden/key-stores/" + name);
}

TEST(KeyStoreTest, ReadsTrustStores) {
  for (const char* name : {"trust.jks", "trust.p12"}) {
    const auto store = ParseKeyStore(name, Read(name), kSecret, "");
    ASSERT_THAT(store, IsOk()) << name;
    EXPECT_EQ(store->trusted_pem, Read("mirror.crt")) << name;
    EXPECT_EQ(store->key_pem, "") << name;
  }
}

TEST(KeyStoreTest, ReadsKeyStores) {
  const auto pkcs12 = ParseKeyStore("key.p12", Read("key.p12"), kSecret, "");
  ASSERT_THAT(pkcs12, IsOk());
  EXPECT_THAT(pkcs12->key_pem, StartsWith(kPrivateKey));
  EXPECT_THAT(pkcs12->certificates_pem, HasSubstr("BEGIN CERTIFICATE"));
  const auto jks =
      ParseKeyStore("key.jks", Read("key.jks"), kSecret, "key-secret");
  ASSERT_THAT(jks, IsOk());
  EXPECT_THAT(jks->key_pem, StartsWith(kPrivateKey));
  EXPECT_EQ(jks->certificates_pem, Read("mirror.crt"));
  EXPECT_EQ(jks->trusted_pem, "");
}

TEST(KeyStoreTest, ReadsTheChainOfAKey) {
  testing::TestAuthority authority("authority",
                                   testing::MakeTestDirectory("store"));
  const std::string path = authority.IssueKeyStore({"client"}, kSecret);
  const auto store =
      ParseKeyStore(path, testing::ReadTestFile(path), kSecret, "");
  ASSERT_THAT(store, IsOk());
  EXPECT_TRUE(absl::EndsWith(store->certificates_pem,
                             testing::ReadTestFile(authority.ca_file())));
}

TEST(KeyStoreTest, ATrustStoreInJksOpensWithoutAPassword) {
  EXPECT_THAT(ParseKeyStore("trust.jks", Read("trust.jks"), "", ""), IsOk());
}

TEST(KeyStoreTest, ErrorsSayWhatToDoAndShowNoPassword) {
  const struct {
    const char* name;
    const char* password;
    const char* key_password;
    const char* part;
  } vectors[] = {
      {"key.p12", "hunter2", "", "does not open the key store"},
      {"key.jks", "hunter2", "", "does not open the key store"},
      {"key.jks", kSecret, "hunter2", "write ssl.key.password"},
      {"key.jks", kSecret, "", "write ssl.key.password"},
      {"key.jceks", kSecret, "",
       "keytool -importkeystore -srckeystore key.jceks -srcstoretype JCEKS "
       "-destkeystore key.jceks.new -deststoretype PKCS12"},
      {"mirror.crt", kSecret, "", "write PEM as its type"},
      {"legacy.p12", kSecret, "",
       "OpenSSL no longer takes: rewrite it with keytool -importkeystore "
       "-srckeystore legacy.p12 -srcstoretype PKCS12"},
  };
  for (const auto& v : vectors) {
    EXPECT_THAT(ParseKeyStore(v.name, Read(v.name), v.password, v.key_password),
                StatusIs(StatusCode::kInvalidArgument,
                         AllOf(HasSubstr(v.part), Not(HasSubstr("hunter2")))))
        << v.name;
  }
}

TEST(KeyStoreTest, DamageIsFoundWhereverItIs) {
  for (const char* name : {"key.jks", "trust.jks", "key.p12"}) {
    const std::string whole = Read(name);
    for (size_t size = 0; size < whole.size(); ++size) {
      EXPECT_FALSE(ParseKeyStore(name, whole.substr(0, size), kSecret, "").ok())
          << name << " cut to " << size;
    }
  }
}

}  // namespace
}  // namespace mirror::internal
