// SPDX-License-Identifier: Apache-2.0
//
// Flows between brokers that want TLS and logins, from mm2.properties texts:
// every way in works, everything that can be wrong is reported in one message
// that says what to do, and is fixed without a restart of the engine.

#include <signal.h>

#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/secure_test.h"
#include "tests/integration/test_cluster.h"
#include "tests/support/child_process.h"
#include "tests/support/mirror_maker.h"
#include "tests/support/secure_listeners.h"
#include "tests/support/test_certificates.h"

namespace mirror::internal::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = EngineEvent::Kind;
using L = SecureListeners;

constexpr char kStorePassword[] = "correct-horse";

std::string Login(const std::string& module, const std::string& password) {
  return absl::StrCat("org.apache.kafka.common.security.", module,
                      " required \\\n  username=\"alice\" \\\n  password=\"",
                      password, "\";");
}

class SecureConnectionsTest : public SecureTest {
 protected:
  // How messages about the source begin.
  static std::string AtA() { return "cluster A: " + A()->secure.host(); }

  static std::string Plain(const std::string& alias, SecureCluster* cluster,
                           const std::string& password) {
    return Sasl(alias, cluster, L::kPlain, "PLAIN",
                Login("plain.PlainLoginModule", password));
  }
  static std::string Scram(const std::string& alias, SecureCluster* cluster,
                           const std::string& password) {
    return Sasl(alias, cluster, L::kScram, "SCRAM-SHA-512",
                Login("scram.ScramLoginModule", password));
  }
};

// One trust store is PEM, the other as Java's keytool makes it.
TEST_F(SecureConnectionsTest, TlsToTls) {
  const std::string jks = MakeTestDirectory("jks") + "/trust.jks";
  const Ended keytool =
      RunProgram({"keytool", "-importcert", "-noprompt", "-alias", "ca",
                  "-file", B()->secure.authority()->ca_file(), "-storetype",
                  "JKS", "-keystore", jks, "-storepass", kStorePassword});
  ASSERT_EQ(keytool.exit_code, 0) << keytool.output;
  ExpectCopies(
      Tls("A", A(), L::kTls),
      absl::StrCat("B.bootstrap.servers = ", B()->secure.Servers(L::kTls),
                   "\nB.security.protocol = SSL\n"
                   "B.ssl.truststore.location = ",
                   jks, "\nB.ssl.truststore.password = ", kStorePassword,
                   "\n"));
}

TEST_F(SecureConnectionsTest, ScramToPlain) {
  ExpectCopies(Scram("A", A(), kPassword), Plain("B", B(), kPassword));
}

TEST_F(SecureConnectionsTest, PlainToScram256) {
  ExpectCopies(Plain("A", A(), kPassword),
               absl::StrReplaceAll(Scram("B", B(), kPassword),
                                   {{"SHA-512", "SHA-256"}}));
}

// A PKCS12 key store at the source; PEM texts in the file itself at the target.
TEST_F(SecureConnectionsTest, MutualTlsOnBothSides) {
  TestAuthority* a = A()->secure.authority();
  TestAuthority* b = B()->secure.authority();
  const std::string store = absl::StrCat(
      "A.bootstrap.servers = ", A()->secure.Servers(L::kMutualTls),
      "\nA.security.protocol = ssl\n"
      "A.ssl.truststore.location = ",
      a->TrustStore(kStorePassword),
      "\nA.ssl.truststore.password = ", kStorePassword,
      "\nA.ssl.keystore.type = PKCS12\n", "A.ssl.keystore.location = ",
      a->IssueKeyStore({"mirror"}, kStorePassword),
      "\nA.ssl.keystore.password = ", kStorePassword,
      "\nA.ssl.key.password = ", kStorePassword, "\n");
  const auto escaped = [](const std::string& pem) {
    return absl::StrReplaceAll(pem, {{"\n", "\\n"}});
  };
  const std::string both = ReadTestFile(b->Issue({"mirror"}));
  const size_t end_of_key = both.find("-----BEGIN CERTIFICATE-----");
  ExpectCopies(
      store,
      absl::StrCat("B.bootstrap.servers = ", B()->secure.Servers(L::kMutualTls),
                   "\nB.security.protocol = SSL\nB.ssl.truststore.type = PEM\n"
                   "B.ssl.truststore.certificates = ",
                   escaped(ReadTestFile(b->ca_file())),
                   "\nB.ssl.keystore.type = PEM\nB.ssl.keystore.key = ",
                   escaped(both.substr(0, end_of_key)),
                   "\nB.ssl.keystore.certificate.chain = ",
                   escaped(both.substr(end_of_key)), "\n"));
}

TEST_F(SecureConnectionsTest, AnExpiredCertificateIsReportedAndRecovers) {
  ExpectErrorAndRecovery(Tls("A", A(), L::kExpired),
                         {AtA(), "/CN=expired", "has expired at", "renew it"},
                         [] { A()->secure.MendCertificate(L::kExpired); });
}

TEST_F(SecureConnectionsTest, ACertificateForAnotherHostIsReportedAndRecovers) {
  ExpectErrorAndRecovery(
      Tls("A", A(), L::kOtherName),
      {AtA(), "is for broker.example.com, not for this host"},
      [] { A()->secure.MendCertificate(L::kOtherName); });
}

TEST_F(SecureConnectionsTest, AnUnknownAuthorityIsReportedAndRecovers) {
  TestAuthority other("other authority", MakeTestDirectory("other"));
  const std::string ca_file = MakeTestDirectory("ca") + "/ca.pem";
  std::ofstream(ca_file) << ReadTestFile(other.ca_file());
  ExpectErrorAndRecovery(
      absl::StrCat(Tls("A", A(), L::kTls),
                   "A.ssl.truststore.location = ", ca_file, "\n"),
      {AtA(), "not trusted here (/CN=test authority)",
       "ssl.truststore.location"},
      [&] {
        std::ofstream(ca_file)
            << ReadTestFile(A()->secure.authority()->ca_file());
      });
}

// Producers are replaced for it, too.
TEST_F(SecureConnectionsTest, AnUnknownAuthorityOfTheTargetRecovers) {
  TestAuthority other("other authority", MakeTestDirectory("other"));
  const std::string ca_file = MakeTestDirectory("ca") + "/ca.pem";
  std::ofstream(ca_file) << ReadTestFile(other.ca_file());
  MakeTopic();
  RunningMirror mirror(FlowOf(
      File(Inside("A", A()),
           absl::StrCat(Tls("B", B(), L::kTls),
                        "B.ssl.truststore.location = ", ca_file, "\n"))));
  EXPECT_TRUE(mirror.AwaitEvent(Kind::kClusterTrouble,
                                {"cluster B: ", "not trusted here"}));
  std::ofstream(ca_file) << ReadTestFile(B()->secure.authority()->ca_file());
  ExpectCopied(&mirror);
}

// Operators may do that, where they must.
TEST_F(SecureConnectionsTest, VerificationCanBeSwitchedOff) {
  TestAuthority other("other authority", MakeTestDirectory("other"));
  ExpectCopies(
      absl::StrCat(
          Tls("A", A(), L::kTls),
          "A.ssl.truststore.location = ", other.ca_file(),
          "\nA.librdkafka.enable.ssl.certificate.verification = false\n"),
      Inside("B", B()));
}

TEST_F(SecureConnectionsTest, AMissingCertificateOfTheClientIsReported) {
  RunningMirror mirror(
      FlowOf(File(Tls("A", A(), L::kMutualTls), Inside("B", B()))));
  EXPECT_TRUE(mirror.AwaitEvent(
      Kind::kClusterTrouble,
      {"A: cluster A: " + A()->secure.Servers(L::kMutualTls),
       "wants a certificate of this client", "ssl.keystore.location"}));
}

TEST_F(SecureConnectionsTest, AWrongPasswordIsReportedAndRecovers) {
  const std::string secrets = MakeTestDirectory("secrets") + "/secrets";
  std::ofstream(secrets) << "password=wrong";
  ExpectErrorAndRecovery(
      Plain("A", A(), absl::StrCat("${file:", secrets, ":password}")),
      {AtA(), "refuses the credentials (Invalid username or password)",
       "sasl.jaas.config"},
      [&] { std::ofstream(secrets) << "password=" << kPassword; });
}

// What an operator does: new password on the cluster, then in the file that
// ${file:...} names. Connections that are there stay; new ones need it.
TEST_F(SecureConnectionsTest, ARotatedPasswordNeedsNoRestartOfTheEngine) {
  const std::string secrets = MakeTestDirectory("secrets") + "/secrets";
  std::ofstream(secrets) << "password=" << kPassword;
  const std::string password = absl::StrCat("${file:", secrets, ":password}");
  MakeTopic();
  RunningMirror mirror(
      FlowOf(File(Scram("A", A(), password), Scram("B", B(), password))));
  ExpectCopied(&mirror);
  for (SecureCluster* cluster : {A(), B()}) {
    cluster->secure.SetScramPassword("alice", "another-password");
  }
  A()->cluster->AppendNumbers({Topic(), 0}, kRecords, kRecords);
  ExpectCopied(&mirror);
  for (SecureCluster* cluster : {A(), B()}) {
    ASSERT_THAT(cluster->cluster->broker()->Restart(cluster->secure.settings()),
                IsOk());
    EXPECT_TRUE(mirror.AwaitEvent(
        Kind::kClusterTrouble,
        {"cluster " + cluster->cluster->alias(), "refuses the credentials"}));
  }
  std::ofstream(secrets) << "password=another-password";
  A()->cluster->AppendNumbers({Topic(), 0}, 2 * kRecords, kRecords);
  ExpectCopied(&mirror);
  EXPECT_EQ(mirror.EventCount(Kind::kPartitionStopped), 0);
  for (SecureCluster* cluster : {A(), B()}) {
    cluster->secure.SetScramPassword("alice", kPassword);
  }
}

// With all that librdkafka can be made to log.
TEST_F(SecureConnectionsTest, NoOutputShowsASecret) {
  const std::string file = WriteProperties(absl::StrCat(
      File(Plain("A", A(), std::string("not-") + kPassword),
           Scram("B", B(), std::string("nor-") + kPassword)),
      "librdkafka.debug = all\nssl.key.password = ", kPassword, "\n"));
  const Ended print = RunMirrorMaker({file, "--print-config"});
  EXPECT_EQ(print.exit_code, 0);
  EXPECT_THAT(print.output,
              AllOf(HasSubstr("[hidden]"), Not(HasSubstr(kPassword))));
  const Ended check = RunMirrorMaker({file, "--check", "--log-level=debug"});
  EXPECT_EQ(check.exit_code, 3);
  EXPECT_THAT(check.output, Not(HasSubstr(kPassword)));
  for (SecureCluster* cluster : {A(), B()}) {
    const std::string& alias = cluster->cluster->alias();
    EXPECT_THAT(check.output,
                HasSubstr(absl::StrCat("error A->B ", alias, " cluster ", alias,
                                       ": ", cluster->secure.host())));
  }
  const auto daemon = StartMirrorMaker({file, "--log-level=debug"});
  EXPECT_TRUE(Eventually([&] {
    return absl::StrContains(daemon->Output(), "refuses the credentials");
  }));
  ASSERT_THAT(daemon->Signal(SIGTERM), IsOk());
  EXPECT_THAT(daemon->Wait(absl::Seconds(10)), IsOkAndHolds(0));
  EXPECT_THAT(daemon->Output(),
              AllOf(HasSubstr("debug "), Not(HasSubstr(kPassword))));
}

TEST_F(SecureConnectionsTest, AnotherMechanismIsReported) {
  const std::string source = absl::StrReplaceAll(
      Plain("A", A(), kPassword),
      {{A()->secure.Servers(L::kPlain), A()->secure.Servers(L::kScram)}});
  RunningMirror mirror(FlowOf(File(source, Inside("B", B()))));
  EXPECT_TRUE(mirror.AwaitEvent(Kind::kClusterTrouble,
                                {"only SCRAM-SHA-512", "sasl.mechanism"}));
}

// Two flows with the same mistake the other way round; one restart of the
// broker makes both right.
TEST_F(SecureConnectionsTest, TheWrongProtocolIsReportedAndRecovers) {
  MakeTopic();
  const std::string plaintext = absl::StrCat(
      "A.bootstrap.servers = ", A()->secure.Servers(L::kTls), "\n");
  RunningMirror to_tls(FlowOf(File(plaintext, Inside("B", B()))));
  EXPECT_TRUE(to_tls.AwaitEvent(Kind::kClusterTrouble,
                                {"cluster A: " + A()->secure.Servers(L::kTls),
                                 "as a port does that wants "
                                 "TLS or a SASL login",
                                 "correct security.protocol"}));
  EXPECT_TRUE(to_tls.engine()->PauseTopic("A->B", Topic()).ok());
  RunningMirror to_plaintext(
      FlowOf(File(Tls("A", A(), L::kOpen), Inside("B", B()))));
  EXPECT_TRUE(to_plaintext.AwaitEvent(
      Kind::kClusterTrouble, {"cluster A: " + A()->secure.Servers(L::kOpen),
                              "as a port without TLS "
                              "does",
                              "correct security.protocol"}));
  A()->secure.SetTls(L::kTls, false);
  A()->secure.SetTls(L::kOpen, true);
  ASSERT_THAT(A()->cluster->broker()->Restart(A()->secure.settings()), IsOk());
  ExpectCopied(&to_plaintext);
  EXPECT_TRUE(to_tls.AwaitEvent(Kind::kClusterRecovered, {"both clusters"}));
  A()->secure.SetTls(L::kTls, true);
  A()->secure.SetTls(L::kOpen, false);
  ASSERT_THAT(A()->cluster->broker()->Restart(A()->secure.settings()), IsOk());
}

}  // namespace
}  // namespace mirror::internal::testing
