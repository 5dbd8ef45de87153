// SPDX-License-Identifier: Apache-2.0

#include "tests/integration/secure_test.h"

#include "absl/strings/str_cat.h"
#include "mirror/config/mirror_maker_config.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal::testing {

using Kind = EngineEvent::Kind;

SecureCluster::SecureCluster(const std::string& alias)
    : secure(SecureListenersOptions{{{"alice", kPassword}}}),
      cluster(
          TestCluster::Start(alias, secure.settings(), secure.host()).value()) {
  secure.SetScramPassword("alice", kPassword);
}

SecureCluster* SecureTest::A() {
  static SecureCluster cluster("A");
  return &cluster;
}

SecureCluster* SecureTest::B() {
  static SecureCluster cluster("B");
  return &cluster;
}

std::string SecureTest::Topic() {
  return ::testing::UnitTest::GetInstance()->current_test_info()->name();
}

std::string SecureTest::Tls(const std::string& alias, SecureCluster* cluster,
                            SecureListeners::Listener listener) {
  return absl::StrCat(
      alias, ".bootstrap.servers = ", cluster->secure.Servers(listener), "\n",
      alias, ".security.protocol = SSL\n", alias,
      ".ssl.truststore.type = PEM\n", alias,
      ".ssl.truststore.location = ", cluster->secure.authority()->ca_file(),
      "\n");
}

std::string SecureTest::Inside(const std::string& alias,
                               SecureCluster* cluster) {
  return absl::StrCat(alias, ".bootstrap.servers = ",
                      cluster->secure.Servers(SecureListeners::kInside), "\n");
}

std::string SecureTest::Sasl(const std::string& alias, SecureCluster* cluster,
                             SecureListeners::Listener listener,
                             const std::string& mechanism,
                             const std::string& jaas) {
  return absl::StrCat(Tls(alias, cluster, listener), alias,
                      ".security.protocol = SASL_SSL\n", alias,
                      ".sasl.mechanism = ", mechanism, "\n", alias,
                      ".sasl.jaas.config = ", jaas, "\n");
}

std::string SecureTest::File(const std::string& source,
                             const std::string& target) {
  return absl::StrCat("clusters = A, B\n", source, target,
                      "A->B.enabled = true\nA->B.topics = ", Topic(),
                      "\nB->A.emit.heartbeats.enabled = false\n"
                      "refresh.topics.interval.seconds = 1\n"
                      "replication.factor = 1\ntasks.max = 2\n");
}

Flow SecureTest::FlowOf(const std::string& file) {
  const auto config =
      MirrorMakerConfig::Parse(file, "mm2.properties", ConfigSources::System());
  EXPECT_THAT(config, IsOk());
  return config->flows().front();
}

void SecureTest::MakeTopic() {
  A()->cluster->CreateTopic(Topic(), 1);
  A()->cluster->AppendNumbers({Topic(), 0}, 0, kRecords);
}

void SecureTest::ExpectCopied(RunningMirror* mirror) {
  EXPECT_TRUE(mirror->AwaitCopied(A()->cluster.get(), Topic()));
  EXPECT_EQ(B()->cluster->Values("A." + Topic()),
            A()->cluster->Values(Topic()));
}

void SecureTest::ExpectCopies(const std::string& source,
                              const std::string& target) {
  MakeTopic();
  RunningMirror mirror(FlowOf(File(source, target)));
  ExpectCopied(&mirror);
}

void SecureTest::ExpectErrorAndRecovery(const std::string& source,
                                        const std::vector<std::string>& words,
                                        absl::FunctionRef<void()> fix) {
  MakeTopic();
  RunningMirror mirror(FlowOf(File(source, Inside("B", B()))));
  EXPECT_TRUE(mirror.AwaitEvent(Kind::kClusterTrouble, words));
  fix();
  ExpectCopied(&mirror);
  EXPECT_EQ(mirror.EventCount(Kind::kClusterTrouble), 1);
}

}  // namespace mirror::internal::testing
