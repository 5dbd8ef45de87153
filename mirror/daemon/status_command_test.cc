// SPDX-License-Identifier: Apache-2.0

#include "mirror/daemon/status_command.h"

#include <cstdio>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/http/engine_pages.h"
#include "mirror/http/http_server.h"
#include "mirror/metrics/metrics_fixture.h"
#include "mirror/telemetry/health.h"
#include "mirror/testing/matchers.h"
#include "mirror/testing/simulated_clock.h"
#include "nlohmann/json.hpp"

namespace mirror::internal {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using View = StatusCommand::View;

// A process that serves `status_`.
class StatusCommandTest : public testing::Test {
 protected:
  StatusCommandTest() {
    Fill();
    Serve();
  }

  void Fill() {
    for (FlowStatus& flow : *status_.mutable_flows()) FillTotals(&flow);
    FillHealth(&status_);
  }

  void Serve() {
    HttpServerOptions options;
    options.address = "127.0.0.1:0";
    server_ = HttpServer::Start(options, Clock::System(),
                                [this](const HttpRequest& request) {
                                  return answer_.body != nullptr
                                             ? answer_
                                             : pages_.Answer(request);
                                })
                  .value();
    command_.at = server_->url().substr(7);
  }
  // Of a status that a second has passed for.
  std::string Ask() {
    Fill();
    if (asker_ == nullptr)
      asker_ = StatusAsker::Create(command_, &clock_).value();
    clock_.Advance(absl::Seconds(1));
    const auto text = asker_->Ask();
    EXPECT_THAT(text, IsOk());
    return text.ok() ? *text : "";
  }
  FlowStatus* flow() { return status_.mutable_flows(0); }
  PartitionStatus* partition(int i) {
    return flow()->mutable_workers(0)->mutable_partitions(i);
  }

  SimulatedClock clock_;
  EngineStatus status_ = CopyingStatus(2);
  HttpResponse answer_;  // in place of a page, if it has a body
  EnginePages pages_{[this] { return status_; }, {}, &clock_};
  std::unique_ptr<HttpServer> server_;
  StatusCommand command_;
  std::unique_ptr<StatusAsker> asker_;
};

TEST_F(StatusCommandTest, FlowsAreATableAndASentence) {
  EXPECT_EQ(Ask(),
            "Flow  State    Health  Partitions  Problems  Lag  Lag in time  "
            "Records/s  Copied\n"
            "A->B  running  ok               2         0    3        1.5 s  "
            "        -   2,001\n"
            "\n"
            "A->B: B is 1.5 s and 3 records behind A\n");
}

TEST_F(StatusCommandTest, ProblemsAreFirstWithTheirReason) {
  partition(1)->set_state(PARTITION_STOPPED);
  partition(1)->set_problem(PROBLEM_SOURCE_GAP);
  partition(1)->set_reason("records 5 to 9 are gone; decide");
  const std::string text = Ask();
  EXPECT_THAT(text, HasSubstr("failed  A->B  orders-1  stopped: source gap  "
                              "records 5 to 9 are gone; decide\n"));
  EXPECT_LT(text.find("decide"), text.find("running"));
}

TEST_F(StatusCommandTest, TheSecondAnswerHasRates) {
  command_.view = View::kTopics;
  Ask();
  partition(0)->set_records(1500);
  EXPECT_EQ(Ask(),
            "Topic   Flow  State    Partitions  Lag  Lag in time  Records/s  "
            "Copied  Skipped\n"
            "orders  A->B  running           2    3        1.5 s      500/s  "
            " 2,501        0\n");
}

TEST_F(StatusCommandTest, GroupsThatAreRefusedAreFirst) {
  command_.view = View::kGroups;
  GroupSync* const good = flow()->mutable_group_offsets()->add_groups();
  good->set_group("a");
  good->set_state(GROUP_SYNCED);
  GroupSync* const bad = flow()->mutable_group_offsets()->add_groups();
  bad->set_group("z\xff\x1b[2J");
  bad->set_state(GROUP_REFUSED);
  bad->set_reason("denied");
  const std::string text = Ask();
  EXPECT_THAT(text, HasSubstr("denied\na "));
  // As the JSON between has it, and as a terminal may.
  EXPECT_THAT(text, HasSubstr("\nz\\xff\\u{1b}[2J "));
}

TEST_F(StatusCommandTest, JsonHasNumbersInBaseUnits) {
  command_.json = true;
  partition(1)->set_problem(PROBLEM_TARGET_STALLED);
  auto json = nlohmann::json::parse(Ask(), nullptr, false);
  EXPECT_EQ(json["health"], "degraded");
  EXPECT_EQ(json["problems"][0]["of"], "orders-1");
  EXPECT_EQ(json["flows"][0]["lag_ms"], 1500);
  EXPECT_TRUE(json["flows"][0]["rate"].is_null());
  command_.view = View::kTopics;
  asker_ = nullptr;
  json = nlohmann::json::parse(Ask(), nullptr, false);
  ASSERT_EQ(json.size(), 1u);
  EXPECT_EQ(json[0]["name"], "orders");
  EXPECT_EQ(json[0]["records"], 2001);
}

TEST_F(StatusCommandTest, WhatIsNoMirrorIsSaidToBeNone) {
  answer_ = {200, "text/html", std::make_shared<std::string>("<html>")};
  const auto asker = StatusAsker::Create(command_, &clock_).value();
  EXPECT_THAT(asker->Ask(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                     HasSubstr("--metrics-listen")));
  answer_.code = 404;
  EXPECT_THAT(asker->Ask(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                     HasSubstr("HTTP 404")));
  server_ = nullptr;
  EXPECT_THAT(asker->Ask(),
              StatusIs(absl::StatusCode::kUnavailable,
                       AllOf(HasSubstr("mirror_maker http://127.0.0.1:"),
                             HasSubstr("cannot be reached"))));
  command_.at = "a b";
  EXPECT_THAT(StatusAsker::Create(command_, &clock_),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(StatusCommandTest, WatchingContinuesAfterAnError) {
  command_.watch = true;
  std::FILE* const out = std::tmpfile();
  std::FILE* const errors = std::tmpfile();
  const auto asker = StatusAsker::Create(command_, &clock_).value();
  int waited = 0;
  const auto wait = [&](absl::Duration time) {
    clock_.Advance(time);
    answer_ = {503, "text/plain", std::make_shared<std::string>()};
    if (++waited == 2) answer_.body = nullptr;
    return waited < 3;
  };
  EXPECT_TRUE(RunStatusCommand(command_, asker.get(), wait, out, errors));
  EXPECT_EQ(waited, 3);
  const auto content = [](std::FILE* file) {
    std::string text(100'000, '\0');
    std::rewind(file);
    text.resize(std::fread(text.data(), 1, text.size(), file));
    std::fclose(file);
    return text;
  };
  const std::string text = content(out);
  EXPECT_NE(text.find("A->B: B is"), text.rfind("A->B: B is")) << "twice";
  EXPECT_THAT(content(errors), AllOf(HasSubstr("mirror_maker: http://127."),
                                     HasSubstr("HTTP 503")));
}

}  // namespace
}  // namespace mirror::internal
