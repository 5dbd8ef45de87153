// SPDX-License-Identifier: Apache-2.0
//
// A small HTTP server for pages that are read: GET and HEAD. Nothing that a
// client does holds it up or takes much memory, and a page that takes long
// keeps no liveness probe waiting.
//
//   auto server = HttpServer::Start({"127.0.0.1:9404"}, Clock::System(),
//                                   [&](const HttpRequest& request) {
//                                     return pages.Answer(request);
//                                   });
//   if (!server.ok()) return server.status();
//
// MM2 has Connect's REST server.

#ifndef MIRROR_HTTP_HTTP_SERVER_H_
#define MIRROR_HTTP_HTTP_SERVER_H_

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/runtime/clock.h"

namespace mirror::internal {

struct HttpRequest {
  std::string path;  // without the query
  bool accepts_gzip = false;
  // Decoded; of a name that is there twice, the first value.
  std::map<std::string, std::string> query = {};
};

struct HttpResponse {
  int code = 200;
  std::string content_type;
  std::shared_ptr<const std::string> body;   // not null
  bool gzip = false;                         // what `body` is
  std::string content_security_policy = "";  // "": none
};

struct HttpServerOptions {
  std::string address;  // as of Listen()
  bool allow_public = false;
  // From its beginning a connection has so long for request and response, each
  // of which is the only one.
  absl::Duration max_time = absl::Seconds(20);
  // One more closes the oldest, first of those that have not sent their
  // request.
  size_t max_connections = 48;
  // Of request line and headers.
  size_t max_request_bytes = 16 << 10;
  // Of responses that are being read, and of requests that wait for the
  // handler. More are "503".
  size_t max_response_bytes = 128 << 20;
  size_t max_waiting = 8;
  // Is "200 ok" without the handler, as long as the server turns.
  std::string live_path = "/livez";
};

// Thread safety: thread-safe. The handler is called on a thread of its own, one
// call at a time; another thread serves the clients.
// Lifetime: the destructor awaits the handler, closes all connections and
// joins; `clock` and what the handler uses must outlive the server.
class HttpServer {
 public:
  using Handler = std::function<HttpResponse(const HttpRequest&)>;

  // Errors: as of Listen(). ResourceExhausted: no thread is to be had.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(
      HttpServerOptions options, Clock* clock, Handler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // "http://127.0.0.1:9404".
  std::string url() const;

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace mirror::internal

#endif  // MIRROR_HTTP_HTTP_SERVER_H_
