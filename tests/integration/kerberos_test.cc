// SPDX-License-Identifier: Apache-2.0
//
// A flow between brokers of a Kerberos realm: librdkafka, kinit and Java's
// login module with a real KDC.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/secure_test.h"
#include "tests/integration/test_cluster.h"
#include "tests/support/kafka_broker.h"
#include "tests/support/kerberos_realm.h"

namespace mirror::internal::testing {
namespace {

constexpr char kModule[] =
    "com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true ";

// A broker that wants a ticket at port 9094.
std::vector<std::string> Settings(const std::string& host,
                                  KerberosRealm* realm) {
  const std::string service = "kafka/" + host;
  const std::string doors =
      absl::StrCat("PLAINTEXT://", host, ":9092,KERBEROS://", host, ":9094");
  return {
      absl::StrCat("listeners=", doors, ",CONTROLLER://", host, ":9093"),
      absl::StrCat("advertised.listeners=", doors),
      "listener.security.protocol.map=CONTROLLER:PLAINTEXT,"
      "PLAINTEXT:PLAINTEXT,KERBEROS:SASL_PLAINTEXT",
      "inter.broker.listener.name=PLAINTEXT",
      "listener.name.kerberos.sasl.enabled.mechanisms=GSSAPI",
      "sasl.kerberos.service.name=kafka",
      absl::StrCat("listener.name.kerberos.gssapi.sasl.jaas.config=", kModule,
                   "storeKey=true keyTab=\"", realm->NewKeytab(service),
                   "\" principal=\"", realm->Principal(service), "\";")};
}

// The realm, and a pair of brokers in it.
struct Kingdom {
  Kingdom()
      : source_host(KafkaBroker::FreeHost()),
        target_host(KafkaBroker::FreeHost()),
        realm(source_host),
        source(Start("A", source_host)),
        target(Start("B", target_host)) {}

  std::unique_ptr<TestCluster> Start(const std::string& alias,
                                     const std::string& host) {
    return TestCluster::Start(alias, Settings(host, &realm), host).value();
  }

  const std::string source_host;
  const std::string target_host;
  KerberosRealm realm;
  const std::unique_ptr<TestCluster> source;
  const std::unique_ptr<TestCluster> target;
};

class KerberosTest : public SecureTest {
 protected:
  static Kingdom* kingdom() {
    static Kingdom kingdom;
    return &kingdom;
  }

  // A keytab that is corrected is used when the ticket is asked for again: by
  // default a minute later, which is as long as the test waits.
  static std::string Ticket(const std::string& alias, const std::string& host,
                            const std::string& keytab,
                            const std::string& service = "kafka") {
    return absl::StrCat(alias, ".bootstrap.servers = ", host, ":9094\n", alias,
                        ".security.protocol = SASL_PLAINTEXT\n", alias,
                        ".sasl.mechanism = GSSAPI\n", alias,
                        ".sasl.kerberos.service.name = ", service, "\n", alias,
                        ".sasl.kerberos.min.time.before.relogin = 10000\n",
                        alias, ".sasl.jaas.config = ", kModule, "keyTab=\"",
                        keytab, "\" principal=\"",
                        kingdom()->realm.Principal("mirror"), "\";\n");
  }
};

TEST_F(KerberosTest, AKeytabOpensBothSidesOnceItIsRight) {
  const std::string keytab = kingdom()->realm.NewKeytab("mirror");
  const std::string later = kingdom()->realm.NewKeytab("mirror");
  TestCluster* source = kingdom()->source.get();
  source->CreateTopic(Topic(), 1);
  source->AppendNumbers({Topic(), 0}, 0, kRecords);
  RunningMirror mirror(
      FlowOf(File(Ticket("A", kingdom()->source_host, keytab),
                  Ticket("B", kingdom()->target_host, keytab))));
  EXPECT_TRUE(mirror.AwaitEvent(
      EngineEvent::Kind::kClusterTrouble,
      {absl::StrCat("cluster A: ", kingdom()->source_host, ":9094"),
       "No Kerberos credentials", "check keyTab and principal"}));
  std::filesystem::rename(later, keytab);
  EXPECT_TRUE(mirror.AwaitCopied(source, Topic()));
  EXPECT_EQ(kingdom()->target->Values("A." + Topic()), source->Values(Topic()));
}

TEST_F(KerberosTest, AnotherServiceNameIsReported) {
  const std::string keytab = kingdom()->realm.NewKeytab("mirror");
  RunningMirror mirror(
      FlowOf(File(Ticket("A", kingdom()->source_host, keytab, "other"),
                  Ticket("B", kingdom()->target_host, keytab))));
  EXPECT_TRUE(mirror.AwaitEvent(
      EngineEvent::Kind::kClusterTrouble,
      {absl::StrCat("cluster A: ", kingdom()->source_host, ":9094"),
       "not found in Kerberos database", "sasl.kerberos.service.name"}));
}

}  // namespace
}  // namespace mirror::internal::testing
