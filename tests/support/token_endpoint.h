// SPDX-License-Identifier: Apache-2.0
//
// An identity provider for the client credentials grant (RFC 6749, 4.4), served
// by the test itself. Its tokens are not signed: brokers take them that have
// no settings to validate others.
//
//   TokenEndpoint endpoint("mirror", "secret");
//   properties["sasl.oauthbearer.token.endpoint.url"] = endpoint.url();

#ifndef TESTS_SUPPORT_TOKEN_ENDPOINT_H_
#define TESTS_SUPPORT_TOKEN_ENDPOINT_H_

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "mirror/runtime/mutex.h"
#include "tests/support/http_server.h"

namespace mirror::internal::testing {

// Thread safety: thread-safe, but for what server() does.
class TokenEndpoint {
 public:
  // Gives tokens for the user `client_id` to who knows the secret.
  TokenEndpoint(const std::string& client_id, const std::string& client_secret);

  std::string url() const { return server_.url() + "/token"; }
  HttpServer* server() { return &server_; }

  // How long tokens are valid from now on; an hour at first.
  void SetLifetime(absl::Duration lifetime);
  // How many tokens were given out.
  int tokens() const;
  // The scope that the last one was asked for with.
  std::string scope() const;

 private:
  // The answer to a request with this body.
  std::string Grant(const std::string& scope);

  const std::string client_id_;
  mutable Mutex mu_;
  absl::Duration lifetime_ ABSL_GUARDED_BY(mu_) = absl::Hours(1);
  int tokens_ ABSL_GUARDED_BY(mu_) = 0;
  std::string scope_ ABSL_GUARDED_BY(mu_);
  HttpServer server_;
};

}  // namespace mirror::internal::testing

#endif  // TESTS_SUPPORT_TOKEN_ENDPOINT_H_
