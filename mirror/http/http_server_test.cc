// SPDX-License-Identifier: Apache-2.0

#include "mirror/http/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/runtime/mutex.h"
#include "mirror/testing/matchers.h"
#include "mirror/testing/simulated_clock.h"

namespace mirror::internal {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// More than the sockets of both sides hold.
constexpr size_t kLargeBody = 32 << 20;

// A client that does what it likes with its connection.
class Client {
 public:
  explicit Client(const std::string& url) {
    int port = 0;
    EXPECT_TRUE(absl::SimpleAtoi(url.substr(url.rfind(':') + 1), &port));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(
        connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)),
        0);
  }
  Client(Client&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~Client() {
    if (fd_ >= 0) close(fd_);
  }

  // As much as the server takes.
  void Send(absl::string_view text) const {
    while (!text.empty()) {
      const ssize_t sent = send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      text.remove_prefix(static_cast<size_t>(sent));
    }
  }
  // Until the server closes the connection.
  std::string Receive() const {
    std::string all;
    char buffer[65536];
    for (;;) {
      const ssize_t got = recv(fd_, buffer, sizeof(buffer), 0);
      if (got <= 0) return all;
      all.append(buffer, static_cast<size_t>(got));
    }
  }
  void ReceiveFirst() const {
    char one = 0;
    EXPECT_EQ(recv(fd_, &one, 1, 0), 1);
  }

 private:
  int fd_;
};

std::string Get(const std::string& path, const std::string& headers = "") {
  return absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: x\r\n", headers,
                      "\r\n");
}

class HttpServerTest : public testing::Test {
 protected:
  void Start(HttpServerOptions options = {}) {
    options.address = "127.0.0.1:0";
    auto server =
        HttpServer::Start(options, &clock_, [this](const HttpRequest& request) {
          if (request.path == "/hangs") Hang();
          if (request.path == "/query") return Query(request);
          return HttpResponse{
              200, "text/plain",
              std::make_shared<const std::string>(
                  request.path == "/large"
                      ? std::string(kLargeBody, 'x')
                      : absl::StrCat(request.path,
                                     request.accepts_gzip ? " gzip" : ""))};
        });
    ASSERT_THAT(server, IsOk());
    server_ = *std::move(server);
  }

  // What the handler got, with a policy.
  static HttpResponse Query(const HttpRequest& request) {
    std::string text;
    for (const auto& [name, value] : request.query) {
      absl::StrAppend(&text, "[", name, "=", value, "]");
    }
    HttpResponse response{200, "text/plain",
                          std::make_shared<const std::string>(text)};
    response.content_security_policy = "default-src 'none'";
    return response;
  }

  std::string Ask(const std::string& request) {
    const Client client(server_->url());
    client.Send(request);
    return client.Receive();
  }

  void Hang() {
    MutexLock lock(&mu_);
    hangs_ = true;
    mu_.Await([this]()
                  ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return released_; });
  }
  void AwaitHanging() {
    MutexLock lock(&mu_);
    mu_.Await([this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return hangs_; });
  }
  void Release() {
    MutexLock lock(&mu_);
    released_ = true;
  }

  SimulatedClock clock_;
  Mutex mu_;
  bool hangs_ ABSL_GUARDED_BY(mu_) = false;
  bool released_ ABSL_GUARDED_BY(mu_) = false;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, QueriesAreDecoded) {
  Start();
  EXPECT_THAT(Ask(Get("/query?q=a%26b+c%FF&flow=A-%3EB&q=2&empty=&none&=x")),
              AllOf(HasSubstr("[=x][empty=][flow=A->B][none=][q=a&b c\xff]"),
                    HasSubstr("Content-Security-Policy: default-src 'none'")));
}

TEST_F(HttpServerTest, AnswersAndClosesTheConnection) {
  Start();
  EXPECT_THAT(
      Ask(Get("/a?b=c")),
      AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("Connection: close"),
            HasSubstr("X-Content-Type-Options: nosniff"),
            EndsWith("\r\n\r\n/a")));
}

TEST_F(HttpServerTest, PassesOnWhetherTheClientTakesGzip) {
  Start();
  EXPECT_THAT(Ask(Get("/", "Accept-Encoding: deflate, gzip\r\n")),
              EndsWith("/ gzip"));
  EXPECT_THAT(Ask(Get("/", "Accept-Encoding: gzip;q=0\r\n")), EndsWith("\n/"));
}

TEST_F(HttpServerTest, AnswersHeadWithoutBody) {
  Start();
  EXPECT_THAT(Ask("HEAD /abc HTTP/1.1\r\nHost: x\r\n\r\n"),
              AllOf(HasSubstr("Content-Length: 4\r\n"), EndsWith("\r\n\r\n")));
}

TEST_F(HttpServerTest, RefusesWhatIsNotReading) {
  Start();
  for (const std::string method : {"POST", "PUT", "DELETE", "OPTIONS"}) {
    EXPECT_THAT(Ask(absl::StrCat(method,
                                 " / HTTP/1.1\r\nHost: x\r\n"
                                 "Content-Length: 9999999999\r\n\r\n")),
                AllOf(StartsWith("HTTP/1.1 405"), HasSubstr("Allow: GET")));
  }
}

TEST_F(HttpServerTest, RefusesARequestThatIsTooLarge) {
  Start();
  const Client client(server_->url());
  client.Send(Get("/", absl::StrCat("X: ", std::string(1 << 20, 'x'), "\r\n")));
  EXPECT_THAT(client.Receive(), Not(HasSubstr(" 200 ")));
  EXPECT_THAT(Ask(Get("/")), HasSubstr(" 200 "));
}

TEST_F(HttpServerTest, RefusesWhatIsNotHttp) {
  Start();
  EXPECT_THAT(Ask(std::string("\x16\x03\x01\0\0\r\n\r\n", 9)),
              Not(HasSubstr(" 200 ")));
  EXPECT_THAT(Ask(Get("/")), HasSubstr(" 200 "));
}

TEST_F(HttpServerTest, ARequestThatNeverEndsIsClosedInTime) {
  Start();
  const Client silent(server_->url());
  const Client slow(server_->url());
  slow.Send("GET / HTTP/1.1\r\nX: ");
  EXPECT_THAT(Ask(Get("/")), HasSubstr(" 200 "));
  clock_.Advance(absl::Seconds(19));
  slow.Send("one more byte every now and again");
  EXPECT_THAT(Ask(Get("/")), HasSubstr(" 200 "));
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(slow.Receive(), IsEmpty());
  EXPECT_THAT(silent.Receive(), IsEmpty());
}

TEST_F(HttpServerTest, AResponseThatIsNotReadIsClosedInTime) {
  Start();
  const Client slow(server_->url());
  slow.Send(Get("/large"));
  slow.ReceiveFirst();
  clock_.Advance(absl::Seconds(20));
  EXPECT_THAT(Ask(Get("/")), HasSubstr(" 200 "));
  // The first of these may be answered before the server looks at the time.
  EXPECT_THAT(Ask(Get("/")), HasSubstr(" 200 "));
  EXPECT_LT(slow.Receive().size(), kLargeBody);
}

TEST_F(HttpServerTest, IdleConnectionsKeepNobodyOut) {
  Start();
  std::vector<Client> idle;
  for (int i = 0; i < 300; ++i) idle.emplace_back(server_->url());
  EXPECT_THAT(Ask(Get("/")), HasSubstr(" 200 "));
  EXPECT_THAT(idle.front().Receive(), IsEmpty()) << "the oldest is closed";
}

TEST_F(HttpServerTest, ResponsesThatAreReadTakeBoundedMemory) {
  HttpServerOptions options;
  options.max_response_bytes = kLargeBody + 1000;
  Start(options);
  const Client slow(server_->url());
  slow.Send(Get("/large"));
  slow.ReceiveFirst();
  EXPECT_THAT(Ask(Get("/large")), StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(Ask(Get("/")), HasSubstr(" 200 "));
  slow.Receive();
  EXPECT_GT(Ask(Get("/large")).size(), kLargeBody);
}

TEST_F(HttpServerTest, LivenessIsAnsweredWhileTheHandlerHangs) {
  Start();
  const Client hanging(server_->url());
  hanging.Send(Get("/hangs"));
  AwaitHanging();
  EXPECT_THAT(Ask(Get("/livez")), AllOf(HasSubstr(" 200 "), EndsWith("ok\n")));
  std::vector<Client> waiting;
  for (int i = 0; i < 8; ++i) {
    waiting.emplace_back(server_->url());
    waiting.back().Send(Get("/waits"));
  }
  EXPECT_THAT(Ask(Get("/one-more")), StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(Ask(Get("/livez")), HasSubstr(" 200 "));
  Release();
  EXPECT_THAT(hanging.Receive(), EndsWith("/hangs"));
  for (const Client& client : waiting) {
    EXPECT_THAT(client.Receive(), EndsWith("/waits"));
  }
}

TEST_F(HttpServerTest, AClientThatLeavesWhileTheHandlerHangsIsForgotten) {
  Start();
  {
    const Client gone(server_->url());
    gone.Send(Get("/hangs"));
    AwaitHanging();
  }
  Release();
  EXPECT_THAT(Ask(Get("/a")), EndsWith("/a"));
}

TEST_F(HttpServerTest, StopsWhileRequestsWait) {
  Start();
  const Client hanging(server_->url());
  hanging.Send(Get("/hangs"));
  AwaitHanging();
  const Client waiting(server_->url());
  waiting.Send(Get("/waits"));
  EXPECT_THAT(Ask(Get("/livez")), HasSubstr(" 200 "));
  Release();
  server_.reset();
  hanging.Receive();
  waiting.Receive();  // ends, whatever it is
}

TEST_F(HttpServerTest, StopsWhileClientsAreConnected) {
  Start();
  const Client silent(server_->url());
  EXPECT_THAT(Ask(Get("/")), HasSubstr(" 200 "));
  server_.reset();
  EXPECT_THAT(silent.Receive(), IsEmpty());
}

}  // namespace
}  // namespace mirror::internal
