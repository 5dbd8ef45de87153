// SPDX-License-Identifier: Apache-2.0

#include "tests/support/test_certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cctype>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"

namespace mirror::internal::testing {
namespace {

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Text = std::unique_ptr<BIO, decltype(&BIO_free)>;

constexpr int64_t kHour = 3600;
constexpr int64_t kDay = 24 * kHour;

void Check(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "test certificates: %s failed\n", what);
  std::abort();
}

void AddExtension(X509* certificate, X509* issuer, int nid,
                  const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  Check(extension != nullptr, "an extension");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// A certificate without extensions and signature.
Certificate NewCertificate(const std::string& name, EVP_PKEY* key,
                           int64_t valid_from, int64_t valid_to) {
  Certificate certificate(X509_new(), &X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  int serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial));
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()),
                   serial & 0x7fffffff);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), valid_from);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), valid_to);
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(
      subject, "CN", MBSTRING_UTF8,
      reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_pubkey(certificate.get(), key);
  return certificate;
}

std::string Contents(BIO* text) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(text, &data);
  return std::string(data, static_cast<size_t>(size));
}

std::string Pem(X509* certificate) {
  const Text text(BIO_new(BIO_s_mem()), &BIO_free);
  Check(PEM_write_bio_X509(text.get(), certificate) == 1, "writing PEM");
  return Contents(text.get());
}

std::string Pem(EVP_PKEY* key) {
  const Text text(BIO_new(BIO_s_mem()), &BIO_free);
  Check(PEM_write_bio_PKCS8PrivateKey(text.get(), key, nullptr, nullptr, 0,
                                      nullptr, nullptr) == 1,
        "writing PEM");
  return Contents(text.get());
}

std::string WriteFile(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  Check(out.good(), "writing a file");
  return path;
}

// Key and certificate may be null, for a trust store.
std::string Pkcs12(EVP_PKEY* key, X509* certificate, X509* authority,
                   const std::string& password) {
  STACK_OF(X509)* authorities = sk_X509_new_null();
  sk_X509_push(authorities, authority);
  PKCS12* store = PKCS12_create(password.c_str(), "test", key, certificate,
                                authorities, 0, 0, 0, 0, 0);
  Check(store != nullptr, "a PKCS12 store");
  const Text text(BIO_new(BIO_s_mem()), &BIO_free);
  i2d_PKCS12_bio(text.get(), store);
  PKCS12_free(store);
  sk_X509_free(authorities);
  return Contents(text.get());
}

bool IsIpAddress(const std::string& host) {
  return std::isdigit(static_cast<unsigned char>(host[0])) != 0;
}

}  // namespace

struct TestAuthority::Identity {
  Key key{nullptr, &EVP_PKEY_free};
  Certificate certificate{nullptr, &X509_free};
};

TestAuthority::TestAuthority(const std::string& name, std::string directory)
    : directory_(std::move(directory)),
      ca_file_(absl::StrCat(directory_, "/ca.pem")),
      own_(std::make_unique<Identity>()) {
  own_->key.reset(EVP_EC_gen("P-256"));
  own_->certificate = NewCertificate(name, own_->key.get(), -kDay, kDay);
  X509* certificate = own_->certificate.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  AddExtension(certificate, certificate, NID_basic_constraints,
               "critical,CA:TRUE");
  AddExtension(certificate, certificate, NID_subject_key_identifier, "hash");
  Check(X509_sign(certificate, own_->key.get(), EVP_sha256()) > 0, "signing");
  WriteFile(ca_file_, Pem(certificate));
}

TestAuthority::~TestAuthority() = default;

TestAuthority::Identity TestAuthority::Sign(
    const CertificateRequest& request) const {
  Identity made;
  made.key.reset(EVP_EC_gen("P-256"));
  made.certificate = NewCertificate(request.name, made.key.get(), -kDay,
                                    request.expired ? -kHour : kDay);
  X509* certificate = made.certificate.get();
  X509_set_issuer_name(certificate,
                       X509_get_subject_name(own_->certificate.get()));
  if (!request.host.empty()) {
    AddExtension(
        certificate, own_->certificate.get(), NID_subject_alt_name,
        absl::StrCat(IsIpAddress(request.host) ? "IP:" : "DNS:", request.host));
  }
  Check(X509_sign(certificate, own_->key.get(), EVP_sha256()) > 0, "signing");
  return made;
}

std::string TestAuthority::Issue(const CertificateRequest& request) {
  const Identity made = Sign(request);
  return WriteFile(absl::StrCat(directory_, "/", request.name, ".pem"),
                   Pem(made.key.get()) + Pem(made.certificate.get()) +
                       ReadTestFile(ca_file_));
}

std::string TestAuthority::IssueKeyStore(const CertificateRequest& request,
                                         const std::string& password) {
  const Identity made = Sign(request);
  return WriteFile(absl::StrCat(directory_, "/", request.name, ".p12"),
                   Pkcs12(made.key.get(), made.certificate.get(),
                          own_->certificate.get(), password));
}

std::string TestAuthority::TrustStore(const std::string& password) const {
  return WriteFile(absl::StrCat(directory_, "/trust.p12"),
                   Pkcs12(nullptr, nullptr, own_->certificate.get(), password));
}

std::string ReadTestFile(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace mirror::internal::testing
