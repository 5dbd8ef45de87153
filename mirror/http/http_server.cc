// SPDX-License-Identifier: Apache-2.0

#include "mirror/http/http_server.h"

#include <microhttpd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "mirror/http/listen_address.h"
#include "mirror/runtime/mutex.h"
#include "mirror/runtime/periodic_worker.h"

namespace mirror::internal {
namespace {

// How long the thread waits for clients before it looks at the time.
constexpr int kTurnMs = 100;
// While a page is made, or connections make room for others: the library does
// not always wake for these.
constexpr int kBusyTurnMs = 5;

struct ResponseDeleter {
  void operator()(MHD_Response* response) const {
    MHD_destroy_response(response);
  }
};
using ResponsePtr = std::unique_ptr<MHD_Response, ResponseDeleter>;

HttpResponse PlainText(int code, const std::string& text) {
  return {code, "text/plain; charset=utf-8",
          std::make_shared<const std::string>(text)};
}

bool AcceptsGzip(MHD_Connection* connection) {
  const char* const accepted = MHD_lookup_connection_value(
      connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT_ENCODING);
  return accepted != nullptr && absl::StrContains(accepted, "gzip") &&
         !absl::StrContains(accepted, "gzip;q=0");
}

// Bounded by the size of a request.
std::map<std::string, std::string> QueryOf(MHD_Connection* connection) {
  std::map<std::string, std::string> query;
  MHD_get_connection_values_n(
      connection, MHD_GET_ARGUMENT_KIND,
      [](void* closure, MHD_ValueKind, const char* name, size_t name_size,
         const char* value, size_t value_size) {
        static_cast<std::map<std::string, std::string>*>(closure)->emplace(
            std::string(name, name_size),
            value == nullptr ? "" : std::string(value, value_size));
        return MHD_YES;
      },
      &query);
  return query;
}

}  // namespace

// All but Start(), AnswerNext() and the destructor is on the loop's thread.
struct HttpServer::Impl {
  struct Connection {
    int fd = -1;
    absl::Time since;
    bool answered = false;
    bool closing = false;
  };
  // A request that waits for the handler. It is the library's `context`, and
  // goes when the library has completed it.
  struct Exchange {
    MHD_Connection* connection;
    HttpRequest request;
    std::optional<HttpResponse> response;  // none if the server stops
  };
  // A body that a response reads from, and that counts while it does.
  struct Body {
    Impl* server;
    std::shared_ptr<const std::string> text;
  };

  Impl(HttpServerOptions server_options, Clock* server_clock,
       Handler server_handler)
      : options(std::move(server_options)),
        clock(server_clock),
        handler(std::move(server_handler)),
        pages("http-pages", clock, [this] { return AnswerNext(); }),
        loop("http", clock, [this] { return RunOnce(); }) {}

  ~Impl() {
    // No connection may be suspended when the library stops.
    for (Exchange* const exchange : StopWaiting()) {
      MHD_resume_connection(exchange->connection);
    }
    pages.Stop();
    loop.Stop();
    if (daemon != nullptr) MHD_stop_daemon(daemon);
  }

  std::deque<Exchange*> StopWaiting() {
    MutexLock lock(&mu);
    stopping = true;
    return std::exchange(waiting, {});
  }

  absl::Status Start() {
    auto listening = Listen(options.address, options.allow_public);
    if (!listening.ok()) return listening.status();
    address = listening->address;
    // The library starts no thread and prints nothing; it closes the socket
    // when it is stopped.
    daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, nullptr, nullptr,
        &Impl::OnRequest, this, MHD_OPTION_LISTEN_SOCKET, listening->fd,
        MHD_OPTION_CONNECTION_LIMIT,
        static_cast<unsigned>(options.max_connections + 16),
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, options.max_request_bytes,
        MHD_OPTION_NOTIFY_CONNECTION, &Impl::OnConnection, this,
        MHD_OPTION_NOTIFY_COMPLETED, &Impl::OnCompleted, this, MHD_OPTION_END);
    if (daemon == nullptr) {
      close(listening->fd);
      return absl::ResourceExhaustedError(
          absl::StrCat("cannot serve HTTP on ", address));
    }
    if (absl::Status status = pages.Start(); !status.ok()) return status;
    return loop.Start();
  }

  absl::Duration RunOnce() {
    const bool busy =
        exchanges > 0 || connections.size() >= options.max_connections;
    MHD_run_wait(daemon, busy ? kBusyTurnMs : kTurnMs);
    const absl::Time now = clock->Now();
    for (Connection& connection : connections) {
      if (now - connection.since >= options.max_time) Close(&connection);
    }
    return absl::ZeroDuration();
  }

  // The library notices, and calls OnConnection().
  static void Close(Connection* connection) {
    if (!std::exchange(connection->closing, true)) {
      shutdown(connection->fd, SHUT_RDWR);
    }
  }

  void CloseOldest() {
    const auto open = [](const Connection& c) { return !c.closing; };
    auto oldest = std::find_if(
        connections.begin(), connections.end(),
        [&open](const Connection& c) { return open(c) && !c.answered; });
    if (oldest == connections.end()) {
      oldest = std::find_if(connections.begin(), connections.end(), open);
    }
    if (oldest != connections.end()) Close(&*oldest);
  }

  static void OnConnection(void* self, MHD_Connection* connection,
                           void** context,
                           MHD_ConnectionNotificationCode code) {
    auto* const impl = static_cast<Impl*>(self);
    auto* const known = static_cast<Connection*>(*context);
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
      impl->connections.remove_if(
          [known](const Connection& c) { return &c == known; });
      return;
    }
    if (impl->connections.size() >= impl->options.max_connections) {
      impl->CloseOldest();
    }
    const MHD_ConnectionInfo* const info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    impl->connections.push_back({info->connect_fd, impl->clock->Now()});
    *context = &impl->connections.back();
  }

  static MHD_Result OnRequest(void* self, MHD_Connection* connection,
                              const char* url, const char* method,
                              const char* /*version*/, const char* /*data*/,
                              size_t* data_size, void** context) {
    auto* const impl = static_cast<Impl*>(self);
    const MHD_ConnectionInfo* const info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    static_cast<Connection*>(info->socket_context)->answered = true;
    // A body is never read: the response ends the connection.
    const absl::string_view name = method;
    if (name != MHD_HTTP_METHOD_GET && name != MHD_HTTP_METHOD_HEAD) {
      return impl->Send(connection,
                        PlainText(405, "only GET and HEAD are answered\n"));
    }
    if (impl->options.live_path == url) {
      return impl->Send(connection, PlainText(200, "ok\n"));
    }
    if (*context == nullptr) {
      return impl->Wait(connection,
                        {url, AcceptsGzip(connection), QueryOf(connection)},
                        context);
    }
    if (*data_size > 0) return MHD_NO;
    return impl->SendAnswer(connection, static_cast<Exchange*>(*context));
  }

  // Leaves the request to the handler's thread, and the connection alone.
  MHD_Result Wait(MHD_Connection* connection, HttpRequest request,
                  void** context) {
    {
      MutexLock lock(&mu);
      if (stopping || waiting.size() >= options.max_waiting) {
        return Send(connection, PlainText(503, "too many requests wait\n"));
      }
      auto* const exchange =
          new Exchange{connection, std::move(request), std::nullopt};
      ++exchanges;
      *context = exchange;
      MHD_suspend_connection(connection);
      waiting.push_back(exchange);
    }
    pages.Wake();
    return MHD_YES;
  }

  // On the handler's thread.
  absl::Duration AnswerNext() {
    Exchange* exchange = nullptr;
    {
      MutexLock lock(&mu);
      if (waiting.empty()) return absl::InfiniteDuration();
      exchange = waiting.front();
      waiting.pop_front();
    }
    exchange->response = handler(exchange->request);
    MHD_resume_connection(exchange->connection);
    return absl::ZeroDuration();
  }

  MHD_Result SendAnswer(MHD_Connection* connection, Exchange* exchange) {
    if (!exchange->response.has_value()) {
      return Send(connection, PlainText(503, "the server stops\n"));
    }
    HttpResponse response = *std::exchange(exchange->response, std::nullopt);
    if (response_bytes > 0 &&
        response_bytes + response.body->size() > options.max_response_bytes) {
      response = PlainText(503, "too many responses are being read\n");
    }
    return Send(connection, std::move(response));
  }

  static void OnCompleted(void* self, MHD_Connection* /*connection*/,
                          void** context, MHD_RequestTerminationCode /*code*/) {
    auto* const exchange = static_cast<Exchange*>(*context);
    if (exchange == nullptr) return;
    --static_cast<Impl*>(self)->exchanges;
    delete exchange;
    *context = nullptr;
  }

  MHD_Result Send(MHD_Connection* connection, HttpResponse response) {
    auto body = std::make_unique<Body>(Body{this, std::move(response.body)});
    const size_t size = body->text->size();
    const ResponsePtr reply(
        MHD_create_response_from_buffer_with_free_callback_cls(
            size, const_cast<char*>(body->text->data()), &Impl::FreeBody,
            body.get()));
    if (reply == nullptr) return MHD_NO;
    body.release();
    response_bytes += size;
    const auto add = [&reply](const char* name, const std::string& value) {
      MHD_add_response_header(reply.get(), name, value.c_str());
    };
    add(MHD_HTTP_HEADER_CONTENT_TYPE, response.content_type);
    add(MHD_HTTP_HEADER_CONNECTION, "close");
    add(MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    add("X-Content-Type-Options", "nosniff");
    if (!response.content_security_policy.empty()) {
      add("Content-Security-Policy", response.content_security_policy);
    }
    if (response.gzip) add(MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    if (response.code == 405) add(MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    return MHD_queue_response(connection, static_cast<unsigned>(response.code),
                              reply.get());
  }

  static void FreeBody(void* closure) {
    const std::unique_ptr<Body> body(static_cast<Body*>(closure));
    body->server->response_bytes -= body->text->size();
  }

  const HttpServerOptions options;
  Clock* const clock;
  const Handler handler;
  std::string address;
  MHD_Daemon* daemon = nullptr;
  std::list<Connection> connections;  // the oldest first
  size_t response_bytes = 0;          // of bodies that are being read
  size_t exchanges = 0;               // not completed

  Mutex mu;
  bool stopping ABSL_GUARDED_BY(mu) = false;
  std::deque<Exchange*> waiting ABSL_GUARDED_BY(mu);
  PeriodicWorker pages;
  PeriodicWorker loop;
};

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(
    HttpServerOptions options, Clock* clock, Handler handler) {
  auto impl =
      std::make_unique<Impl>(std::move(options), clock, std::move(handler));
  if (absl::Status status = impl->Start(); !status.ok()) return status;
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() = default;

std::string HttpServer::url() const {
  return absl::StrCat("http://", impl_->address);
}

}  // namespace mirror::internal
