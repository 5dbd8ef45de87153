// SPDX-License-Identifier: Apache-2.0
//
// An HTTP service on a loopback address that the test itself serves and takes
// away.
//
//   HttpServer server([](httplib::Server* routes) { routes->Get(...); });
//   ... server.url() ...
//   server.Stop();

#ifndef TESTS_SUPPORT_HTTP_SERVER_H_
#define TESTS_SUPPORT_HTTP_SERVER_H_

#include <functional>
#include <memory>
#include <string>

#include "mirror/runtime/periodic_worker.h"

namespace httplib {
class Server;
}  // namespace httplib

namespace mirror::internal::testing {

// Thread safety: thread-compatible; handlers run on threads of its own.
class HttpServer {
 public:
  using AddRoutes = std::function<void(httplib::Server*)>;

  // Starts. `add_routes` is called at each start.
  explicit HttpServer(AddRoutes add_routes);
  ~HttpServer();

  // "http://127.0.0.2:40123".
  std::string url() const;

  // Refuses connections until Start(), which takes the same port. Waits for
  // handlers.
  void Stop();
  void Start();

 private:
  const AddRoutes add_routes_;
  int port_ = 0;
  std::unique_ptr<httplib::Server> server_;
  std::unique_ptr<PeriodicWorker> worker_;
};

}  // namespace mirror::internal::testing

#endif  // TESTS_SUPPORT_HTTP_SERVER_H_
