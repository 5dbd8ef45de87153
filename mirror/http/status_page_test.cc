// SPDX-License-Identifier: Apache-2.0

#include "mirror/http/status_page.h"

#include <cstddef>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/http/status_page_assets.h"
#include "mirror/metrics/metrics_fixture.h"
#include "mirror/model/utf8.h"
#include "mirror/telemetry/health.h"
#include "mirror/testing/simulated_clock.h"

namespace mirror::internal {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Lt;
using ::testing::Not;

using Query = std::map<std::string, std::string>;

size_t Count(absl::string_view text, absl::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != absl::string_view::npos;
       at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

// How often a tag is opened, less how often it is closed.
int Open(absl::string_view page, const std::string& tag) {
  return static_cast<int>(Count(page, "<" + tag + ">") +
                          Count(page, "<" + tag + " ")) -
         static_cast<int>(Count(page, "</" + tag + ">"));
}

class StatusPageTest : public testing::Test {
 protected:
  FlowStatus* flow() { return status_.mutable_flows(0); }
  PartitionStatus* partition(int i) {
    return flow()->mutable_workers(0)->mutable_partitions(i);
  }
  std::string Render(const Query& query = {}) {
    for (FlowStatus& flow : *status_.mutable_flows()) FillTotals(&flow);
    FillHealth(&status_);
    return page_.Render(status_, clock_.Now(), query);
  }
  // The part of the page with the table.
  std::string Rows(const Query& query) {
    const std::string page = Render(query);
    return page.substr(page.find("<div id=\"rows\""));
  }

  SimulatedClock clock_;
  EngineStatus status_ = CopyingStatus(2);
  StatusPage page_{&clock_};
};

TEST_F(StatusPageTest, AnEngineWithoutFlowsHasAPage) {
  status_ = EngineStatus();
  for (const std::string view : {"topics", "partitions", "groups"}) {
    const std::string page = Render({{"view", view}});
    EXPECT_THAT(page,
                AllOf(HasSubstr("not running"), HasSubstr("There are none."),
                      Not(HasSubstr("<table"))));
  }
}

TEST_F(StatusPageTest, FlowsSayHowTheyAre) {
  flow()->set_last_heartbeat_ms(1700000000000 - 2000);
  Render();
  clock_.Advance(absl::Seconds(10));
  partition(0)->set_records(3000);
  const std::string page = Render();
  EXPECT_THAT(
      page, AllOf(HasSubstr("A-&gt;B</a> <span class=\"pill ok\">ok</span>"),
                  HasSubstr("<p>B is 1.5 s and 3 records behind A.</p>"),
                  HasSubstr("<dt>Records/s</dt><dd>200/s</dd>"),
                  HasSubstr("<dt>Heartbeat</dt><dd>12 s ago</dd>"),
                  HasSubstr("at 22:13:30 UTC"), HasSubstr("There are none.")));
}

TEST_F(StatusPageTest, ProblemsAreBeforeTheTablesWithTheirReason) {
  partition(1)->set_state(PARTITION_STOPPED);
  partition(1)->set_problem(PROBLEM_SOURCE_GAP);
  partition(1)->set_reason("records 5 to 9 are gone; decide");
  const std::string page = Render();
  EXPECT_THAT(page, HasSubstr("<title>1 problem - Kafka mirror</title>"));
  EXPECT_THAT(
      page, HasSubstr("<li><span class=\"pill bad\">stopped: source gap</span> "
                      "<strong>orders-1</strong><p>records 5 to 9 are gone; "
                      "decide</p></li>"));
  EXPECT_LT(page.find("decide"), page.find("<table"));
  EXPECT_THAT(page, HasSubstr("stopped: source gap (1 of 2)"));
}

TEST_F(StatusPageTest, ATopicLeadsToItsPartitions) {
  EXPECT_THAT(Rows({}), HasSubstr("<a href=\"./?view=partitions&amp;flow="
                                  "A-%3EB&amp;name=orders\">orders</a>"));
  const std::string rows =
      Rows({{"view", "partitions"}, {"flow", "A->B"}, {"name", "orders"}});
  EXPECT_EQ(Count(rows, "<tr>"), 3u);
  EXPECT_THAT(rows, AllOf(HasSubstr(">orders-0<"), HasSubstr(">orders-1<"),
                          HasSubstr("1 to 2 of 2")));
}

TEST_F(StatusPageTest, GroupsAreATableToo) {
  GroupSync* const group = flow()->mutable_group_offsets()->add_groups();
  group->set_group("billing");
  group->set_state(GROUP_ACTIVE);
  group->set_partitions(12);
  EXPECT_THAT(Rows({{"view", "groups"}}),
              AllOf(HasSubstr("<th scope=\"row\">billing</th>"),
                    HasSubstr("<span class=\"pill\">active</span>"),
                    HasSubstr("data-label=\"Partitions\">12</td>")));
}

TEST_F(StatusPageTest, AFlowIsAColumnOnlyIfThereAreMore) {
  EXPECT_THAT(Rows({}), Not(HasSubstr("data-label=\"Flow\"")));
  *status_.add_flows() = *flow();
  status_.mutable_flows(1)->set_source("C");
  EXPECT_THAT(Rows({}), HasSubstr("data-label=\"Flow\">C-&gt;B</td>"));
  EXPECT_THAT(Rows({{"flow", "C->B"}}),
              AllOf(Not(HasSubstr("A-&gt;B")), HasSubstr("1 to 1 of 1")));
}

TEST_F(StatusPageTest, AColumnIsSortedByItsLinkAndTurned) {
  EXPECT_THAT(Rows({}), HasSubstr("aria-sort=\"descending\"><a href=\"./?view="
                                  "topics&amp;sort=state&amp;dir=up\">State"));
  const std::string rows =
      Rows({{"view", "partitions"}, {"sort", "lag"}, {"dir", "up"}});
  EXPECT_THAT(rows,
              HasSubstr("aria-sort=\"ascending\"><a href=\"./?view=partitions"
                        "&amp;sort=lag\">Lag<span"));
  EXPECT_LT(rows.find("orders-0"), rows.find("orders-1"));
}

TEST_F(StatusPageTest, FiveThousandPartitionsAreFiftyRowsAPage) {
  status_ = CopyingStatus(5000);
  const std::string first = Render({{"view", "partitions"}});
  EXPECT_THAT(first.size(), Lt(60'000u));
  EXPECT_EQ(Count(first, "<th scope=\"row\">"), 50u);
  EXPECT_THAT(first,
              AllOf(HasSubstr("1 to 50 of 5,000"), HasSubstr("Page 1 of 100"),
                    Not(HasSubstr(">Previous<"))));
  const std::string last = Render({{"view", "partitions"}, {"page", "100"}});
  EXPECT_THAT(last, AllOf(HasSubstr("4,951 to 5,000 of 5,000"),
                          Not(HasSubstr(">Next<"))));
  EXPECT_EQ(Rows({{"view", "partitions"}, {"page", "4000000000"}}),
            last.substr(last.find("<div id=\"rows\"")));
  EXPECT_THAT(Rows({{"view", "partitions"}, {"q", "orders-49"}}),
              HasSubstr("1 to 50 of 111 that match"));
}

TEST_F(StatusPageTest, TheLongestListOfProblemsIsCut) {
  status_ = CopyingStatus(5000);
  for (int i = 0; i < 5000; ++i) {
    partition(i)->set_state(PARTITION_STOPPED);
    partition(i)->set_reason(std::string(5000, 'x'));
  }
  const std::string page = Render();
  EXPECT_THAT(page.size(), Lt(60'000u));
  EXPECT_EQ(Count(page, "<li>"), 20u);
  EXPECT_THAT(page, HasSubstr("And 4,980 more"));
}

TEST_F(StatusPageTest, WrongQueriesAreThePageWithoutThem) {
  const std::string page = Render();
  for (const std::string number : {"0", "-1", "x", "99999999999999999999"}) {
    EXPECT_EQ(Render({{"page", number}}), page) << number;
  }
  EXPECT_EQ(Render({{"view", "<b>"}, {"frobnicate", "1"}}), page);
}

// Names and reasons as a hostile client of the clusters may make them.
constexpr absl::string_view kHostile[] = {
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</title></style></table><svg onload=alert(1)>",
    "javascript:alert(1)&#x3c;b&#x3e;",
    "\xff\xfe<b>\xc3",
    "\x1b[2J\r\nSet-Cookie: a=b\r\n\r\n<html>",
    "\u202e<i>\u2066",
};

TEST_F(StatusPageTest, NoNameIsMarkup) {
  const auto render = [this](absl::string_view text, const std::string& view) {
    const std::string name(text);
    status_ = CopyingStatus(1);
    flow()->set_source(name);
    partition(0)->set_topic(name);
    partition(0)->set_target_topic(name);
    partition(0)->set_reason(name);
    partition(0)->set_state(PARTITION_STOPPED);
    GroupSync* const group = flow()->mutable_group_offsets()->add_groups();
    group->set_group(name);
    group->set_state(GROUP_REFUSED);
    group->set_reason(name);
    return Render({{"view", view}});
  };
  for (const std::string view : {"topics", "partitions", "groups"}) {
    const std::string plain = render("plain", view);
    for (const absl::string_view hostile : kHostile) {
      const std::string page = render(hostile, view);
      EXPECT_TRUE(IsUtf8(page));
      EXPECT_EQ(Count(page, "<"), Count(plain, "<")) << page;
      EXPECT_EQ(Count(page, "\""), Count(plain, "\"")) << page;
      EXPECT_THAT(page, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\r"))));
    }
  }
}

TEST_F(StatusPageTest, NothingOfTheQueryIsMarkup) {
  const std::string page = Render({{"q", "plain"},
                                   {"flow", "plain"},
                                   {"name", "plain"},
                                   {"sort", "plain"}});
  for (const absl::string_view hostile : kHostile) {
    const std::string text(hostile);
    const std::string other =
        Render({{"q", text}, {"flow", text}, {"name", text}, {"sort", text}});
    EXPECT_TRUE(IsUtf8(other));
    EXPECT_EQ(Count(other, "<"), Count(page, "<")) << other;
    EXPECT_EQ(Count(other, "\""), Count(page, "\"")) << other;
  }
}

TEST_F(StatusPageTest, EveryElementIsClosed) {
  status_ = CopyingStatus(200);
  partition(3)->set_state(PARTITION_STOPPED);
  const std::string page = Render({{"view", "partitions"}, {"page", "2"}});
  for (const std::string tag :
       {"html",  "head",  "body", "main",   "section", "article", "table",
        "thead", "tbody", "tr",   "th",     "td",      "a",       "p",
        "ul",    "li",    "dl",   "div",    "span",    "nav",     "form",
        "h1",    "h2",    "h3",   "button", "script",  "header",  "footer"}) {
    EXPECT_EQ(Open(page, tag), 0) << tag;
  }
  // The policy allows neither inside the page.
  EXPECT_THAT(page, AllOf(Not(HasSubstr("style=")), Not(HasSubstr("<style")),
                          Not(HasSubstr("onclick="))));
  EXPECT_THAT(kStatusPagePolicy, Not(HasSubstr("unsafe")));
}

TEST_F(StatusPageTest, WhatTheScriptReplacesIsThere) {
  const std::string page = Render();
  for (const std::string id : {"health", "flows", "problems", "tabs", "rows"}) {
    EXPECT_THAT(page, HasSubstr(absl::StrCat("id=\"", id, "\""))) << id;
  }
  EXPECT_EQ(Count(page, " data-live"), 5u);
  EXPECT_THAT(page, HasSubstr("id=\"stale\""));
  EXPECT_THAT(kStatusPageScript, HasSubstr("getElementById('stale')"));
}

}  // namespace
}  // namespace mirror::internal
