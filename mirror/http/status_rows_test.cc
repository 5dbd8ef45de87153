// SPDX-License-Identifier: Apache-2.0

#include "mirror/http/status_rows.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/http/row_columns.h"
#include "mirror/metrics/metrics_fixture.h"
#include "mirror/telemetry/health.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StatusRowsTest : public testing::Test {
 protected:
  FlowStatus* flow() { return status_.mutable_flows(0); }
  PartitionStatus* partition(int i) {
    return flow()->mutable_workers(0)->mutable_partitions(i);
  }
  PartitionStatus* Add(const std::string& topic, int number, int64_t records) {
    PartitionStatus* const added = flow()->mutable_workers(0)->add_partitions();
    *added = CopyingPartition(topic, number, records);
    return added;
  }
  FlowRow OnlyFlow() {
    FillTotals(flow());
    FillHealth(&status_);
    return FlowRows(status_, rates_).at(0);
  }
  std::vector<CopyRow> Partitions() { return PartitionRows(status_, rates_); }

  template <class Row>
  static std::vector<std::string> Names(const std::vector<Row>& rows) {
    std::vector<std::string> names;
    for (const Row& row : rows) names.push_back(row.Name());
    return names;
  }
  std::vector<std::string> Sorted(const std::string& key, bool down) {
    std::vector<CopyRow> rows = Partitions();
    SortRows(PartitionColumns(), key, down, &rows);
    return Names(rows);
  }

  EngineStatus status_ = CopyingStatus(2);
  RowRates rates_;
};

TEST_F(StatusRowsTest, AFlowSaysHowFarTheTargetIsBehind) {
  EXPECT_EQ(OnlyFlow().summary, "B is 1.5 s and 3 records behind A");
  partition(0)->set_lag(0);
  partition(1)->set_lag(1);
  partition(1)->clear_lag_ms();
  partition(0)->clear_lag_ms();
  EXPECT_EQ(OnlyFlow().summary, "B is 1 record behind A");
  partition(1)->set_lag(0);
  EXPECT_EQ(OnlyFlow().summary, "B has all records of A");
  partition(1)->set_state(PARTITION_STOPPED);
  EXPECT_EQ(OnlyFlow().summary,
            "B has all records of A; 1 of 2 partitions has a problem");
  partition(0)->clear_lag();
  partition(1)->clear_lag();
  partition(1)->set_state(PARTITION_RUNNING);
  EXPECT_EQ(OnlyFlow().summary, "It is not known yet how far B is behind A");
  flow()->clear_workers();
  EXPECT_EQ(OnlyFlow().summary, "No topic is copied");
}

TEST_F(StatusRowsTest, AFlowThatDoesNotRunSaysWhy) {
  flow()->set_state(FLOW_STARTING);
  EXPECT_EQ(OnlyFlow().summary, "This flow is starting");
  flow()->set_reason("cluster A does not answer");
  EXPECT_EQ(OnlyFlow().summary, "cluster A does not answer");
  EXPECT_EQ(OnlyFlow().state, "starting");
  flow()->set_paused(true);
  EXPECT_EQ(OnlyFlow().state, "paused");
}

TEST_F(StatusRowsTest, RatesAreFromOneStatusToTheNext) {
  rates_.Update(status_, absl::FromUnixSeconds(100));
  EXPECT_EQ(Partitions()[0].rate, std::nullopt);
  partition(0)->set_records(1050);
  partition(1)->set_records(1051);
  rates_.Update(status_, absl::FromUnixSeconds(110));
  EXPECT_EQ(Partitions()[0].rate, 5);
  EXPECT_EQ(TopicRows(Partitions())[0].rate, 10);
  EXPECT_EQ(OnlyFlow().rate, 10);
  // Not the average of a time when no one looked.
  rates_.Update(status_, absl::FromUnixSeconds(9000));
  EXPECT_EQ(Partitions()[0].rate, std::nullopt);
}

TEST_F(StatusRowsTest, ATopicIsTheSumAndTheWorstOfItsPartitions) {
  Add("alpha", 0, 7)->clear_lag();
  partition(1)->set_state(PARTITION_STOPPED);
  partition(1)->set_problem(PROBLEM_SOURCE_GAP);
  const std::vector<CopyRow> topics = TopicRows(Partitions());
  ASSERT_THAT(Names(topics), ElementsAre("alpha", "orders"));
  EXPECT_EQ(topics[0].lag, std::nullopt);
  EXPECT_EQ(HealthOf(topics[0]), HEALTH_OK);
  const CopyRow& orders = topics[1];
  EXPECT_EQ(orders.partitions, 2);
  EXPECT_EQ(orders.problems, 1);
  EXPECT_EQ(orders.state, PARTITION_STOPPED);
  EXPECT_EQ(orders.problem, PROBLEM_SOURCE_GAP);
  EXPECT_EQ(orders.records, 2001);
  EXPECT_EQ(orders.lag, 3);
  EXPECT_EQ(orders.lag_ms, 1500);
  EXPECT_EQ(HealthOf(orders), HEALTH_FAILED);
}

TEST_F(StatusRowsTest, ProblemsThatNeedSomeoneToActAreFirst) {
  partition(0)->set_problem(PROBLEM_TARGET_STALLED);
  partition(0)->set_state(PARTITION_BACKING_OFF);
  partition(0)->set_reason("no\nanswer");
  partition(1)->set_state(PARTITION_STOPPED);
  partition(1)->set_problem(PROBLEM_SOURCE_GAP);
  TopicProblem* const topic = flow()->add_topic_problems();
  topic->set_topic("A.loop");
  GroupSync* const group = flow()->mutable_group_offsets()->add_groups();
  group->set_group("billing");
  group->set_state(GROUP_REFUSED);
  PartitionSync* const detail = group->add_details();
  detail->set_topic("A.orders");
  detail->set_refused("denied");
  flow()->mutable_acls()->add_refused()->set_acl("ALLOW READ");
  std::vector<std::string> lines;
  for (const ProblemRow& row : ProblemRows(status_)) {
    lines.push_back(row.flow + "|" + row.subject + "|" + row.problem + "|" +
                    row.reason);
  }
  EXPECT_THAT(lines,
              ElementsAre("A->B|orders-1|stopped: source gap|",
                          "A->B|A.loop|not mirrored|",
                          "A->B|group billing|offsets refused|A.orders-0: "
                          "denied",
                          "A->B|orders-0|backing off: target stalled|no answer",
                          "A->B|ALLOW READ|ACL refused|"));
  EXPECT_THAT(ProblemRows(CopyingStatus(2)), IsEmpty());
}

TEST_F(StatusRowsTest, RowsAreSortedByAnyColumn) {
  Add("alpha", 0, 5)->clear_lag();
  Add("Beta", 0, 5000)->set_state(PARTITION_PAUSED);
  EXPECT_THAT(Sorted("name", false),
              ElementsAre("Beta-0", "alpha-0", "orders-0", "orders-1"));
  EXPECT_THAT(Sorted("records", true),
              ElementsAre("Beta-0", "orders-1", "orders-0", "alpha-0"));
  EXPECT_THAT(Sorted("records", false),
              ElementsAre("alpha-0", "orders-0", "orders-1", "Beta-0"));
  EXPECT_THAT(Sorted("lag", true),
              ElementsAre("orders-1", "Beta-0", "orders-0", "alpha-0"))
      << "without a value: last, and equal ones by name";
  EXPECT_THAT(Sorted("lag", false),
              ElementsAre("Beta-0", "orders-0", "orders-1", "alpha-0"));
}

TEST_F(StatusRowsTest, WithoutAColumnProblemsAreFirstAndThenTheLongestLag) {
  Add("waits", 0, 1)->set_problem(PROBLEM_TARGET_STALLED);
  Add("zombie", 0, 1)->set_state(PARTITION_STOPPED);
  const std::vector<std::string> expected = {"zombie-0", "waits-0", "orders-1",
                                             "orders-0"};
  EXPECT_EQ(Sorted("", false), expected);
  EXPECT_EQ(Sorted("<script>", false), expected);
  EXPECT_EQ(Sorted("state", true), expected);
}

TEST_F(StatusRowsTest, RowsAreFoundByNameInAnyCase) {
  Add("alpha", 0, 5);
  const auto found = [this](const RowFilter& filter) {
    std::vector<CopyRow> rows = Partitions();
    KeepRows(filter, &rows);
    return Names(rows);
  };
  EXPECT_THAT(found({"", "", "RDERS-1"}), ElementsAre("orders-1"));
  EXPECT_THAT(found({"", "", "a.ALP"}), ElementsAre("alpha-0"))
      << "by its name on the target";
  EXPECT_THAT(found({"", "orders", ""}), ElementsAre("orders-0", "orders-1"));
  EXPECT_THAT(found({"", "order", ""}), IsEmpty());
  EXPECT_THAT(found({"B->A", "", ""}), IsEmpty());
  EXPECT_THAT(found({"A->B", "alpha", "x"}), IsEmpty());
}

}  // namespace
}  // namespace mirror::internal
