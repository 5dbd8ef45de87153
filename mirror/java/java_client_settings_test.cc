// SPDX-License-Identifier: Apache-2.0

#include "mirror/java/java_client_settings.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "mirror/java/config_sources.h"
#include "mirror/java/config_value.h"

namespace mirror::internal {
namespace {

using Texts = std::map<std::string, std::string>;

SettingMap Java(const Texts& texts) {
  SettingMap java;
  for (const auto& [name, text] : texts) {
    ConfigValue value = ConfigValue::Default("A.consumer." + name, text);
    if (IsSecret(name)) value.shown = std::string(kHiddenSecret);
    value.file = "mm2.properties";
    value.line = 7;
    java[name] = value;
  }
  return java;
}

// Reads the stores of tests/golden, as their tests name them.
ConfigSources Stores() {
  ConfigSources sources;
  sources.read_file = [](const std::string& path) {
    return ConfigSources::System().read_file("tests/golden/key-stores/" + path);
  };
  return sources;
}

absl::StatusOr<TranslatedSettings> TranslateAll(JavaClient role,
                                                const Texts& java) {
  TranslatedSettings translated =
      TranslateJavaClientSettings(role, Java(java), Stores());
  if (translated.errors.empty()) return translated;
  return absl::InvalidArgumentError(absl::StrJoin(translated.errors, "\n"));
}

Texts Translate(JavaClient role, const Texts& java) {
  const auto translated = TranslateAll(role, java);
  EXPECT_TRUE(translated.ok()) << translated.status();
  Texts texts;
  if (!translated.ok()) return texts;
  for (const auto& [name, value] : translated->librdkafka) {
    texts[name] = value.text;
  }
  return texts;
}

std::string Problem(const Texts& java) {
  return std::string(
      TranslateAll(JavaClient::kConsumer, java).status().message());
}

Texts Tls(Texts java) {
  java["security.protocol"] = "SSL";
  return java;
}

Texts Sasl(const std::string& jaas, Texts java = {}) {
  java["security.protocol"] = "SASL_PLAINTEXT";
  java["sasl.jaas.config"] = jaas;
  return java;
}

TEST(JavaClientSettingsTest, NamesAreUnique) {
  std::set<absl::string_view> names;
  for (const JavaSettingSpec& spec : AllJavaSettings()) {
    EXPECT_TRUE(names.insert(spec.name).second) << spec.name;
  }
}

TEST(JavaClientSettingsTest, TranslatesNamesAndValues) {
  const struct {
    JavaClient role;
    const char* java;
    const char* value;
    const char* librdkafka;
    const char* translated;
  } vectors[] = {
      {JavaClient::kAdmin, "bootstrap.servers", "a:1,b:2", "bootstrap.servers",
       "a:1,b:2"},
      {JavaClient::kAdmin, "security.protocol", "SASL_SSL", "security.protocol",
       "sasl_ssl"},
      {JavaClient::kAdmin, "request.timeout.ms", "15000", "socket.timeout.ms",
       "15000"},
      {JavaClient::kAdmin, "receive.buffer.bytes", "-1",
       "socket.receive.buffer.bytes", "0"},
      {JavaClient::kAdmin, "connections.max.idle.ms", "-1",
       "connections.max.idle.ms", "0"},
      {JavaClient::kConsumer, "fetch.max.wait.ms", "250", "fetch.wait.max.ms",
       "250"},
      {JavaClient::kConsumer, "max.partition.fetch.bytes", "4194304",
       "fetch.message.max.bytes", "4194304"},
      {JavaClient::kConsumer, "isolation.level", "READ_COMMITTED",
       "isolation.level", "read_committed"},
      {JavaClient::kConsumer, "client.rack", "eu-1a", "client.rack", "eu-1a"},
      {JavaClient::kConsumer, "check.crcs", "False", "check.crcs", "false"},
      {JavaClient::kProducer, "buffer.memory", "33554432",
       "queue.buffering.max.kbytes", "32768"},
      {JavaClient::kProducer, "buffer.memory", "1025",
       "queue.buffering.max.kbytes", "2"},
      {JavaClient::kProducer, "max.request.size", "10485760",
       "message.max.bytes", "10485760"},
      {JavaClient::kProducer, "linger.ms", " 20 ", "linger.ms", "20"},
      {JavaClient::kProducer, "compression.type", "zstd", "compression.type",
       "zstd"},
      {JavaClient::kProducer, "compression.zstd.level", "22",
       "compression.level", "12"},
      {JavaClient::kProducer, "max.in.flight.requests.per.connection", "50",
       "max.in.flight.requests.per.connection", "5"},
      {JavaClient::kProducer, "batch.size", "0", "batch.size", "1"},
  };
  for (const auto& vector : vectors) {
    EXPECT_EQ(Translate(vector.role, {{vector.java, vector.value}}),
              (Texts{{vector.librdkafka, vector.translated}}))
        << vector.java;
  }
}

TEST(JavaClientSettingsTest, WithoutMeaningIsNotedAndDropped) {
  for (const char* name :
       {"key.deserializer", "interceptor.classes", "metric.reporters",
        "metrics.num.samples", "acks", "enable.idempotence",
        "delivery.timeout.ms", "group.id", "partitioner.class"}) {
    const auto translated = TranslateAll(JavaClient::kConsumer, {{name, "x"}});
    ASSERT_TRUE(translated.ok()) << name;
    EXPECT_TRUE(translated->librdkafka.empty()) << name;
    ASSERT_EQ(translated->notes.size(), 1u) << name;
    EXPECT_TRUE(absl::StartsWith(
        translated->notes[0],
        std::string("mm2.properties:7: A.consumer.") + name + ": no effect: "))
        << translated->notes[0];
  }
}

TEST(JavaClientSettingsTest, SettingOfAnotherClientIsNoted) {
  const auto translated =
      TranslateAll(JavaClient::kConsumer, {{"linger.ms", "1"}});
  ASSERT_TRUE(translated.ok());
  EXPECT_TRUE(translated->librdkafka.empty());
  EXPECT_EQ(translated->notes.size(), 1u);
}

TEST(JavaClientSettingsTest, UnknownSettingsAreWarnedOf) {
  const struct {
    const char* name;
    const char* part;
  } vectors[] = {{"fetch.max.byte", "did you mean fetch.max.bytes?"},
                 {"metadata.max.ages.ms", "mean metadata.max.age.ms?"},
                 {"group.idd", "no effect: unknown setting"},
                 {"queued.min.messages", "librdkafka.NAME"}};
  for (const auto& vector : vectors) {
    const auto translated =
        TranslateAll(JavaClient::kConsumer, {{vector.name, "1"}});
    ASSERT_TRUE(translated.ok());
    EXPECT_TRUE(translated->librdkafka.empty());
    ASSERT_EQ(translated->warnings.size(), 1u);
    EXPECT_TRUE(absl::StrContains(translated->warnings[0], vector.part))
        << translated->warnings[0];
  }
}

TEST(JavaClientSettingsTest, ReducedNumbersAreWarnedOf) {
  const auto translated =
      TranslateAll(JavaClient::kProducer, {{"request.timeout.ms", "600000"}});
  ASSERT_TRUE(translated.ok());
  EXPECT_EQ(translated->librdkafka.at("socket.timeout.ms").text, "300000");
  EXPECT_EQ(translated->warnings.size(), 1u);
}

// librdkafka refuses either pair.
TEST(JavaClientSettingsTest, PairsAreMadeToFit) {
  EXPECT_EQ(Translate(JavaClient::kAdmin, {{"reconnect.backoff.ms", "5000"}}),
            (Texts{{"reconnect.backoff.ms", "5000"},
                   {"reconnect.backoff.max.ms", "5000"}}));
  EXPECT_EQ(Translate(JavaClient::kAdmin, {{"reconnect.backoff.ms", "50"},
                                           {"reconnect.backoff.max.ms", "60"}}),
            (Texts{{"reconnect.backoff.ms", "50"},
                   {"reconnect.backoff.max.ms", "60"}}));
  EXPECT_EQ(Translate(JavaClient::kAdmin, {{"reconnect.backoff.ms", "50"}}),
            (Texts{{"reconnect.backoff.ms", "50"}}))
      << "the maximum stays at its default, 1000";
  EXPECT_EQ(
      Translate(JavaClient::kProducer, {{"request.timeout.ms", "30000"},
                                        {"transaction.timeout.ms", "20000"}}),
      (Texts{{"socket.timeout.ms", "20000"},
             {"transaction.timeout.ms", "20000"}}));
}

TEST(JavaClientSettingsTest, NativeSettingsPassThroughAndWin) {
  EXPECT_EQ(Translate(JavaClient::kConsumer,
                      {{"fetch.max.wait.ms", "1"},
                       {"librdkafka.fetch.wait.max.ms", "2"},
                       {"librdkafka.queued.min.messages", "9"}}),
            (Texts{{"fetch.wait.max.ms", "2"}, {"queued.min.messages", "9"}}));
}

TEST(JavaClientSettingsTest, NativeSettingsTheMirrorOwnsAreRefused) {
  EXPECT_EQ(Problem({{"librdkafka.enable.auto.commit", "true"}}),
            "mm2.properties:7: A.consumer.librdkafka.enable.auto.commit = "
            "true: the mirror sets this itself: remove it");
}

TEST(JavaClientSettingsTest, PemAndPkcs12KeyStoresAreLibrdkafkas) {
  EXPECT_EQ(
      Translate(JavaClient::kAdmin, Tls({{"ssl.truststore.location", "/ca"},
                                         {"ssl.truststore.type", "pem"},
                                         {"ssl.truststore.password", "x"},
                                         {"ssl.keystore.location", "/k.pem"},
                                         {"ssl.key.password", "pw"}})),
      (Texts{{"security.protocol", "ssl"},
             {"ssl.ca.location", "/ca"},
             {"ssl.key.location", "/k.pem"},
             {"ssl.certificate.location", "/k.pem"},
             {"ssl.key.password", "pw"}}));
  EXPECT_EQ(Translate(JavaClient::kAdmin,
                      Tls({{"ssl.keystore.location", "key.p12"},
                           {"ssl.keystore.password", "store-secret\n"},
                           {"ssl.key.password", "store-secret"}})),
            (Texts{{"security.protocol", "ssl"},
                   {"ssl.keystore.location", "key.p12"},
                   {"ssl.keystore.password", "store-secret"}}));
}

TEST(JavaClientSettingsTest, TrustStoresBecomePem) {
  // A file's name and type do not matter, as they do not to Java.
  for (const Texts& store :
       std::vector<Texts>{{{"ssl.truststore.location", "trust.p12"},
                           {"ssl.truststore.password", "store-secret"}},
                          {{"ssl.truststore.location", "trust.p12"},
                           {"ssl.truststore.type", "JKS"},
                           {"ssl.truststore.password", "store-secret"}},
                          {{"ssl.truststore.location", "trust.jks"},
                           {"ssl.truststore.password", "store-secret"}},
                          {{"ssl.truststore.location", "trust.jks"},
                           // As it comes out of a file of its own.
                           {"ssl.truststore.password", "store-secret\n"}},
                          {{"ssl.truststore.location", "trust.jks"}}}) {
    const Texts translated = Translate(JavaClient::kAdmin, Tls(store));
    EXPECT_EQ(translated.size(), 2u);
    EXPECT_EQ(translated.at("ssl.ca.pem"),
              Stores().read_file("mirror.crt").value());
  }
}

TEST(JavaClientSettingsTest, AJksKeyStoreBecomesPem) {
  const auto translated = TranslateAll(
      JavaClient::kAdmin, Tls({{"ssl.keystore.location", "key.jks"},
                               {"ssl.keystore.password", "store-secret"},
                               {"ssl.key.password", "key-secret"}}));
  ASSERT_TRUE(translated.ok()) << translated.status();
  const SettingMap& settings = translated->librdkafka;
  EXPECT_EQ(settings.count("ssl.key.password"), 0u) << "it is not encrypted";
  EXPECT_EQ(settings.at("ssl.certificate.pem").text,
            Stores().read_file("mirror.crt").value());
  const ConfigValue& key = settings.at("ssl.key.pem");
  EXPECT_TRUE(absl::StartsWith(key.text, "-----BEGIN PRIVATE KEY-----"));
  EXPECT_EQ(key.shown, "(read from key.jks)");
}

TEST(JavaClientSettingsTest, InlinePemTranslates) {
  EXPECT_EQ(Translate(JavaClient::kAdmin,
                      Tls({{"ssl.truststore.certificates", "CA"},
                           {"ssl.keystore.key", "KEY"},
                           {"ssl.keystore.certificate.chain", "CHAIN"}})),
            (Texts{{"security.protocol", "ssl"},
                   {"ssl.ca.pem", "CA"},
                   {"ssl.key.pem", "KEY"},
                   {"ssl.certificate.pem", "CHAIN"}}));
}

TEST(JavaClientSettingsTest, EmptyEndpointIdentificationMeansNone) {
  EXPECT_EQ(Translate(JavaClient::kAdmin,
                      Tls({{"ssl.endpoint.identification.algorithm", ""}})),
            (Texts{{"security.protocol", "ssl"},
                   {"ssl.endpoint.identification.algorithm", "none"}}));
}

TEST(JavaClientSettingsTest, SecuritySettingsNotInUseAreOmitted) {
  EXPECT_EQ(
      Translate(JavaClient::kAdmin, {{"security.protocol", "PLAINTEXT"},
                                     {"ssl.truststore.location", "/t.jks"},
                                     {"sasl.mechanism", "PLAIN"}}),
      (Texts{{"security.protocol", "plaintext"}}));
}

TEST(JavaClientSettingsTest, JaasBecomesCredentials) {
  const Texts password = {{"security.protocol", "sasl_plaintext"},
                          {"sasl.username", "alice"},
                          {"sasl.password", "pw"}};
  for (const char* module :
       {"plain.PlainLoginModule", "scram.ScramLoginModule"}) {
    EXPECT_EQ(
        Translate(JavaClient::kAdmin,
                  Sasl(std::string("org.apache.kafka.common.security.") +
                       module + " required username=alice password=\"pw\";")),
        password);
  }
  EXPECT_EQ(
      Translate(JavaClient::kAdmin,
                Sasl("com.sun.security.auth.module.Krb5LoginModule "
                     "required useKeyTab=true keyTab=\"/k\" "
                     "principal=\"p@R\" serviceName=kafka;",
                     {{"sasl.kerberos.kinit.cmd", "/bin/kinit"},
                      {"sasl.kerberos.min.time.before.relogin", "10000"}})),
      (Texts{{"security.protocol", "sasl_plaintext"},
             {"sasl.kerberos.kinit.cmd",
              "/bin/kinit -t \"%{sasl.kerberos.keytab}\" -k "
              "%{sasl.kerberos.principal}"},
             {"sasl.kerberos.min.time.before.relogin", "10000"},
             {"sasl.kerberos.keytab", "/k"},
             {"sasl.kerberos.principal", "p@R"},
             {"sasl.kerberos.service.name", "kafka"}}));
}

TEST(JavaClientSettingsTest, OAuthBearerBecomesOidc) {
  const Texts java = Sasl(
      "o.OAuthBearerLoginModule required clientId=me clientSecret=\"s\" "
      "scope=all extension_pool=\"p1\";",
      {{"sasl.mechanism", "OAUTHBEARER"},
       {"sasl.oauthbearer.token.endpoint.url", "https://idp/token"},
       {"sasl.login.callback.handler.class",
        "org.apache.kafka.common.security.oauthbearer.secured."
        "OAuthBearerLoginCallbackHandler"}});
  EXPECT_EQ(
      Translate(JavaClient::kAdmin, java),
      (Texts{{"security.protocol", "sasl_plaintext"},
             {"sasl.mechanism", "OAUTHBEARER"},
             {"sasl.oauthbearer.method", "oidc"},
             {"sasl.oauthbearer.client.id", "me"},
             {"sasl.oauthbearer.client.secret", "s"},
             {"sasl.oauthbearer.scope", "all"},
             {"sasl.oauthbearer.extensions", "pool=p1"},
             {"sasl.oauthbearer.token.endpoint.url", "https://idp/token"}}));
}

// Kafka 4.1 takes the credentials as settings of their own, too.
TEST(JavaClientSettingsTest, OAuthBearerTakesCredentialsFromSettings) {
  const Texts translated = Translate(
      JavaClient::kAdmin,
      Sasl("o.OAuthBearerLoginModule required clientId=old;",
           {{"sasl.oauthbearer.client.credentials.client.id", "me"},
            {"sasl.oauthbearer.client.credentials.client.secret", "s"},
            {"sasl.oauthbearer.scope", "all"},
            {"sasl.oauthbearer.token.endpoint.url", "https://idp/token"}}));
  EXPECT_EQ(translated.at("sasl.oauthbearer.client.id"), "me");
  EXPECT_EQ(translated.at("sasl.oauthbearer.client.secret"), "s");
  EXPECT_EQ(translated.at("sasl.oauthbearer.scope"), "all");
}

TEST(JavaClientSettingsTest, OAuthBearerNeedsNoJaasText) {
  EXPECT_EQ(
      Translate(
          JavaClient::kAdmin,
          {{"security.protocol", "SASL_SSL"},
           {"sasl.mechanism", "OAUTHBEARER"},
           {"sasl.oauthbearer.client.credentials.client.id", "me"},
           {"sasl.oauthbearer.client.credentials.client.secret", "s\n"},
           {"sasl.oauthbearer.token.endpoint.url", " https://idp/token "}}),
      (Texts{{"security.protocol", "sasl_ssl"},
             {"sasl.mechanism", "OAUTHBEARER"},
             {"sasl.oauthbearer.method", "oidc"},
             {"sasl.oauthbearer.client.id", "me"},
             {"sasl.oauthbearer.client.secret", "s"},
             {"sasl.oauthbearer.token.endpoint.url", "https://idp/token"}}));
  const Texts native = {
      {"security.protocol", "SASL_SSL"},
      {"sasl.mechanism", "OAUTHBEARER"},
      {"librdkafka.sasl.oauthbearer.config", "principal=me"},
      {"librdkafka.enable.sasl.oauthbearer.unsecure.jwt", "true"}};
  EXPECT_EQ(Problem(native), "");
}

TEST(JavaClientSettingsTest, ImpossibleSettingsSayWhatToWriteInstead) {
  const struct {
    Texts java;
    const char* part;
  } vectors[] = {
      {Tls({{"ssl.truststore.location", "no.jks"}}),
       "= no.jks: cannot be read: "},
      {Tls({{"ssl.truststore.location", "trust.p12"}}), "does not open the"},
      {Tls({{"ssl.truststore.location", "trust.jks"},
            {"ssl.truststore.password", "x"}}),
       "does not open the key store"},
      {Tls({{"ssl.truststore.location", "key.jceks"}}),
       "keytool -importkeystore -srckeystore key.jceks "},
      {Tls({{"ssl.keystore.location", "trust.jks"}}), "holds no private key"},
      {Tls({{"ssl.keystore.location", "key.jks"},
            {"ssl.keystore.password", "store-secret"}}),
       "write ssl.key.password"},
      {Tls({{"ssl.engine.factory.class", "x.Y"}}), "PKCS12 or JKS"},
      {Tls({{"ssl.cipher.suites", "TLS_X"}}), "librdkafka.ssl.cipher.suites"},
      {Tls({{"ssl.endpoint.identification.algorithm", "x"}}), "must be https"},
      {Sasl("x.IAMLoginModule required;"), "use PlainLoginModule"},
      {Sasl("x.PlainLoginModule required username=a;"), "needs username and"},
      {Sasl("x.ScramLoginModule required tokenauth=true;"), "delegation"},
      {Sasl("x.OAuthBearerLoginModule required;"), "token.endpoint.url"},
      {{{"security.protocol", "SASL_SSL"}, {"sasl.mechanism", "OAUTHBEARER"}},
       "OAUTHBEARER needs clientId and clientSecret in sasl.jaas.config"},
      {Sasl("x.OAuthBearerLoginModule required clientId=a clientSecret=b;",
            {{"sasl.oauthbearer.token.endpoint.url", "file:///token"}}),
       "from a file"},
      {Sasl("x.OAuthBearerLoginModule required clientId=a clientSecret=b;",
            {{"sasl.oauthbearer.jwt.retriever.class", "x.FileJwtRetriever"}}),
       "ClientCredentialsJwtRetriever"},
      {Sasl("x.Krb5LoginModule required useTicketCache=true;"), "keyTab"},
      {Sasl("no semicolon"), "malformed JAAS"},
      {Sasl("x;", {{"sasl.login.callback.handler.class", "x.Y"}}),
       "a Java class cannot be loaded here"},
      {{{"security.protocol", "TLS"}}, "one of: plaintext, ssl"},
      {{{"client.dns.lookup", "default"}}, "one of: use_all_dns_ips"},
      {{{"auto.offset.reset", "none"}}, "one of: earliest, latest"},
      {{{"fetch.min.bytes", "many"}}, "must be a whole number"},
      {{{"check.crcs", "yes"}}, "must be true or false"},
  };
  for (const auto& vector : vectors) {
    const std::string problem = Problem(vector.java);
    EXPECT_TRUE(absl::StartsWith(problem, "mm2.properties:7: A.consumer."))
        << problem;
    EXPECT_TRUE(absl::StrContains(problem, vector.part)) << problem;
  }
}

TEST(JavaClientSettingsTest, DerivedSecretsStayHidden) {
  const auto translated = TranslateAll(
      JavaClient::kAdmin,
      Sasl("x.PlainLoginModule required username=u password=hunter2;"));
  ASSERT_TRUE(translated.ok());
  const ConfigValue& password = translated->librdkafka.at("sasl.password");
  EXPECT_EQ(password.text, "hunter2");
  EXPECT_EQ(password.shown, kHiddenSecret);
}

}  // namespace
}  // namespace mirror::internal
