// SPDX-License-Identifier: Apache-2.0
//
// Certificates for one test run: an authority, what it signs, and the stores
// that Kafka keeps them in. Keys are generated each time.
//
//   TestAuthority authority("test CA", MakeTestDirectory("tls"));
//   const std::string broker = authority.Issue({"broker", "127.0.0.1"});

#ifndef TESTS_SUPPORT_TEST_CERTIFICATES_H_
#define TESTS_SUPPORT_TEST_CERTIFICATES_H_

#include <memory>
#include <string>

namespace mirror::internal::testing {

struct CertificateRequest {
  // The subject, CN=name; also names the files.
  std::string name;
  // The IP address or DNS name that it is for; empty: none, as for clients.
  std::string host = {};
  // Was valid until an hour ago.
  bool expired = false;
};

// Ends the program if a file cannot be written. Not thread-safe.
class TestAuthority {
 public:
  TestAuthority(const std::string& name, std::string directory);
  ~TestAuthority();

  // The authority's own certificate, PEM.
  const std::string& ca_file() const { return ca_file_; }
  // A PKCS12 store with that certificate and no key.
  std::string TrustStore(const std::string& password) const;

  // Makes a key and signs its certificate. Returns a PEM file with both, as
  // Kafka wants it.
  std::string Issue(const CertificateRequest& request);
  // The same as a PKCS12 store.
  std::string IssueKeyStore(const CertificateRequest& request,
                            const std::string& password);

 private:
  struct Identity;  // a key and its certificate

  Identity Sign(const CertificateRequest& request) const;

  const std::string directory_;
  const std::string ca_file_;
  const std::unique_ptr<Identity> own_;
};

// The content of a file.
std::string ReadTestFile(const std::string& path);

}  // namespace mirror::internal::testing

#endif  // TESTS_SUPPORT_TEST_CERTIFICATES_H_
