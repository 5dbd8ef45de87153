// SPDX-License-Identifier: Apache-2.0

#include "mirror/java/java_security_settings.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "mirror/java/jaas.h"
#include "mirror/java/key_store.h"

namespace mirror::internal {
namespace {

constexpr char kJaas[] = "sasl.jaas.config";
constexpr char kEndpoint[] = "sasl.oauthbearer.token.endpoint.url";

const ConfigValue* Find(const SettingMap& map, const std::string& name) {
  const auto it = map.find(name);
  return it == map.end() ? nullptr : &it->second;
}

std::string Trimmed(const ConfigValue& value) {
  return std::string(absl::StripAsciiWhitespace(value.text));
}

absl::Status Invalid(const ConfigValue& value, absl::string_view reason) {
  return absl::InvalidArgumentError(value.Message(reason));
}

// Whether the store is PEM, which the file's first bytes do not show; they do
// show the other formats.
bool IsPem(const SettingMap& java, const std::string& kind,
           const std::string& location) {
  const ConfigValue* type = Find(java, absl::StrCat("ssl.", kind, ".type"));
  if (type != nullptr) return absl::EqualsIgnoreCase(Trimmed(*type), "PEM");
  const std::string lower = absl::AsciiStrToLower(location);
  return absl::EndsWith(lower, ".pem") || absl::EndsWith(lower, ".crt") ||
         absl::EndsWith(lower, ".cer");
}

// A computed text that is not for display, only where it comes from.
ConfigValue ReadFrom(const ConfigValue& location, const std::string& text) {
  ConfigValue value = location;
  value.text = text;
  value.shown = absl::StrCat("(read from ", location.shown, ")");
  return value;
}

// Kafka's class for this job, by whatever package.
bool IsClass(const ConfigValue& value, absl::string_view name) {
  return absl::EndsWith(Trimmed(value), name);
}

// Settings that are judged together are not judged if one is missing.
bool AreKnown(const SettingMap& java, absl::string_view prefix) {
  return std::none_of(java.begin(), java.end(), [prefix](const auto& setting) {
    return setting.second.unknown && absl::StartsWith(setting.first, prefix);
  });
}

class SecurityTranslator {
 public:
  SecurityTranslator(const SettingMap& java, const ConfigSources& sources,
                     SettingMap* out)
      : java_(java), sources_(sources), out_(*out) {}

  void Tls() {
    Copy("ssl.truststore.certificates", "ssl.ca.pem");
    Copy("ssl.keystore.key", "ssl.key.pem");
    Copy("ssl.keystore.certificate.chain", "ssl.certificate.pem");
    Copy("ssl.key.password", "ssl.key.password");
    NoteError(TrustStore());
    NoteError(KeyStore());
    NoteError(HostNameCheck());
  }

  void Sasl() { NoteError(Login()); }

  std::vector<std::string> TakeErrors() { return std::move(errors_); }

 private:
  void NoteError(const absl::Status& status) {
    if (!status.ok()) errors_.emplace_back(status.message());
  }

  absl::Status HostNameCheck() {
    const ConfigValue* check =
        Find(java_, "ssl.endpoint.identification.algorithm");
    if (check == nullptr) return absl::OkStatus();
    const std::string text = absl::AsciiStrToLower(Trimmed(*check));
    if (!text.empty() && text != "https") {
      return Invalid(*check, "must be https, or empty for no check");
    }
    out_["ssl.endpoint.identification.algorithm"] =
        check->WithText(text.empty() ? "none" : "https");
    return absl::OkStatus();
  }

  absl::Status Login() {
    const ConfigValue* callback =
        Find(java_, "sasl.login.callback.handler.class");
    if (callback != nullptr &&
        !IsClass(*callback, ".OAuthBearerLoginCallbackHandler")) {
      return Invalid(*callback,
                     "a Java class cannot be loaded here: remove it; only "
                     "Kafka's OAuthBearerLoginCallbackHandler is known");
    }
    const ConfigValue* jaas = Find(java_, kJaas);
    if (jaas == nullptr) return SaslWithoutJaas();
    const absl::StatusOr<JaasEntry> entry = ParseJaas(jaas->text);
    if (!entry.ok()) return Invalid(*jaas, entry.status().message());
    if (entry->login_module == "PlainLoginModule")
      return UserAndPassword(*jaas, *entry);
    if (entry->login_module == "ScramLoginModule") {
      if (entry->options.count("tokenauth") != 0) {
        return Invalid(*jaas,
                       "librdkafka knows no delegation tokens: give "
                       "username and password of a SCRAM user");
      }
      return UserAndPassword(*jaas, *entry);
    }
    if (entry->login_module == "OAuthBearerLoginModule") {
      return OAuthBearer(*jaas, *entry);
    }
    if (entry->login_module == "Krb5LoginModule")
      return Kerberos(*jaas, *entry);
    return Invalid(*jaas,
                   "the login module cannot be loaded here: use "
                   "PlainLoginModule, ScramLoginModule, OAuthBearerLoginModule "
                   "or Krb5LoginModule");
  }

  // librdkafka reports itself what PLAIN and SCRAM lack; for OAUTHBEARER it
  // reports nothing and waits for a token forever.
  absl::Status SaslWithoutJaas() {
    const ConfigValue* mechanism = Find(java_, "sasl.mechanism");
    if (mechanism == nullptr || Trimmed(*mechanism) != "OAUTHBEARER") {
      return absl::OkStatus();
    }
    for (const auto& [name, value] : java_) {
      if (absl::StartsWith(name, "librdkafka.sasl.oauthbearer.")) {
        return absl::OkStatus();
      }
    }
    return OAuthBearer(*mechanism, JaasEntry());
  }

  void Copy(const std::string& from, const std::string& to) {
    const ConfigValue* value = Find(java_, from);
    if (value != nullptr) out_[to] = value->WithText(Trimmed(*value));
  }

  // The text of a password, or none. Java trims passwords, too.
  std::string Password(const std::string& name) const {
    const ConfigValue* value = Find(java_, name);
    return value == nullptr ? "" : Trimmed(*value);
  }

  absl::StatusOr<std::string> ReadStore(const ConfigValue& location) const {
    const std::string path = Trimmed(location);
    absl::StatusOr<std::string> bytes = sources_.read_file(path);
    if (bytes.ok()) return bytes;
    // The path itself may come from a variable, and is not shown then.
    absl::string_view why = bytes.status().message();
    absl::ConsumePrefix(&why, path + ": ");
    return Invalid(location, absl::StrCat("cannot be read: ", why));
  }

  absl::Status TrustStore() {
    const ConfigValue* location = Find(java_, "ssl.truststore.location");
    if (location == nullptr) return absl::OkStatus();
    const std::string path = Trimmed(*location);
    if (IsPem(java_, "truststore", path)) {
      out_["ssl.ca.location"] = location->WithText(path);
      return absl::OkStatus();
    }
    const absl::StatusOr<std::string> bytes = ReadStore(*location);
    if (!bytes.ok()) return bytes.status();
    const auto store = ParseKeyStore(location->shown, *bytes,
                                     Password("ssl.truststore.password"), "");
    if (!store.ok()) return Invalid(*location, store.status().message());
    const std::string trusted = store->trusted_pem + store->certificates_pem;
    if (trusted.empty()) {
      return Invalid(*location,
                     "holds no certificate: add the authority's with keytool "
                     "-importcert");
    }
    out_["ssl.ca.pem"] = ReadFrom(*location, trusted);
    return absl::OkStatus();
  }

  absl::Status KeyStore() {
    const ConfigValue* location = Find(java_, "ssl.keystore.location");
    if (location == nullptr) return absl::OkStatus();
    const std::string path = Trimmed(*location);
    if (IsPem(java_, "keystore", path)) {
      // Java keeps key and chain in one PEM file; OpenSSL finds each in it.
      out_["ssl.key.location"] = location->WithText(path);
      out_["ssl.certificate.location"] = location->WithText(path);
      return absl::OkStatus();
    }
    const absl::StatusOr<std::string> bytes = ReadStore(*location);
    if (!bytes.ok()) return bytes.status();
    const auto store = ParseKeyStore(location->shown, *bytes,
                                     Password("ssl.keystore.password"),
                                     Password("ssl.key.password"));
    if (!store.ok()) return Invalid(*location, store.status().message());
    if (store->key_pem.empty()) {
      return Invalid(*location, "holds no private key");
    }
    // What is read here is not encrypted any more.
    out_.erase("ssl.key.password");
    if (FormatOfStore(*bytes) == StoreFormat::kPkcs12) {
      out_["ssl.keystore.location"] = location->WithText(path);
      Copy("ssl.keystore.password", "ssl.keystore.password");
      return absl::OkStatus();
    }
    out_["ssl.key.pem"] = ReadFrom(*location, store->key_pem);
    out_["ssl.certificate.pem"] = ReadFrom(*location, store->certificates_pem);
    return absl::OkStatus();
  }

  // Sets `name` from a JAAS option; false if there is no such option.
  bool FromOption(const ConfigValue& jaas, const JaasEntry& entry,
                  const std::string& option, const std::string& name) {
    const auto it = entry.options.find(option);
    if (it == entry.options.end()) return false;
    out_[name] = jaas.WithText(it->second);
    return true;
  }

  absl::Status UserAndPassword(const ConfigValue& jaas,
                               const JaasEntry& entry) {
    if (!FromOption(jaas, entry, "username", "sasl.username") ||
        !FromOption(jaas, entry, "password", "sasl.password")) {
      return Invalid(jaas, "the login module needs username and password");
    }
    return absl::OkStatus();
  }

  absl::Status OAuthBearer(const ConfigValue& jaas, const JaasEntry& entry) {
    std::vector<std::string> extensions;
    for (const auto& [option, value] : entry.options) {
      absl::string_view name = option;
      if (absl::ConsumePrefix(&name, "extension_")) {
        extensions.push_back(absl::StrCat(name, "=", value));
      }
    }
    const std::string joined = absl::StrJoin(extensions, ",");
    const auto subject = entry.options.find("unsecuredLoginStringClaim_sub");
    if (subject != entry.options.end()) {
      out_["enable.sasl.oauthbearer.unsecure.jwt"] =
          ConfigValue::Default(jaas.property, "true");
      out_["sasl.oauthbearer.config"] =
          jaas.WithText(absl::StrCat("principal=", subject->second));
      return absl::OkStatus();
    }
    FromOption(jaas, entry, "clientId", "sasl.oauthbearer.client.id");
    FromOption(jaas, entry, "clientSecret", "sasl.oauthbearer.client.secret");
    FromOption(jaas, entry, "scope", "sasl.oauthbearer.scope");
    Copy("sasl.oauthbearer.client.credentials.client.id",
         "sasl.oauthbearer.client.id");
    Copy("sasl.oauthbearer.client.credentials.client.secret",
         "sasl.oauthbearer.client.secret");
    Copy("sasl.oauthbearer.scope", "sasl.oauthbearer.scope");
    if (absl::Status status = CheckRetriever(); !status.ok()) return status;
    const ConfigValue* endpoint = Find(java_, kEndpoint);
    if (endpoint == nullptr || out_.count("sasl.oauthbearer.client.id") == 0 ||
        out_.count("sasl.oauthbearer.client.secret") == 0) {
      return Invalid(jaas, absl::StrCat("OAUTHBEARER needs clientId and "
                                        "clientSecret in ",
                                        kJaas, ", and ", kEndpoint));
    }
    out_["sasl.oauthbearer.method"] =
        ConfigValue::Default(jaas.property, "oidc");
    out_[kEndpoint] = endpoint->WithText(Trimmed(*endpoint));
    if (!joined.empty()) {
      out_["sasl.oauthbearer.extensions"] = jaas.WithText(joined);
    }
    return absl::OkStatus();
  }

  // Tokens come from an endpoint, for an id and a secret; nothing else.
  absl::Status CheckRetriever() const {
    const ConfigValue* retriever =
        Find(java_, "sasl.oauthbearer.jwt.retriever.class");
    if (retriever != nullptr && !IsClass(*retriever, ".DefaultJwtRetriever") &&
        !IsClass(*retriever, ".ClientCredentialsJwtRetriever")) {
      return Invalid(*retriever,
                     "only tokens for a client id and secret can be had here: "
                     "remove it, or write ClientCredentialsJwtRetriever");
    }
    const ConfigValue* endpoint = Find(java_, kEndpoint);
    if (endpoint != nullptr && absl::StartsWith(Trimmed(*endpoint), "file:")) {
      return Invalid(*endpoint,
                     "a token cannot be read from a file here: write the "
                     "address of the token endpoint (https://...)");
    }
    return absl::OkStatus();
  }

  absl::Status Kerberos(const ConfigValue& jaas, const JaasEntry& entry) {
    const ConfigValue* kinit = Find(java_, "sasl.kerberos.kinit.cmd");
    if (kinit != nullptr) {
      // A program to Java, a command line to librdkafka.
      const std::string command = absl::StrCat(
          Trimmed(*kinit),
          " -t \"%{sasl.kerberos.keytab}\" -k %{sasl.kerberos.principal}");
      out_["sasl.kerberos.kinit.cmd"] = kinit->WithText(command);
    }
    const auto service = entry.options.find("serviceName");
    if (service != entry.options.end()) {
      out_.emplace("sasl.kerberos.service.name",
                   jaas.WithText(service->second));
    }
    if (!FromOption(jaas, entry, "keyTab", "sasl.kerberos.keytab") ||
        !FromOption(jaas, entry, "principal", "sasl.kerberos.principal")) {
      return Invalid(jaas, "Krb5LoginModule needs keyTab and principal here");
    }
    return absl::OkStatus();
  }

  const SettingMap& java_;
  const ConfigSources& sources_;
  SettingMap& out_;
  std::vector<std::string> errors_;
};

}  // namespace

SecurityUse SecurityInUse(const SettingMap& java) {
  const ConfigValue* protocol = Find(java, "security.protocol");
  if (protocol == nullptr) return {};
  const std::string text = absl::AsciiStrToLower(Trimmed(*protocol));
  return {absl::EndsWith(text, "ssl"), absl::StartsWith(text, "sasl_")};
}

std::vector<std::string> TranslateSecuritySettings(const SettingMap& java,
                                                   const ConfigSources& sources,
                                                   SettingMap* librdkafka) {
  const SecurityUse use = SecurityInUse(java);
  SecurityTranslator translator(java, sources, librdkafka);
  if (use.tls && AreKnown(java, "ssl.")) translator.Tls();
  if (use.sasl && AreKnown(java, "sasl.")) translator.Sasl();
  return translator.TakeErrors();
}

}  // namespace mirror::internal
