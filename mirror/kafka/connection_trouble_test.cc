// SPDX-License-Identifier: Apache-2.0
//
// The texts are those of librdkafka 2.8.0 with a broker of Kafka 4.1.

#include "mirror/kafka/connection_trouble.h"

#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"
#include "tests/support/child_process.h"
#include "tests/support/test_certificates.h"

namespace mirror::internal {
namespace {

using absl::StatusCode;
using ::mirror::internal::testing::CertificateRequest;
using ::mirror::internal::testing::TestAuthority;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kSsl = RD_KAFKA_RESP_ERR__SSL;
constexpr auto kLogin = RD_KAFKA_RESP_ERR__AUTHENTICATION;
constexpr auto kTransport = RD_KAFKA_RESP_ERR__TRANSPORT;

struct Vector {
  rd_kafka_resp_err_t code;
  const char* reason;
  StatusCode status;
  const char* meaning;
};

const Vector kVectors[] = {
    {kLogin,
     "sasl_ssl://127.24.135.224:9096/bootstrap: SASL authentication error: "
     "Authentication failed: Invalid username or password (after 304ms in "
     "state AUTH_REQ)",
     StatusCode::kUnauthenticated,
     "cluster A: 127.24.135.224:9096: the broker refuses the credentials "
     "(Invalid username or password): correct user and password"},
    {kLogin,
     "sasl_ssl://a:9097/1: SASL authentication error: Authentication failed "
     "during authentication due to invalid credentials with SASL mechanism "
     "SCRAM-SHA-512 (after 316ms in state AUTH_REQ, 1 identical error(s) "
     "suppressed)",
     StatusCode::kUnauthenticated,
     "cluster A: a:9097: the broker refuses the credentials (Authentication "
     "failed during authentication due to invalid credentials with SASL "
     "mechanism SCRAM-SHA-512): "},
    {kLogin,
     "sasl_ssl://a:9097/bootstrap: SASL PLAIN mechanism handshake failed: "
     "Broker: Unsupported SASL mechanism: broker's supported mechanisms: "
     "SCRAM-SHA-512,SCRAM-SHA-256 (after 301ms in state AUTH_HANDSHAKE)",
     StatusCode::kUnauthenticated,
     "only SCRAM-SHA-512,SCRAM-SHA-256: correct sasl.mechanism"},
    {kLogin,
     "sasl_ssl://a:9094/bootstrap: SASL SCRAM-SHA-512 mechanism handshake "
     "failed: Broker: Request not valid in current SASL state: broker's "
     "supported mechanisms:  (after 1ms in state AUTH_HANDSHAKE)",
     StatusCode::kUnauthenticated, "takes no SASL login"},
    {kSsl,
     "ssl://a:9094/bootstrap: SSL handshake failed: error:0A000086:SSL "
     "routines::certificate verify failed: broker certificate could not be "
     "verified, verify that ssl.ca.location is correctly configured or root "
     "CA certificates are installed (install ca-certificates package) (after "
     "7ms in state SSL_HANDSHAKE)",
     StatusCode::kUnauthenticated, "check ssl.truststore.location"},
    {kTransport,
     "ssl://a:9100/bootstrap: SSL handshake failed: Disconnected: connecting "
     "to a PLAINTEXT broker listener? (after 5ms in state SSL_HANDSHAKE)",
     StatusCode::kUnavailable, "as a port without TLS does"},
    {kTransport,
     "a:9094/bootstrap: Disconnected while requesting ApiVersion: might be "
     "caused by incorrect security.protocol configuration (connecting to a "
     "SSL listener?) or broker version is < 0.10 (see api.version.request) "
     "(after 4ms in state APIVERSION_QUERY)",
     StatusCode::kUnavailable, "as a port does that wants TLS or a SASL login"},
    {kTransport,
     "ssl://a:9097/bootstrap: Disconnected while requesting ApiVersion: might "
     "be caused by broker version < 0.10 (see api.version.request) (after 4ms "
     "in state APIVERSION_QUERY)",
     StatusCode::kUnavailable, "as a port does that wants a SASL login"},
    {kTransport,
     "ssl://a:9095/bootstrap: Receive failed: error:0A000412:SSL "
     "routines::sslv3 alert bad certificate: SSL alert number 42 (after 0ms "
     "in state APIVERSION_QUERY)",
     StatusCode::kUnauthenticated,
     "wants a certificate of this client, and there is none"},
    {kLogin,
     "sasl_plaintext://127.15.101.76:9094/bootstrap: Failed to initialize SASL "
     "authentication: SASL handshake failed (start (-1)): SASL(-1): generic "
     "failure: GSSAPI Error: No credentials were supplied, or the credentials "
     "were unavailable or inaccessible (No Kerberos credentials available "
     "(default cache: /tmp/krb5cc_0)) (after 1ms in state AUTH_REQ)",
     StatusCode::kUnauthenticated,
     "cluster A: 127.15.101.76:9094: no login with Kerberos (No credentials "
     "were supplied, or the credentials were unavailable or inaccessible (No "
     "Kerberos credentials available (default cache: /tmp/krb5cc_0))): check "
     "keyTab and principal"},
    {kLogin,
     "Failed to acquire SASL OAUTHBEARER token: {\"error\":\"invalid_client\"}",
     StatusCode::kUnauthenticated,
     "cluster A: there is no token from the token endpoint "
     "({\"error\":\"invalid_client\"}): correct clientId and clientSecret in "
     "sasl.jaas.config"},
    {kLogin,
     "Failed to acquire SASL OAUTHBEARER token: Failed to connect to 127.0.0.1 "
     "port 43545 after 0 ms: Couldn't connect to server",
     StatusCode::kUnavailable,
     "cluster A: the token endpoint cannot be reached (127.0.0.1 port 43545): "
     "correct sasl.oauthbearer.token.endpoint.url"},
    {RD_KAFKA_RESP_ERR__RESOLVE,
     "ssl://no-such.invalid:9092/bootstrap: Failed to resolve "
     "'no-such.invalid:9092': Name or service not known (after 0ms in state "
     "CONNECT)",
     StatusCode::kUnavailable,
     "cluster A: no-such.invalid:9092: the host name cannot be resolved "
     "('no-such.invalid:9092': Name or service not known): correct "
     "bootstrap.servers"},
    {kTransport,
     "GroupCoordinator: a:1: Connect to ipv4#127.0.0.1:1 failed: Connection "
     "refused (after 0ms in state CONNECT)",
     StatusCode::kUnavailable,
     "cluster A: a:1: Connect to ipv4#127.0.0.1:1 failed: Connection refused "
     "(_TRANSPORT)"},
    {RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "1/1 brokers are down",
     StatusCode::kUnavailable,
     "cluster A: 1/1 brokers are down (_ALL_BROKERS_DOWN)"},
};

TEST(ConnectionTroubleTest, NamesAddressCauseAndWhatToDo) {
  for (const Vector& v : kVectors) {
    EXPECT_THAT(ConnectionTrouble("A", v.code, v.reason, {}),
                StatusIs(v.status, HasSubstr(v.meaning)))
        << v.reason;
  }
}

// Otherwise the same error would be reported at each attempt.
TEST(ConnectionTroubleTest, IsTheSameAtEachAttempt) {
  for (const Vector& v : kVectors) {
    EXPECT_THAT(
        std::string(ConnectionTrouble("A", v.code, v.reason, {}).message()),
        AllOf(Not(HasSubstr("in state")), Not(HasSubstr(" ms"))));
  }
}

TEST(ConnectionTroubleTest, ARefusedCertificateIsNotAMissingOne) {
  ConnectionFacts facts;
  facts.has_certificate = true;
  EXPECT_THAT(
      ConnectionTrouble("A", kTransport,
                        "ssl://a:9095/1: Receive failed: error:0A000416:SSL "
                        "routines::sslv3 alert certificate unknown: SSL alert "
                        "number 46 (after 0ms in state APIVERSION_QUERY)",
                        facts),
      StatusIs(StatusCode::kUnauthenticated,
               HasSubstr("refuses this client's certificate (TLS alert "
                         "certificate unknown)")));
}

TEST(ConnectionTroubleTest, OnlyOrdinaryDisconnectsAreOrdinary) {
  EXPECT_TRUE(IsOrdinaryDisconnect(
      "a:9092/1: Disconnected (after 61003ms in state UP)"));
  EXPECT_TRUE(
      IsOrdinaryDisconnect("ssl://a:9092/1: Disconnected: SSL "
                           "connection closed by peer (after 7ms in "
                           "state UP)"));
  for (const Vector& v : kVectors) {
    EXPECT_FALSE(IsOrdinaryDisconnect(v.reason)) << v.reason;
  }
}

class DescribeCertificateTest : public ::testing::Test {
 protected:
  // What is said of such a certificate, refused for this reason.
  std::string Say(int error, const CertificateRequest& request) {
    const std::string path = authority_.Issue(request);
    const std::unique_ptr<BIO, decltype(&BIO_free)> file(
        BIO_new_file(path.c_str(), "r"), &BIO_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr), &X509_free);
    unsigned char* der = nullptr;
    const int size = i2d_X509(certificate.get(), &der);
    std::string text = DescribeCertificate(
        error, {reinterpret_cast<char*>(der), static_cast<size_t>(size)});
    OPENSSL_free(der);
    return text;
  }

  TestAuthority authority_{"the authority",
                           testing::MakeTestDirectory("certificates")};
};

TEST_F(DescribeCertificateTest, SaysWhatIsWrongWithIt) {
  EXPECT_THAT(
      Say(X509_V_ERR_CERT_HAS_EXPIRED, {"broker", "a", /*expired=*/true}),
      AllOf(HasSubstr("(/CN=broker) has expired at 20"),
            HasSubstr("renew it on the broker")));
  EXPECT_THAT(Say(X509_V_ERR_HOSTNAME_MISMATCH, {"broker", "a.example.com"}),
              HasSubstr("is for a.example.com, not for this host"));
  EXPECT_THAT(Say(X509_V_ERR_IP_ADDRESS_MISMATCH, {"broker", "10.1.2.3"}),
              HasSubstr("is for 10.1.2.3, not for this host"));
  EXPECT_THAT(Say(X509_V_ERR_HOSTNAME_MISMATCH, {"broker"}),
              HasSubstr("is for /CN=broker, not"));
  EXPECT_THAT(
      Say(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, {"broker", "a"}),
      HasSubstr("not trusted here (/CN=the authority)"));
  EXPECT_THAT(Say(X509_V_ERR_CERT_UNTRUSTED, {"broker", "a"}),
              HasSubstr("(/CN=broker) is refused: "));
}

// The other side chooses what is in there.
TEST_F(DescribeCertificateTest, ShowsNothingThatWouldSpoilALog) {
  EXPECT_EQ(DescribeCertificate(X509_V_ERR_CERT_HAS_EXPIRED, "no certificate"),
            "the broker's certificate is malformed");
  const std::string text =
      Say(X509_V_ERR_CERT_UNTRUSTED, {"a\nb\x1b[31m", "a"});
  EXPECT_THAT(text, Not(HasSubstr("\n")));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(ExplainRefusedSettingsTest, NamesTheFileAndWhatToDo) {
  EXPECT_THAT(ExplainRefusedSettings("ssl.ca.location failed: error:05880002",
                                     {{"ssl.ca.location", "/no/ca.pem"}}),
              AllOf(HasSubstr("ssl.ca.location = /no/ca.pem: cannot be used"),
                    HasSubstr("error:05880002")));
  const std::string wrong_password = ExplainRefusedSettings(
      "Failed to parse ssl.keystore.location PKCS#12 file: /k.p12: "
      "error:11800071:PKCS12 routines::mac verify failure",
      {{"ssl.keystore.location", "/k.p12"},
       {"ssl.keystore.password", "hunter2"}});
  EXPECT_THAT(wrong_password, AllOf(HasSubstr("/k.p12: the password does not"),
                                    Not(HasSubstr("hunter2"))));
  EXPECT_EQ(ExplainRefusedSettings("no memory", {}), "no memory");
}

}  // namespace
}  // namespace mirror::internal
