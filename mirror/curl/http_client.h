// SPDX-License-Identifier: Apache-2.0
//
// Requests to one HTTP server: libcurl as Status and strings. No other file
// includes it.
//
//   HttpClientOptions options;
//   options.server = "schema registry";
//   options.url = "http://registry:8081";
//   auto client = HttpClient::Create(options);
//   auto answer = (*client)->Get("/subjects");

#ifndef MIRROR_CURL_HTTP_CLIENT_H_
#define MIRROR_CURL_HTTP_CLIENT_H_

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace mirror::internal {

struct HttpClientOptions {
  std::string server;  // what messages call it, such as "schema registry"
  // http:// or https://, a host, and a port or path if need be. The machine's
  // proxy settings do not count.
  std::string url;
  // Basic authentication, unless empty.
  std::string username;
  std::string password;
  // A bearer token instead; asked before every request.
  std::function<std::string()> bearer_token;
  // PEM file of the authorities to trust; empty: the machine's.
  std::string ca_file;
  // For one request, from name look-up to the last byte.
  absl::Duration timeout = absl::Seconds(5);
  std::string media_type = "application/json";
  size_t max_body_bytes = 16 << 20;
};

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
      HttpClientOptions options);
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
  explicit HttpClient(HttpClientOptions options);

  absl::Status SetUp();
  // `json` is null for GET.
  static size_t OnBody(char* data, size_t, size_t size, void* client);
  absl::StatusOr<HttpAnswer> Send(const std::string& path,
                                  const std::string* json);
  absl::Status Problem(int curl_code, const char* detail) const;
  // "schema registry http://registry:8081".
  std::string Server() const;

  const HttpClientOptions options_;
  std::atomic<bool> cancelled_{false};
  void* curl_ = nullptr;  // CURL*
  std::string body_;      // of the running request
};

}  // namespace mirror::internal

#endif  // MIRROR_CURL_HTTP_CLIENT_H_
