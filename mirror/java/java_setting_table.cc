// SPDX-License-Identifier: Apache-2.0
//
// The rows of java_client_settings.h.

#include <utility>

#include "absl/strings/match.h"
#include "mirror/java/java_client_settings.h"

namespace mirror::internal {
namespace {

using absl::string_view;

constexpr unsigned kAll = 7;
constexpr auto kConsumer = static_cast<unsigned>(JavaClient::kConsumer);
constexpr auto kProducer = static_cast<unsigned>(JavaClient::kProducer);
constexpr int64_t kMaxInt = 2147483647;

JavaSettingSpec Row(Translation translation, string_view name, unsigned roles,
                    string_view librdkafka, string_view meaning) {
  JavaSettingSpec spec;
  spec.name = name;
  spec.translation = translation;
  spec.roles = roles;
  spec.librdkafka = librdkafka;
  spec.meaning = meaning;
  return spec;
}

JavaSettingSpec Same(string_view name, string_view meaning = "",
                     unsigned roles = kAll) {
  return Row(Translation::kSame, name, roles, name, meaning);
}

JavaSettingSpec Number(string_view name, unsigned roles, string_view librdkafka,
                       int64_t min, int64_t max, string_view meaning = "") {
  JavaSettingSpec spec =
      Row(Translation::kNumber, name, roles, librdkafka, meaning);
  spec.min = min;
  spec.max = max;
  return spec;
}

JavaSettingSpec Boolean(string_view name, unsigned roles) {
  return Row(Translation::kBoolean, name, roles, name, "");
}

JavaSettingSpec Choice(string_view name, unsigned roles,
                       std::vector<string_view> choices,
                       string_view meaning = "") {
  JavaSettingSpec spec = Row(Translation::kChoice, name, roles, name, meaning);
  spec.choices = std::move(choices);
  return spec;
}

JavaSettingSpec Security(string_view name, string_view librdkafka,
                         string_view meaning = "") {
  return Row(Translation::kSecurity, name, kAll, librdkafka, meaning);
}

JavaSettingSpec Ignored(string_view name, string_view why) {
  return Row(Translation::kIgnored, name, kAll, "", why);
}

JavaSettingSpec Owned(string_view name, string_view meaning) {
  return Row(Translation::kOwned, name, kAll, "", meaning);
}

JavaSettingSpec Refused(string_view name, string_view instead) {
  return Row(Translation::kRefused, name, kAll, "", instead);
}

std::vector<JavaSettingSpec> ConnectionRows() {
  return {
      Same("bootstrap.servers"),
      Same("client.id"),
      Same("client.rack", "", kConsumer),
      Choice("client.dns.lookup", kAll,
             {"use_all_dns_ips", "resolve_canonical_bootstrap_servers_only"}),
      Number("connections.max.idle.ms", kAll, "connections.max.idle.ms", 0,
             kMaxInt, "Java's -1 (never) becomes 0."),
      Number("reconnect.backoff.ms", kAll, "reconnect.backoff.ms", 0, 3600000),
      Number("reconnect.backoff.max.ms", kAll, "reconnect.backoff.max.ms", 0,
             3600000, "Raised to reconnect.backoff.ms if that is larger."),
      Number("retry.backoff.ms", kAll, "retry.backoff.ms", 1, 300000),
      Number("retry.backoff.max.ms", kAll, "retry.backoff.max.ms", 1, 300000),
      Number("request.timeout.ms", kAll, "socket.timeout.ms", 10, 300000,
             "At most transaction.timeout.ms, where that is written."),
      Number("socket.connection.setup.timeout.ms", kAll,
             "socket.connection.setup.timeout.ms", 1000, kMaxInt),
      Number("send.buffer.bytes", kAll, "socket.send.buffer.bytes", 0,
             100000000, "Java's -1 (the system's default) becomes 0."),
      Number("receive.buffer.bytes", kAll, "socket.receive.buffer.bytes", 0,
             100000000, "Java's -1 (the system's default) becomes 0."),
      Number("metadata.max.age.ms", kAll, "metadata.max.age.ms", 1, 86400000),
      Boolean("enable.metrics.push", kAll),
  };
}

std::vector<JavaSettingSpec> ConsumerRows() {
  return {
      Number("fetch.min.bytes", kConsumer, "fetch.min.bytes", 1, 100000000),
      Number("fetch.max.bytes", kConsumer, "fetch.max.bytes", 1000, 2147483135),
      Number("max.partition.fetch.bytes", kConsumer, "fetch.message.max.bytes",
             1, 1000000000),
      Number("fetch.max.wait.ms", kConsumer, "fetch.wait.max.ms", 0, 300000),
      Boolean("check.crcs", kConsumer),
      Choice("isolation.level", kConsumer,
             {"read_committed", "read_uncommitted"},
             "Default here read_committed: aborted records are not copied. "
             "MM2 copies them by default."),
      Choice("auto.offset.reset", kConsumer, {"earliest", "latest"},
             "Where the partitions begin that a flow finds at its first look. "
             "What appears later is copied from its log's start, and what "
             "happens at a gap is on.source.gap's decision."),
  };
}

std::vector<JavaSettingSpec> ProducerRows() {
  return {
      Number("linger.ms", kProducer, "linger.ms", 0, 900000),
      Number("batch.size", kProducer, "batch.size", 1, kMaxInt),
      Row(Translation::kBytes, "buffer.memory", kProducer,
          "queue.buffering.max.kbytes", "Bytes become kilobytes."),
      Number(
          "max.request.size", kProducer, "message.max.bytes", 1000, 1000000000,
          "Compared with the record before compression, as in Java. Without it "
          "the target's own limit decides."),
      Choice("compression.type", kProducer,
             {"none", "gzip", "snappy", "lz4", "zstd"}),
      Number("compression.gzip.level", kProducer, "compression.level", -1, 12),
      Number("compression.lz4.level", kProducer, "compression.level", -1, 12),
      Number("compression.zstd.level", kProducer, "compression.level", -1, 12),
      Number("max.in.flight.requests.per.connection", kProducer,
             "max.in.flight.requests.per.connection", 1, 5,
             "At most 5, since the producer is always idempotent."),
      Number("transaction.timeout.ms", kProducer, "transaction.timeout.ms",
             1000, kMaxInt),
  };
}

std::vector<JavaSettingSpec> TlsRows() {
  return {
      Choice("security.protocol", kAll,
             {"plaintext", "ssl", "sasl_plaintext", "sasl_ssl"}),
      Security("ssl.truststore.location", "ssl.ca.location",
               "PEM as it is; PKCS12 and JKS are read and become ssl.ca.pem. "
               "Without it OpenSSL's own authorities are trusted, not Java's."),
      Security("ssl.truststore.type", "",
               "PEM, or a location that ends in .pem, .crt or .cer; PKCS12 "
               "and JKS are told apart by their content."),
      Security("ssl.truststore.certificates", "ssl.ca.pem"),
      Security("ssl.truststore.password", "",
               "Opens a PKCS12 store; checks a JKS store for damage."),
      Security("ssl.keystore.location", "ssl.keystore.location",
               "PKCS12 as it is; PEM becomes ssl.key.location and "
               "ssl.certificate.location; JKS is read and becomes ssl.key.pem "
               "and ssl.certificate.pem."),
      Security("ssl.keystore.type", "",
               "PEM, or a location that ends in .pem, .crt or .cer; PKCS12 "
               "and JKS are told apart by their content."),
      Security("ssl.keystore.password", "ssl.keystore.password"),
      Security("ssl.keystore.key", "ssl.key.pem"),
      Security("ssl.keystore.certificate.chain", "ssl.certificate.pem"),
      Security("ssl.key.password", "ssl.key.password"),
      Security("ssl.endpoint.identification.algorithm",
               "ssl.endpoint.identification.algorithm",
               "https; empty (none in librdkafka): host names are not "
               "checked."),
      Refused("ssl.cipher.suites",
              "Java's cipher names are not OpenSSL's: write "
              "librdkafka.ssl.cipher.suites in its place"),
      Refused("ssl.engine.factory.class",
              "a Java class cannot be loaded here: remove it and give keys "
              "and certificates as PEM, PKCS12 or JKS"),
      Ignored("ssl.protocol", "OpenSSL chooses the best version."),
      Ignored("ssl.enabled.protocols", "OpenSSL chooses the best version."),
      Ignored("ssl.provider", "A setting of the Java runtime."),
      Ignored("ssl.keymanager.algorithm", "A setting of the Java runtime."),
      Ignored("ssl.trustmanager.algorithm", "A setting of the Java runtime."),
      Ignored("ssl.secure.random.implementation",
              "A setting of the Java runtime."),
      Ignored("security.providers", "A setting of the Java runtime."),
  };
}

std::vector<JavaSettingSpec> SaslRows() {
  constexpr string_view kCallback =
      "a Java class cannot be loaded here: remove it; PLAIN, SCRAM, GSSAPI "
      "with a keytab and OAUTHBEARER with a token endpoint work without";
  return {
      Same("sasl.mechanism"),
      Security("sasl.jaas.config", "sasl.username, sasl.password, ...",
               "PlainLoginModule, ScramLoginModule, OAuthBearerLoginModule and "
               "Krb5LoginModule (with keyTab and principal)."),
      Same("sasl.kerberos.service.name"),
      Security("sasl.kerberos.kinit.cmd", "sasl.kerberos.kinit.cmd",
               "A program to Java; keytab and principal are added to it."),
      Number("sasl.kerberos.min.time.before.relogin", kAll,
             "sasl.kerberos.min.time.before.relogin", 1, 86400000,
             "How long after a ticket was renewed, or not given, it is asked "
             "for again."),
      Security("sasl.oauthbearer.token.endpoint.url",
               "sasl.oauthbearer.token.endpoint.url"),
      Security("sasl.oauthbearer.client.credentials.client.id",
               "sasl.oauthbearer.client.id",
               "Or clientId in sasl.jaas.config."),
      Security("sasl.oauthbearer.client.credentials.client.secret",
               "sasl.oauthbearer.client.secret",
               "Or clientSecret in sasl.jaas.config."),
      Security("sasl.oauthbearer.scope", "sasl.oauthbearer.scope",
               "Or scope in sasl.jaas.config."),
      Security("sasl.oauthbearer.jwt.retriever.class", "",
               "DefaultJwtRetriever and ClientCredentialsJwtRetriever only."),
      Security("sasl.login.callback.handler.class", "",
               "Kafka's own OAuthBearerLoginCallbackHandler only."),
      Refused("sasl.client.callback.handler.class", kCallback),
      Refused("sasl.login.class", kCallback),
      Ignored(
          "sasl.kerberos.*",
          "Ticket renewal is librdkafka's; only its interval is a setting."),
      Ignored("sasl.login.*", "Token refresh is librdkafka's."),
      Ignored("sasl.oauthbearer.*", "Checked by brokers, not by clients."),
  };
}

std::vector<JavaSettingSpec> RowsWithoutEffect() {
  constexpr string_view kBytes = "Records are copied byte for byte.";
  constexpr string_view kAssigns = "The mirror assigns partitions itself.";
  return {
      Owned("acks", "Always all."),
      Owned("enable.idempotence", "Always true."),
      Owned("retries",
            "Endless: a record is retried until its partition is "
            "suspended."),
      Owned("delivery.timeout.ms", "Endless, as in MM2."),
      Owned("max.block.ms", "Nothing blocks; partitions are suspended."),
      Owned("transactional.id", "One for each shard."),
      Owned("enable.auto.commit", "The mirror keeps its positions itself."),
      Owned("auto.commit.interval.ms", "See offset.flush.interval.ms."),
      Owned("allow.auto.create.topics", "Always false."),
      Owned("group.id", kAssigns),
      Owned("group.instance.id", kAssigns),
      Ignored("group.protocol", kAssigns),
      Ignored("group.remote.assignor", kAssigns),
      Ignored("partition.assignment.strategy", kAssigns),
      Ignored("session.timeout.ms", kAssigns),
      Ignored("heartbeat.interval.ms", kAssigns),
      Ignored("max.poll.interval.ms", kAssigns),
      Ignored("max.poll.records", "Polling adapts automatically."),
      Ignored("exclude.internal.topics", kAssigns),
      Ignored("default.api.timeout.ms", "See admin.timeout.ms."),
      Ignored("key.deserializer", kBytes),
      Ignored("value.deserializer", kBytes),
      Ignored("key.serializer", kBytes),
      Ignored("value.serializer", kBytes),
      Ignored("partitioner.*", "Records keep their partition."),
      Ignored("interceptor.classes", "Java classes cannot be loaded here."),
      Ignored("metric.reporters", "Java classes cannot be loaded here."),
      Ignored("metrics.*", "Metrics are the mirror's own."),
      Ignored("auto.include.jmx.reporter", "There is no JMX."),
      Ignored("metadata.*", "librdkafka finds brokers in its own way."),
      Ignored("socket.connection.setup.timeout.max.ms",
              "librdkafka knows one timeout only."),
      Ignored("config.providers", "Variables are resolved in the whole file."),
      Ignored("config.providers.*",
              "Variables are resolved in the whole file."),
  };
}

}  // namespace

const std::vector<JavaSettingSpec>& AllJavaSettings() {
  static const auto* const kRows = [] {
    auto* all = new std::vector<JavaSettingSpec>;
    for (auto rows : {ConnectionRows(), ConsumerRows(), ProducerRows(),
                      TlsRows(), SaslRows(), RowsWithoutEffect()}) {
      all->insert(all->end(), rows.begin(), rows.end());
    }
    return all;
  }();
  return *kRows;
}

const JavaSettingSpec* FindJavaSetting(string_view name) {
  const JavaSettingSpec* family = nullptr;
  for (const JavaSettingSpec& spec : AllJavaSettings()) {
    if (spec.name == name) return &spec;
    if (spec.IsFamily() &&
        absl::StartsWith(name, spec.name.substr(0, spec.name.size() - 1))) {
      family = &spec;
    }
  }
  return family;
}

}  // namespace mirror::internal
