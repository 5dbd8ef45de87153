// SPDX-License-Identifier: Apache-2.0

#include "tests/support/secure_listeners.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/support/child_process.h"
#include "tests/support/kafka_broker.h"
#include "tests/support/raw_client.h"

namespace mirror::internal::testing {
namespace {

using Listener = SecureListeners::Listener;

struct ListenerSpec {
  Listener listener;
  const char* name;
  int port;
  bool tls;
  bool sasl;
};

// The names are those that KafkaBroker and its controller listen by, and ours.
constexpr ListenerSpec kListeners[] = {
    {SecureListeners::kInside, "PLAINTEXT", 9092, false, false},
    {SecureListeners::kTls, "TLS", 9094, true, false},
    {SecureListeners::kMutualTls, "MUTUAL", 9095, true, false},
    {SecureListeners::kPlain, "PLAIN", 9096, true, true},
    {SecureListeners::kScram, "SCRAM", 9097, true, true},
    {SecureListeners::kExpired, "EXPIRED", 9098, true, false},
    {SecureListeners::kOtherName, "OTHER", 9099, true, false},
    {SecureListeners::kOpen, "OPEN", 9100, false, false},
    {SecureListeners::kOauth, "OAUTH", 9101, true, true},
};

const ListenerSpec& Spec(Listener listener) {
  for (const ListenerSpec& spec : kListeners) {
    if (spec.listener == listener) return spec;
  }
  return kListeners[0];
}

std::string KeyStoreProperty(Listener listener) {
  return absl::StrCat("listener.name.",
                      absl::AsciiStrToLower(Spec(listener).name),
                      ".ssl.keystore.location");
}

constexpr char kModules[] = "org.apache.kafka.common.security.";

std::string PlainUsers(const std::map<std::string, std::string>& users) {
  std::string text =
      absl::StrCat("listener.name.plain.plain.sasl.jaas.config=", kModules,
                   "plain.PlainLoginModule required");
  for (const auto& [user, password] : users) {
    absl::StrAppend(&text, " user_", user, "=\"", password, "\"");
  }
  return text + ";";
}

}  // namespace

SecureListeners::SecureListeners(SecureListenersOptions options)
    : options_(std::move(options)),
      host_(KafkaBroker::FreeHost()),
      directory_(MakeTestDirectory("tls")),
      authority_("test authority", directory_) {
  for (const ListenerSpec& spec : kListeners) tls_[spec.listener] = spec.tls;
  authority_.Issue({"broker", host_});
  authority_.Issue({"expired", host_, /*expired=*/true});
  authority_.Issue({"other", "broker.example.com"});
}

std::vector<std::string> SecureListeners::settings() const {
  std::vector<std::string> addresses;
  std::vector<std::string> protocols = {"CONTROLLER:PLAINTEXT"};
  for (const ListenerSpec& spec : kListeners) {
    addresses.push_back(absl::StrCat(spec.name, "://", host_, ":", spec.port));
    protocols.push_back(absl::StrCat(spec.name, ":",
                                     spec.sasl                ? "SASL_SSL"
                                     : tls_.at(spec.listener) ? "SSL"
                                                              : "PLAINTEXT"));
  }
  const std::string all = absl::StrJoin(addresses, ",");
  const std::string key = directory_ + "/";
  return {
      absl::StrCat("listeners=", all, ",CONTROLLER://", host_, ":9093"),
      "advertised.listeners=" + all,
      "listener.security.protocol.map=" + absl::StrJoin(protocols, ","),
      "inter.broker.listener.name=PLAINTEXT",
      "ssl.keystore.type=PEM",
      absl::StrCat("ssl.keystore.location=", key, "broker.pem"),
      "ssl.truststore.type=PEM",
      absl::StrCat("ssl.truststore.location=", authority_.ca_file()),
      absl::StrCat(KeyStoreProperty(kExpired), "=", key, "expired.pem"),
      absl::StrCat(KeyStoreProperty(kOtherName), "=", key, "other.pem"),
      // Certificates may be exchanged for those of another name.
      "ssl.allow.dn.changes=true",
      "ssl.allow.san.changes=true",
      "listener.name.mutual.ssl.client.auth=required",
      "ssl.principal.mapping.rules=RULE:^CN=(.*)$/$1/",
      "listener.name.plain.sasl.enabled.mechanisms=PLAIN",
      PlainUsers(options_.users),
      "listener.name.scram.sasl.enabled.mechanisms=SCRAM-SHA-256,SCRAM-SHA-512",
      absl::StrCat("listener.name.scram.scram-sha-256.sasl.jaas.config=",
                   kModules, "scram.ScramLoginModule required;"),
      absl::StrCat("listener.name.scram.scram-sha-512.sasl.jaas.config=",
                   kModules, "scram.ScramLoginModule required;"),
      "listener.name.oauth.sasl.enabled.mechanisms=OAUTHBEARER",
      absl::StrCat(
          "listener.name.oauth.oauthbearer.sasl.jaas.config=", kModules,
          "oauthbearer.OAuthBearerLoginModule required "
          "unsecuredLoginStringClaim_sub=\"broker\";"),
      "authorizer.class.name="
      "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
      absl::StrCat("allow.everyone.if.no.acl.found=",
                   options_.allow_without_acl ? "true" : "false"),
      "super.users=User:ANONYMOUS",
  };
}

std::string SecureListeners::Servers(Listener listener) const {
  return absl::StrCat(host_, ":", Spec(listener).port);
}

std::map<std::string, std::string> SecureListeners::Properties(
    Listener listener, const std::string& user,
    const std::string& password) const {
  const ListenerSpec& spec = Spec(listener);
  std::map<std::string, std::string> properties = {
      {"bootstrap.servers", Servers(listener)},
      {"security.protocol", spec.sasl  ? "sasl_ssl"
                            : spec.tls ? "ssl"
                                       : "plaintext"}};
  if (spec.tls) properties["ssl.ca.location"] = authority_.ca_file();
  if (spec.sasl) {
    properties["sasl.mechanism"] =
        listener == kPlain ? "PLAIN" : "SCRAM-SHA-512";
    properties["sasl.username"] = user;
    properties["sasl.password"] = password;
  }
  return properties;
}

void SecureListeners::SetScramPassword(const std::string& user,
                                       const std::string& password) {
  mirror::internal::testing::SetScramPassword(Servers(kInside), user, password);
}

void SecureListeners::MendCertificate(Listener listener) {
  SetBrokerConfig(Servers(kInside), KeyStoreProperty(listener),
                  directory_ + "/broker.pem");
}

}  // namespace mirror::internal::testing
