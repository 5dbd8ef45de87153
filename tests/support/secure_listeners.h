// SPDX-License-Identifier: Apache-2.0
//
// What makes a KafkaBroker secure: an address, certificates made for it, a
// listener for each way to log in, users, an authorizer.
//
//   SecureListeners secure({{"alice", "alice-pw"}});
//   auto cluster = TestCluster::Start("A", secure.settings(), secure.host());
//   secure.SetScramPassword("alice", "alice-pw");  // as the broker runs
//   secure.Properties(SecureListeners::kScram, "alice", "alice-pw");
//
// The PLAINTEXT listener, which KafkaBroker itself uses, is the operators'
// door: its clients are User:ANONYMOUS, a super user. By kPlain,
// kScram and kOauth come User:NAME, by kMutualTls User:CN of the certificate.

#ifndef TESTS_SUPPORT_SECURE_LISTENERS_H_
#define TESTS_SUPPORT_SECURE_LISTENERS_H_

#include <map>
#include <string>
#include <vector>

#include "tests/support/test_certificates.h"

namespace mirror::internal::testing {

struct SecureListenersOptions {
  // Name and password: users of the listener kPlain from the start. Those of
  // kScram come by SetScramPassword().
  std::map<std::string, std::string> users;
  // Whether everybody may do what no ACL speaks of. False: nothing but what an
  // ACL allows.
  bool allow_without_acl = true;
};

// Not thread-safe. Calls that reach a broker end the program if they fail.
class SecureListeners {
 public:
  enum Listener {
    kInside,     // no TLS, no login
    kTls,        // TLS, no login
    kMutualTls,  // TLS with a client's certificate
    kPlain,      // SASL_SSL, PLAIN
    kScram,      // SASL_SSL, SCRAM-SHA-256 and SCRAM-SHA-512
    kExpired,    // as kTls, but the broker's certificate has expired
    kOtherName,  // as kTls, but the certificate is for another host
    kOpen,       // as kInside
    kOauth,      // SASL_SSL, OAUTHBEARER with tokens that are not signed
  };

  explicit SecureListeners(SecureListenersOptions options = {});

  // The loopback address that the certificates are for.
  const std::string& host() const { return host_; }
  // For KafkaBroker::Start() and Restart().
  std::vector<std::string> settings() const;
  // "127.x.y.z:9096".
  std::string Servers(Listener listener) const;

  // librdkafka settings of a client of `listener`; user and password where it
  // takes them.
  std::map<std::string, std::string> Properties(
      Listener listener, const std::string& user = "",
      const std::string& password = "") const;

  // The authority that has signed the brokers' certificates and whose clients
  // kMutualTls lets in.
  TestAuthority* authority() { return &authority_; }

  // Makes the user known to kScram, or changes the password.
  void SetScramPassword(const std::string& user, const std::string& password);
  // Gives the listener a certificate that has nothing wrong with it.
  void MendCertificate(Listener listener);
  // Whether the listener speaks TLS from the broker's next start on.
  void SetTls(Listener listener, bool tls) { tls_[listener] = tls; }

 private:
  const SecureListenersOptions options_;
  std::map<Listener, bool> tls_;
  const std::string host_;
  const std::string directory_;
  TestAuthority authority_;
};

}  // namespace mirror::internal::testing

#endif  // TESTS_SUPPORT_SECURE_LISTENERS_H_
