// SPDX-License-Identifier: Apache-2.0
//
// DescribeCertificate() of connection_trouble.h.

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mirror/kafka/connection_trouble.h"

namespace mirror::internal {
namespace {

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

// What comes from the other side is shown: printable characters, and not
// endlessly many.
std::string Printable(absl::string_view text) {
  constexpr size_t kLongest = 200;
  std::string result(text.substr(0, kLongest));
  for (char& c : result) {
    if (c < ' ' || c > '~') c = '?';
  }
  return result;
}

std::string Name(const X509_NAME* name) {
  char text[256] = "";
  X509_NAME_oneline(name, text, sizeof(text));
  return Printable(text);
}

// "2026-11-25 07:00:00".
std::string Time(const ASN1_TIME* time) {
  tm when = {};
  if (ASN1_TIME_to_tm(time, &when) != 1) return "a time that is not readable";
  char text[64] = "";
  strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &when);
  return text;
}

std::string IpAddress(const ASN1_OCTET_STRING* bytes) {
  std::vector<int> parts;
  for (int i = 0; i < ASN1_STRING_length(bytes); ++i) {
    parts.push_back(ASN1_STRING_get0_data(bytes)[i]);
  }
  return parts.size() == 4 ? absl::StrJoin(parts, ".") : "an IPv6 address";
}

// The hosts that the certificate is for: "a.example.com, 10.0.0.1".
std::string Hosts(X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(
          certificate, NID_subject_alt_name, nullptr, nullptr)),
      &GENERAL_NAMES_free);
  std::vector<std::string> hosts;
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get());
       ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) {
      hosts.push_back(Printable(
          {reinterpret_cast<const char*>(
               ASN1_STRING_get0_data(name->d.dNSName)),
           static_cast<size_t>(ASN1_STRING_length(name->d.dNSName))}));
    } else if (name->type == GEN_IPADD) {
      hosts.push_back(IpAddress(name->d.iPAddress));
    }
  }
  if (hosts.empty()) return Name(X509_get_subject_name(certificate));
  return Printable(absl::StrJoin(hosts, ", "));
}

}  // namespace

std::string DescribeCertificate(int x509_error, absl::string_view certificate) {
  auto* bytes = reinterpret_cast<const unsigned char*>(certificate.data());
  const Certificate parsed(
      d2i_X509(nullptr, &bytes, static_cast<int64_t>(certificate.size())),
      &X509_free);
  if (parsed == nullptr) return "the broker's certificate is malformed";
  const std::string subject = Name(X509_get_subject_name(parsed.get()));
  switch (x509_error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return absl::StrCat("the broker's certificate (", subject,
                          ") has expired at ",
                          Time(X509_get0_notAfter(parsed.get())),
                          ": renew it on the broker, or set this machine's "
                          "clock");
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return absl::StrCat("the broker's certificate (", subject,
                          ") is valid only from ",
                          Time(X509_get0_notBefore(parsed.get())),
                          " on: set the clock of this machine or the broker");
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return absl::StrCat(
          "the broker's certificate is for ", Hosts(parsed.get()),
          ", not for this host: give the broker a certificate for it, or use "
          "the host's other name in bootstrap.servers and "
          "advertised.listeners (ssl.endpoint.identification.algorithm= "
          "switches the check off, and with it the protection)");
    case X509_V_ERR_CERT_REVOKED:
      return absl::StrCat("the broker's certificate (", subject,
                          ") has been revoked: renew it on the broker");
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return absl::StrCat(
          "the broker's certificate is signed by an authority that is not "
          "trusted here (",
          Name(X509_get_issuer_name(parsed.get())),
          "): put that authority's certificate into ssl.truststore.location "
          "(ssl.ca.location)");
    default:
      return absl::StrCat(
          "the broker's certificate (", subject,
          ") is refused: ", X509_verify_cert_error_string(x509_error));
  }
}

}  // namespace mirror::internal
