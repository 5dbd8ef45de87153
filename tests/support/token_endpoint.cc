// SPDX-License-Identifier: Apache-2.0

#include "tests/support/token_endpoint.h"

#include <httplib.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "nlohmann/json.hpp"

namespace mirror::internal::testing {
namespace {

using Json = nlohmann::json;

std::string Encoded(const Json& json) {
  return absl::WebSafeBase64Escape(json.dump());
}

}  // namespace

TokenEndpoint::TokenEndpoint(const std::string& client_id,
                             const std::string& client_secret)
    : client_id_(client_id),
      server_([this, authorization = absl::StrCat(
                         "Basic ", absl::Base64Escape(absl::StrCat(
                                       client_id, ":", client_secret)))](
                  httplib::Server* routes) {
        routes->Post("/token", [this, authorization](
                                   const httplib::Request& request,
                                   httplib::Response& response) {
          if (request.get_header_value("Authorization") != authorization ||
              request.get_param_value("grant_type") != "client_credentials") {
            response.status = 401;
            response.set_content(R"({"error":"invalid_client"})",
                                 "application/json");
            return;
          }
          response.set_content(Grant(request.get_param_value("scope")),
                               "application/json");
        });
      }) {}

void TokenEndpoint::SetLifetime(absl::Duration lifetime) {
  MutexLock lock(&mu_);
  lifetime_ = lifetime;
}

int TokenEndpoint::tokens() const {
  MutexLock lock(&mu_);
  return tokens_;
}

std::string TokenEndpoint::scope() const {
  MutexLock lock(&mu_);
  return scope_;
}

std::string TokenEndpoint::Grant(const std::string& scope) {
  MutexLock lock(&mu_);
  ++tokens_;
  scope_ = scope;
  const absl::Time now = absl::Now();
  const Json claims = {{"sub", client_id_},
                       {"iat", absl::ToUnixSeconds(now)},
                       {"exp", absl::ToUnixSeconds(now + lifetime_)}};
  return Json{{"access_token", absl::StrCat(Encoded({{"alg", "none"}}), ".",
                                            Encoded(claims), ".")},
              {"token_type", "bearer"},
              {"expires_in", absl::ToInt64Seconds(lifetime_)}}
      .dump();
}

}  // namespace mirror::internal::testing
