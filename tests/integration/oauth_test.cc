// SPDX-License-Identifier: Apache-2.0
//
// Flows between brokers that want OAUTHBEARER tokens, which an identity
// provider gives out: to every client of a flow, again before one expires, and
// what is reported when there is none.

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/secure_test.h"
#include "tests/support/child_process.h"
#include "tests/support/secure_listeners.h"
#include "tests/support/token_endpoint.h"

namespace mirror::internal::testing {
namespace {

using L = SecureListeners;

constexpr char kModule[] =
    "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule "
    "required ";

class OauthTest : public SecureTest {
 protected:
  std::string Oidc(const std::string& alias, SecureCluster* cluster,
                   const std::string& secret = kPassword) {
    return absl::StrCat(
        Sasl(alias, cluster, L::kOauth, "OAUTHBEARER",
             absl::StrCat(kModule, "clientId=\"mirror\" clientSecret=\"",
                          secret, "\" scope=\"kafka\";")),
        alias, ".sasl.oauthbearer.token.endpoint.url = ", endpoint_.url(),
        "\n");
  }

  TokenEndpoint endpoint_{"mirror", kPassword};
};

TEST_F(OauthTest, TokensOfAnIdentityProviderOpenBothSides) {
  ExpectCopies(Oidc("A", A()), Oidc("B", B()));
  EXPECT_GT(endpoint_.tokens(), 1);
  EXPECT_EQ(endpoint_.scope(), "kafka");
}

TEST_F(OauthTest, ExpiredTokensAreReplacedWithoutARestart) {
  endpoint_.SetLifetime(absl::Seconds(5));
  MakeTopic();
  RunningMirror mirror(FlowOf(File(Oidc("A", A()), Oidc("B", B()))));
  ExpectCopied(&mirror);
  const int before = endpoint_.tokens();
  ASSERT_TRUE(Eventually([&] { return endpoint_.tokens() >= 2 * before; }));
  // Connections that are made now need the later tokens.
  for (SecureCluster* cluster : {A(), B()}) {
    ASSERT_THAT(cluster->cluster->broker()->Restart(cluster->secure.settings()),
                IsOk());
  }
  A()->cluster->AppendNumbers({Topic(), 0}, kRecords, kRecords);
  ExpectCopied(&mirror);
}

TEST_F(OauthTest, TokensMadeHereOpenBothSides) {
  const std::string jaas =
      absl::StrCat(kModule, "unsecuredLoginStringClaim_sub=\"mirror\";");
  ExpectCopies(Sasl("A", A(), L::kOauth, "OAUTHBEARER", jaas),
               Sasl("B", B(), L::kOauth, "OAUTHBEARER", jaas));
}

TEST_F(OauthTest, AWrongSecretIsReportedAndRecovers) {
  const std::string secrets = MakeTestDirectory("secrets") + "/secrets";
  std::ofstream(secrets) << "secret=wrong";
  ExpectErrorAndRecovery(
      Oidc("A", A(), absl::StrCat("${file:", secrets, ":secret}")),
      {"cluster A: ", "invalid_client", "correct clientId and clientSecret"},
      [&] { std::ofstream(secrets) << "secret=" << kPassword; });
}

TEST_F(OauthTest, AnEndpointThatIsDownIsReportedAndRecovers) {
  endpoint_.server()->Stop();
  ExpectErrorAndRecovery(Oidc("A", A()),
                         {"cluster A: the token endpoint cannot be reached"},
                         [&] { endpoint_.server()->Start(); });
}

}  // namespace
}  // namespace mirror::internal::testing
