// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/connection_trouble.h"

#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "mirror/kafka/error.h"

namespace mirror::internal {
namespace {

using absl::string_view;
using Code = absl::StatusCode;

constexpr string_view kAfter = " (after ";

// "ssl://host:port/bootstrap: text (after 7ms in state X, 1 identical ...)",
// the parts of which that are the same at each attempt.
struct Parts {
  string_view protocol;
  string_view address;
  string_view text;
};

Parts Split(string_view reason) {
  const size_t after = reason.rfind(kAfter);
  if (after != string_view::npos) reason = reason.substr(0, after);
  Parts parts;
  parts.text = reason;
  // Coordinators have a name of their own: "GroupCoordinator: host:port: text".
  const bool named = absl::ConsumePrefix(&reason, "GroupCoordinator: ") ||
                     absl::ConsumePrefix(&reason, "TxnCoordinator: ");
  const size_t end = reason.find(": ");
  if (end == string_view::npos) return parts;
  string_view name = reason.substr(0, end);
  const size_t scheme = name.find("://");
  const string_view protocol =
      scheme == string_view::npos ? "" : name.substr(0, scheme);
  if (!protocol.empty()) name.remove_prefix(scheme + 3);
  // "host:port/bootstrap" or "host:port/1"; an IPv6 host has brackets.
  const size_t slash = name.find('/');
  if (!named && slash == string_view::npos) return parts;
  name = name.substr(0, slash);
  if (!absl::StrContains(name, ":") || absl::StrContains(name, " ")) {
    return parts;
  }
  return {protocol, name, reason.substr(end + 2)};
}

string_view After(string_view text, string_view mark) {
  const size_t at = text.find(mark);
  return at == string_view::npos ? "" : text.substr(at + mark.size());
}

// One kind of error: a text of librdkafka's that shows it, and ours.
struct Row {
  string_view text;  // part of librdkafka's
  Code code;
  // $0 is what follows `text` there.
  string_view meaning;
};

constexpr string_view kRefusesCertificate =
    "the broker refuses this client's certificate (TLS alert$0): give a key "
    "and a certificate that have not expired and are signed by an authority "
    "that the broker trusts (ssl.keystore.location; in librdkafka's terms "
    "ssl.certificate.location and ssl.key.location)";

constexpr string_view kNoToken = "Failed to acquire SASL OAUTHBEARER token: ";

constexpr Row kTable[] = {
    {"OAUTHBEARER token: Failed to connect to ", Code::kUnavailable,
     "the token endpoint cannot be reached ($0): correct "
     "sasl.oauthbearer.token.endpoint.url, if it is not just down"},
    {kNoToken, Code::kUnauthenticated,
     "there is no token from the token endpoint ($0): correct clientId and "
     "clientSecret in sasl.jaas.config (sasl.oauthbearer.client.id, "
     "sasl.oauthbearer.client.secret), or sasl.oauthbearer.token.endpoint.url"},
    {"SASL authentication error: ", Code::kUnauthenticated,
     "the broker refuses the credentials ($0): correct user and password in "
     "sasl.jaas.config (sasl.username, sasl.password), or those that the "
     "cluster knows"},
    {"GSSAPI Error: ", Code::kUnauthenticated,
     "no login with Kerberos ($0): check keyTab and principal in "
     "sasl.jaas.config, also by hand (kinit -k -t KEYTAB PRINCIPAL), and "
     "sasl.kerberos.service.name"},
    {"Unsupported SASL mechanism: broker's supported mechanisms: ",
     Code::kUnauthenticated,
     "this port does not take the SASL mechanism that is configured, only "
     "$0: correct sasl.mechanism, or the port in bootstrap.servers"},
    {"Request not valid in current SASL state", Code::kUnauthenticated,
     "this port takes no SASL login: correct security.protocol, or the port "
     "in bootstrap.servers"},
    {"alert certificate required", Code::kUnauthenticated, kRefusesCertificate},
    {"alert bad certificate", Code::kUnauthenticated, kRefusesCertificate},
    {"alert certificate unknown", Code::kUnauthenticated, kRefusesCertificate},
    {"alert certificate expired", Code::kUnauthenticated, kRefusesCertificate},
    {"alert certificate revoked", Code::kUnauthenticated, kRefusesCertificate},
    {"alert unknown ca", Code::kUnauthenticated, kRefusesCertificate},
    {"alert protocol version", Code::kUnauthenticated,
     "the broker and this client have no TLS version in common: see "
     "ssl.enabled.protocols of the broker"},
    {"alert handshake failure", Code::kUnauthenticated,
     "the broker ends the TLS handshake: it may want a client certificate "
     "(ssl.keystore.location), or has no cipher in common"},
    {"SSL handshake failed: Disconnected", Code::kUnavailable,
     "the broker ends the connection instead of a TLS handshake, as a port "
     "without TLS does: correct security.protocol, or the port in "
     "bootstrap.servers"},
    {"wrong version number", Code::kUnauthenticated,
     "the answer to a TLS handshake is not TLS: correct security.protocol, or "
     "the port in bootstrap.servers"},
    {"certificate verify failed", Code::kUnauthenticated,
     "the broker's certificate cannot be verified: check "
     "ssl.truststore.location (ssl.ca.location)"},
    {"Invalid response size", Code::kUnauthenticated,
     "the answer is not Kafka's, but perhaps TLS: correct security.protocol "
     "(SSL or SASL_SSL), or the port in bootstrap.servers"},
    {"Failed to resolve ", Code::kUnavailable,
     "the host name cannot be resolved ($0): correct bootstrap.servers, or "
     "what the broker says of itself in advertised.listeners"},
};

// What a broker does that wants something else than it gets: it hangs up.
string_view HangUp(string_view protocol) {
  if (absl::EndsWith(protocol, "ssl")) {
    return "the broker ends the connection at the first request, as a port "
           "does that wants a SASL login: correct security.protocol "
           "(SASL_SSL), or the port in bootstrap.servers";
  }
  return "the broker ends the connection at the first request, as a port does "
         "that wants TLS or a SASL login: correct security.protocol (SSL, "
         "SASL_SSL or SASL_PLAINTEXT), or the port in bootstrap.servers";
}

constexpr string_view kWantsACertificate =
    "the broker wants a certificate of this client, and there is none: give "
    "ssl.keystore.location (in librdkafka's terms ssl.certificate.location and "
    "ssl.key.location)";

struct Meaning {
  Code code;
  std::string text;
};

Meaning MeaningOf(const Parts& parts, const ConnectionFacts& facts) {
  const string_view essence = parts.text;
  if (absl::StrContains(essence, "Disconnected while requesting ApiVersion") ||
      absl::StrContains(essence, "broker might require SASL")) {
    return {Code::kUnavailable, std::string(HangUp(parts.protocol))};
  }
  for (const Row& row : kTable) {
    if (!absl::StrContains(essence, row.text)) continue;
    if (row.meaning == kRefusesCertificate && !facts.has_certificate) {
      return {row.code, std::string(kWantsACertificate)};
    }
    if (row.text == "certificate verify failed" &&
        !facts.broker_certificate.empty()) {
      return {row.code, facts.broker_certificate};
    }
    string_view said = After(essence, row.text);
    absl::ConsumePrefix(&said, "Authentication failed: ");
    // "host port 80 after 3 ms: why": the time is another at each attempt.
    if (IsReportedOnce(essence)) said = said.substr(0, said.find(" after "));
    if (row.meaning == kRefusesCertificate) {
      said = row.text.substr(string_view("alert").size());
    }
    return {row.code, absl::StrReplaceAll(row.meaning, {{"$0", said}})};
  }
  return {Code::kOk, std::string(essence)};
}

}  // namespace

absl::Status ConnectionTrouble(string_view alias, rd_kafka_resp_err_t code,
                               string_view reason,
                               const ConnectionFacts& facts) {
  const Parts parts = Split(reason);
  const std::string where = absl::StrCat(
      "cluster ", alias, parts.address.empty() ? "" : ": ", parts.address);
  const Meaning meaning = MeaningOf(parts, facts);
  const absl::Status plain = KafkaError(code, where, meaning.text);
  if (meaning.code == Code::kOk) return plain;
  return absl::Status(meaning.code, plain.message());
}

bool IsReportedOnce(string_view reason) {
  return absl::StrContains(reason, kNoToken);
}

bool IsOrdinaryDisconnect(string_view reason) {
  const string_view essence = Split(reason).text;
  return essence == "Disconnected" ||
         absl::StartsWith(essence, "Disconnected: connection ") ||
         absl::StartsWith(essence, "Disconnected: SSL connection ");
}

std::string BrokerAddress(string_view reason) {
  return std::string(Split(reason).address);
}

std::string ExplainRefusedSettings(string_view why,
                                   const Properties& properties) {
  std::string text(why);
  for (const char* name : kKeyFileSettings) {
    const auto it = properties.find(name);
    if (it == properties.end() || !absl::StrContains(why, name)) continue;
    if (absl::StrContains(why, "mac verify failure") ||
        absl::StrContains(why, "bad decrypt")) {
      return absl::StrCat(name, " = ", it->second,
                          ": the password does not open it: correct "
                          "ssl.keystore.password or ssl.key.password (",
                          why, ")");
    }
    return absl::StrCat(name, " = ", it->second,
                        ": cannot be used: check that the file exists, may be "
                        "read and has the right format (",
                        why, ")");
  }
  return text;
}

}  // namespace mirror::internal
