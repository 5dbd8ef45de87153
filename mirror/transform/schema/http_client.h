// SPDX-License-Identifier: Apache-2.0
//
// Requests to one HTTP server: libcurl as Status and strings. No other file
// includes it.
//
//   auto client = HttpClient::Create(options);
//   auto answer = (*client)->Get("/subjects");

#ifndef MIRROR_TRANSFORM_SCHEMA_HTTP_CLIENT_H_
#define MIRROR_TRANSFORM_SCHEMA_HTTP_CLIENT_H_

#include <atomic>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mirror/transform/schema/schema_registry_options.h"

namespace mirror::internal {

struct HttpAnswer {
  int code = 0;  // of HTTP, e.g. 404
  std::string body;
};

// Keeps its connection from request to request. Certificates are always
// checked, redirections never followed: they would be given the credentials.
//
// Thread safety: thread-compatible, but Cancel() may come from any thread.
// Errors: an answer of any code is no error. Unavailable: there was none;
// DeadlineExceeded: not in time; FailedPrecondition: the server's certificate
// is not trusted; Cancelled. Messages name the URL.
class HttpClient {
 public:
  // InvalidArgument: the URL is none, or has a password in it; both ways of
  // authentication.
  static absl::StatusOr<std::unique_ptr<HttpClient>> Create(
      SchemaRegistryOptions options);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  const std::string& url() const { return options_.url; }

  // `path` begins with a slash and is escaped where need be.
  absl::StatusOr<HttpAnswer> Get(const std::string& path);
  absl::StatusOr<HttpAnswer> Post(const std::string& path,
                                  const std::string& json);

  // Ends a running request within a second, and every later one at once.
  void Cancel() { cancelled_ = true; }

  // `segment` as a part of a path between slashes.
  static std::string Escaped(absl::string_view segment);

 private:
  explicit HttpClient(SchemaRegistryOptions options);

  absl::Status SetUp();
  // `json` is null for GET.
  absl::StatusOr<HttpAnswer> Send(const std::string& path,
                                  const std::string* json);
  absl::Status Problem(int curl_code, const char* detail) const;

  const SchemaRegistryOptions options_;
  std::atomic<bool> cancelled_{false};
  void* curl_ = nullptr;  // CURL*
};

}  // namespace mirror::internal

#endif  // MIRROR_TRANSFORM_SCHEMA_HTTP_CLIENT_H_
