// SPDX-License-Identifier: Apache-2.0

#include "mirror/http/engine_pages.h"

#include <zlib.h>

#include <string>
#include <utility>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/metrics/metrics_fixture.h"
#include "mirror/testing/simulated_clock.h"
#include "nlohmann/json.hpp"

namespace mirror::internal {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Lt;
using ::testing::StartsWith;

std::string Gunzip(const std::string& packed) {
  z_stream stream = {};
  EXPECT_EQ(inflateInit2(&stream, MAX_WBITS + 16), Z_OK);
  std::string text(1 << 20, '\0');
  std::string copy = packed;
  stream.next_in = reinterpret_cast<Bytef*>(copy.data());
  stream.avail_in = static_cast<uInt>(copy.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

class EnginePagesTest : public testing::Test {
 protected:
  EnginePagesTest() { status_ = CopyingStatus(1); }

  HttpResponse Get(const std::string& path, bool accepts_gzip = false) {
    return pages_.Answer({path, accepts_gzip});
  }
  nlohmann::json GetJson(const std::string& path) {
    return nlohmann::json::parse(*Get(path).body, nullptr, false);
  }
  FlowStatus* flow() { return status_.mutable_flows(0); }

  SimulatedClock clock_;
  EngineStatus status_;
  int asked_ = 0;
  EnginePages pages_{[this] {
                       ++asked_;
                       return status_;
                     },
                     {},
                     &clock_};
};

TEST_F(EnginePagesTest, MetricsAreInTheFormThatPrometheusReads) {
  const HttpResponse response = Get("/metrics");
  EXPECT_EQ(response.code, 200);
  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(
      *response.body,
      AllOf(HasSubstr("# TYPE kafka_mirror_records_total counter\n"),
            HasSubstr("kafka_mirror_records_total{source=\"A\",target=\"B\","
                      "topic=\"orders\",partition=\"0\"} 1000\n")));
}

TEST_F(EnginePagesTest, PagesArePackedForThoseWhoTakeThat) {
  for (const std::string path : {"/metrics", "/status"}) {
    const std::string plain = *Get(path).body;
    const HttpResponse packed = Get(path, /*accepts_gzip=*/true);
    EXPECT_TRUE(packed.gzip);
    EXPECT_THAT(packed.body->size(), Lt(plain.size()));
    EXPECT_EQ(Gunzip(*packed.body), plain);
  }
}

TEST_F(EnginePagesTest, StatusIsTheProtobufAsJson) {
  const nlohmann::json status = GetJson("/status");
  const nlohmann::json& partition =
      status["flows"][0]["workers"][0]["partitions"][0];
  EXPECT_EQ(partition["target_topic"], "A.orders");
  EXPECT_EQ(partition["records"], "1000");
  EXPECT_EQ(partition["restarts"], "0") << "also what is 0";
  EXPECT_EQ(Get("/status").content_type, "application/json");
}

TEST_F(EnginePagesTest, NamesThatAreNotUtf8AreEscapedInJson) {
  flow()->mutable_group_offsets()->add_groups()->set_group("\xff\"<b>\n");
  flow()->add_health_reasons("caf\xe9");
  const nlohmann::json status = GetJson("/status");
  EXPECT_EQ(status["flows"][0]["group_offsets"]["groups"][0]["group"],
            "\\xff\"<b>\n");
  EXPECT_EQ(status["flows"][0]["health_reasons"][0], "caf\\xe9");
}

TEST_F(EnginePagesTest, PeopleGetAPageWithItsStyleAndScript) {
  const HttpResponse page = Get("/");
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(page.content_security_policy, HasSubstr("default-src 'none'"));
  EXPECT_THAT(*page.body,
              AllOf(StartsWith("<!DOCTYPE html>"),
                    HasSubstr("href=\"status_page.css\""),
                    HasSubstr("src=\"status_page.js\""), HasSubstr("orders")));
  EXPECT_EQ(Get("/status_page.css").content_type, "text/css; charset=utf-8");
  EXPECT_EQ(Get("/status_page.js").content_type,
            "text/javascript; charset=utf-8");
  EXPECT_EQ(Gunzip(*Get("/", /*accepts_gzip=*/true).body), *page.body);
  HttpRequest request{"/"};
  request.query = {{"q", "none such"}};
  EXPECT_THAT(*pages_.Answer(request).body, HasSubstr("None matches."));
}

TEST_F(EnginePagesTest, TheEngineIsAskedOncePerSecondHoweverManyAsk) {
  for (int i = 0; i < 100; ++i) {
    Get("/metrics");
    Get("/status", /*accepts_gzip=*/true);
  }
  EXPECT_EQ(asked_, 1);
  clock_.Advance(absl::Seconds(1));
  flow()->mutable_workers(0)->mutable_partitions(0)->set_records(1001);
  EXPECT_THAT(*Get("/metrics").body, HasSubstr("partition=\"0\"} 1001\n"));
  EXPECT_EQ(asked_, 2);
}

TEST_F(EnginePagesTest, AnEngineThatRunsIsReadyAndHealthy) {
  EXPECT_EQ(Get("/readyz").code, 200);
  EXPECT_EQ(Get("/health").code, 200);
  EXPECT_EQ(GetJson("/health")["status"], "healthy");
}

TEST_F(EnginePagesTest, AnEngineThatDoesNotRunIsStarting) {
  status_.set_started(false);
  EXPECT_EQ(Get("/readyz").code, 503);
  EXPECT_EQ(Get("/health").code, 503);
  EXPECT_EQ(GetJson("/health")["status"], "starting");
  status_.set_started(true);
  flow()->set_state(FLOW_STARTING);
  clock_.Advance(absl::Seconds(5));
  EXPECT_EQ(Get("/readyz").code, 503);
  EXPECT_EQ(Get("/health").code, 503);
}

TEST_F(EnginePagesTest, AFlowThatWaitsForAClusterIsReadyAndSaysSo) {
  flow()->set_state(FLOW_STARTING);
  flow()->set_reason("cluster A does not answer");
  status_.add_health_reasons("flow A->B: cluster A does not answer");
  EXPECT_EQ(Get("/readyz").code, 200);
  EXPECT_THAT(*Get("/readyz").body, HasSubstr("cluster A does not answer"));
  EXPECT_EQ(Get("/health").code, 200);
  EXPECT_EQ(GetJson("/health")["message"],
            "flow A->B: cluster A does not answer");
}

TEST_F(EnginePagesTest, AnEngineOfWhichEveryFlowFailedIsUnhealthy) {
  flow()->set_state(FLOW_FAILED);
  EXPECT_EQ(Get("/readyz").code, 503);
  EXPECT_EQ(Get("/health").code, 500);
  EXPECT_EQ(GetJson("/health")["status"], "unhealthy");
}

TEST_F(EnginePagesTest, OtherPathsAreNotFound) {
  const HttpResponse response = Get("/connectors");
  EXPECT_EQ(response.code, 404);
  EXPECT_EQ(GetJson("/connectors")["error_code"], 404);
}

}  // namespace
}  // namespace mirror::internal
