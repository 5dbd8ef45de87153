// SPDX-License-Identifier: Apache-2.0

#include "tests/support/http_server.h"

#include <httplib.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/mutex.h"

namespace mirror::internal::testing {

// No client's own address, so that no connection takes the port while the
// server is stopped.
constexpr char kHost[] = "127.0.0.2";

HttpServer::HttpServer(AddRoutes add_routes)
    : add_routes_(std::move(add_routes)) {
  Start();
}

HttpServer::~HttpServer() { Stop(); }

std::string HttpServer::url() const {
  return absl::StrCat("http://", kHost, ":", port_);
}

void HttpServer::Stop() {
  if (server_ == nullptr) return;
  server_->stop();
  worker_->Stop();
  server_.reset();
}

void HttpServer::Start() {
  server_ = std::make_unique<httplib::Server>();
  server_->set_keep_alive_timeout(1);
  add_routes_(server_.get());
  if (port_ == 0) {
    port_ = server_->bind_to_any_port(kHost);
  } else if (!server_->bind_to_port(kHost, port_)) {
    port_ = -1;
  }
  if (port_ <= 0) {
    std::fprintf(stderr, "no port for an HTTP server\n");
    std::abort();
  }
  worker_ = std::make_unique<PeriodicWorker>("http-server", Clock::System(),
                                             [server = server_.get()] {
                                               server->listen_after_bind();
                                               return absl::InfiniteDuration();
                                             });
  if (const absl::Status status = worker_->Start(); !status.ok()) {
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    std::abort();
  }
  // A server that does not listen yet cannot be stopped.
  Mutex mu;
  MutexLock lock(&mu);
  while (!server_->is_running()) {
    mu.AwaitFor([] { return false; }, absl::Milliseconds(1));
  }
}

}  // namespace mirror::internal::testing
