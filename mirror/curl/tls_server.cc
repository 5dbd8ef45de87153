// SPDX-License-Identifier: Apache-2.0

#include "mirror/curl/tls_server.h"

#include <httplib.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "mirror/runtime/clock.h"

namespace mirror::internal {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_EXTENSION* one) const { X509_EXTENSION_free(one); }
  void operator()(std::FILE* file) const { std::fclose(file); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

Owned<X509> SelfSigned(EVP_PKEY* key) {
  Owned<X509> certificate(X509_new());
  X509* const x = certificate.get();
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
  X509_gmtime_adj(X509_getm_notBefore(x), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x), 3600);
  X509_set_pubkey(x, key);
  X509_NAME* const name = X509_get_subject_name(x);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("test"), -1,
                             -1, 0);
  X509_set_issuer_name(x, name);
  const Owned<X509_EXTENSION> alternative(X509V3_EXT_conf_nid(
      nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1"));
  X509_add_ext(x, alternative.get(), -1);
  X509_sign(x, key, EVP_sha256());
  return certificate;
}

}  // namespace

TlsServer::TlsServer()
    : certificate_file_(
          absl::StrCat(::testing::TempDir(), "/registry-certificate.pem")) {
  const Owned<EVP_PKEY> key(EVP_RSA_gen(2048));
  const Owned<X509> certificate = SelfSigned(key.get());
  {
    const Owned<std::FILE> file(std::fopen(certificate_file_.c_str(), "w"));
    PEM_write_X509(file.get(), certificate.get());
  }
  server_ = std::make_unique<httplib::SSLServer>(certificate.get(), key.get());
  server_->Get("/subjects",
               [](const httplib::Request&, httplib::Response& response) {
                 response.set_content("[]", "application/json");
               });
  url_ = absl::StrCat("https://127.0.0.1:",
                      server_->bind_to_any_port("127.0.0.1"));
  worker_ = std::make_unique<PeriodicWorker>("tls-server", Clock::System(),
                                             [server = server_.get()] {
                                               server->listen_after_bind();
                                               return absl::InfiniteDuration();
                                             });
  EXPECT_TRUE(worker_->Start().ok());
  // A server that does not listen yet cannot be stopped.
  while (!server_->is_running()) absl::SleepFor(absl::Milliseconds(1));
}

TlsServer::~TlsServer() {
  server_->stop();
  worker_->Stop();
}

}  // namespace mirror::internal
