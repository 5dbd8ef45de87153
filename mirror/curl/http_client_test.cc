// SPDX-License-Identifier: Apache-2.0

#include "mirror/curl/http_client.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/curl/tls_server.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/periodic_worker.h"
#include "mirror/testing/matchers.h"
#include "mirror/transform/schema/fake_schema_registry.h"

namespace mirror::internal {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class HttpClientTest : public ::testing::Test {
 protected:
  HttpClientTest() {
    options_.server = "schema registry";
    options_.url = server_.url();
  }

  std::unique_ptr<HttpClient> Client() {
    auto client = HttpClient::Create(options_);
    EXPECT_THAT(client, IsOk());
    return *std::move(client);
  }
  // The code of HTTP, 0 if there was no answer.
  static int CodeOf(HttpClient* client) {
    const auto answer = client->Get("/schemas/ids/1");
    return answer.ok() ? answer->code : 0;
  }

  FakeSchemaRegistry server_;
  HttpClientOptions options_;
};

TEST_F(HttpClientTest, AnAnswerOfAnyCodeIsAnAnswer) {
  const auto client = Client();
  for (const int code : {200, 302, 404, 503}) {
    server_.SetReply(FakeSchemaRegistry::Reply{code, "text"});
    const auto answer = client->Get("/schemas/ids/1");
    ASSERT_THAT(answer, IsOk());
    EXPECT_EQ(answer->code, code);
    EXPECT_EQ(answer->body, "text");
  }
}

TEST_F(HttpClientTest, PostsAndEscapes) {
  const auto client = Client();
  const std::string subject = "a b/ü?#%";
  const std::string path =
      "/subjects/" + HttpClient::Escaped(subject) + "/versions";
  const auto answer = client->Post(path, R"({"schema":"\"long\""})");
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->code, 200);
  EXPECT_THAT(server_.Subjects(), ::testing::ElementsAre(subject));
  EXPECT_EQ(CodeOf(client.get()), 200);  // GET again after POST
}

TEST_F(HttpClientTest, SendsAUserAndPassword) {
  server_.Add("s", R"({"schema":"\"long\""})");
  server_.RequireAuthorization("Basic dXNlcjpwYXNzOndvcmQ=");
  EXPECT_EQ(CodeOf(Client().get()), 401);
  options_.username = "user";
  options_.password = "pass:word";
  EXPECT_EQ(CodeOf(Client().get()), 200);
}

TEST_F(HttpClientTest, AsksForATokenEveryTime) {
  server_.Add("s", R"({"schema":"\"long\""})");
  server_.RequireAuthorization("Bearer token-2");
  int asked = 0;
  options_.bearer_token = [&asked] {
    return "token-" + std::to_string(++asked);
  };
  const auto client = Client();
  EXPECT_EQ(CodeOf(client.get()), 401);
  EXPECT_EQ(CodeOf(client.get()), 200);
}

TEST_F(HttpClientTest, AServerThatIsDownIsUnavailableUntilItIsBack) {
  const auto client = Client();
  server_.Stop();
  EXPECT_THAT(client->Get("/subjects"),
              StatusIs(absl::StatusCode::kUnavailable,
                       AllOf(HasSubstr(options_.url), HasSubstr("reached"))));
  server_.Start();
  EXPECT_EQ(CodeOf(client.get()), 404);
}

TEST_F(HttpClientTest, AServerThatDoesNotAnswerIsGivenUp) {
  options_.timeout = absl::Milliseconds(50);
  server_.SetStalled(true);
  EXPECT_THAT(Client()->Get("/schemas/ids/1"),
              StatusIs(absl::StatusCode::kDeadlineExceeded, HasSubstr("50ms")));
}

TEST_F(HttpClientTest, ARunningRequestCanBeCancelled) {
  options_.timeout = absl::Hours(1);
  server_.SetStalled(true);
  const auto client = Client();
  PeriodicWorker canceller("cancel", Clock::System(), [&] {
    if (!server_.Requests().empty()) client->Cancel();
    return absl::Milliseconds(1);
  });
  ASSERT_THAT(canceller.Start(), IsOk());
  EXPECT_THAT(client->Get("/schemas/ids/1"),
              StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(HttpClientTest, AnAnswerWithoutAnEndIsRefused) {
  server_.SetReply(
      FakeSchemaRegistry::Reply{200, std::string((16 << 20) + 1, 'x')});
  EXPECT_THAT(Client()->Get("/schemas/ids/1"),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("16 MiB")));
}

TEST_F(HttpClientTest, TrustsOnlyTheConfiguredCertificates) {
  TlsServer server;
  options_.url = server.url();
  EXPECT_THAT(
      Client()->Get("/subjects"),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("ca_file")));
  options_.ca_file = server.certificate_file();
  EXPECT_EQ(Client()->Get("/subjects").value().body, "[]");
  // Its certificate is for 127.0.0.1.
  options_.url =
      absl::StrReplaceAll(server.url(), {{"127.0.0.1", "localhost"}});
  EXPECT_THAT(Client()->Get("/subjects"),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(HttpClientTest, RefusesWhatIsNoUrl) {
  for (const char* url :
       {"", "registry", "ftp://registry", "file:///etc/passwd", "http://",
        "http://a b", "http://registry?x=1", "http://registry#x"}) {
    options_.url = url;
    EXPECT_THAT(HttpClient::Create(options_),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << url;
  }
  options_.url = "https://user:secret@registry:8081";
  EXPECT_THAT(HttpClient::Create(options_),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("password"), Not(HasSubstr("secret")))));
}

TEST_F(HttpClientTest, RefusesTwoWaysToAuthenticate) {
  options_.username = "user";
  options_.bearer_token = [] { return "token"; };
  EXPECT_THAT(HttpClient::Create(options_),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(HttpClientTest, ASlashAtTheEndOfTheUrlDoesNotMatter) {
  options_.url += "/";
  EXPECT_EQ(CodeOf(Client().get()), 404);
  EXPECT_EQ(server_.Requests().back(), "GET /schemas/ids/1");
}

}  // namespace
}  // namespace mirror::internal
