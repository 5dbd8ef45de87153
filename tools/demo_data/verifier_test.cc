// SPDX-License-Identifier: Apache-2.0

#include "tools/demo_data/verifier.h"

#include <functional>
#include <string>

#include "gtest/gtest.h"
#include "mirror/model/record.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"

namespace mirror::demo {
namespace {

using ::testing::HasSubstr;

Record Order(const std::string& key) {
  Record record;
  record.timestamp_ms = 1'700'000'000'000;
  record.key = key;
  record.value = "v";
  record.headers = {{"h", "1"}, {"h", std::nullopt}};
  return record;
}

class VerifierTest : public ::testing::Test {
 protected:
  VerifierTest() {
    primary_.CreateTopic("orders", 2);
    standby_.CreateTopic("primary.orders", 2);
  }
  void AppendToBoth(int32_t partition, const Record& record) {
    primary_.Append({"orders", partition}, record);
    standby_.Append({"primary.orders", partition}, record);
  }
  absl::StatusOr<Comparison> Compare() {
    return CompareTopic(&primary_, "orders", 2, &standby_, "primary.orders",
                        absl::Seconds(10));
  }

  FakeCluster primary_{"primary"};
  FakeCluster standby_{"standby"};
};

TEST_F(VerifierTest, CountsRecordsBytesAndTombstonesOfEqualTopics) {
  AppendToBoth(0, Order("a"));
  Record tombstone = Order("b");
  tombstone.value.reset();
  AppendToBoth(1, tombstone);
  const auto result = Compare();
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->records, 2);
  EXPECT_EQ(result->bytes, 1 + 1 + 3 + 1 + 3);
  EXPECT_EQ(result->tombstones, 1);
}

TEST_F(VerifierTest, OffsetsMayDifferAndAbortedRecordsDoNotCount) {
  primary_.AppendAborted({"orders", 0}, {Order("aborted")});
  AppendToBoth(0, Order("a"));
  const auto result = Compare();
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->records, 1);
}

TEST_F(VerifierTest, NamesTheFieldThatDiffers) {
  const struct {
    const char* name;
    std::function<void(Record*)> change;
  } cases[] = {
      {"key", [](Record* r) { r->key = "other"; }},
      {"key", [](Record* r) { r->key.reset(); }},
      {"value", [](Record* r) { r->value = ""; }},
      {"headers", [](Record* r) { r->headers[1].value = ""; }},
      {"headers", [](Record* r) { std::swap(r->headers[0], r->headers[1]); }},
      {"timestamp", [](Record* r) { ++r->timestamp_ms; }},
  };
  for (int i = 0; i < static_cast<int>(std::size(cases)); ++i) {
    SCOPED_TRACE(i);
    FakeCluster standby("standby");
    FakeCluster primary("primary");
    primary.CreateTopic("orders", 1);
    standby.CreateTopic("copy", 1);
    primary.Append({"orders", 0}, Order("a"));
    Record changed = Order("a");
    cases[i].change(&changed);
    standby.Append({"copy", 0}, changed);
    EXPECT_THAT(CompareTopic(&primary, "orders", 1, &standby, "copy",
                             absl::Seconds(10)),
                StatusIs(absl::StatusCode::kDataLoss,
                         HasSubstr(std::string("another ") + cases[i].name)));
  }
}

TEST_F(VerifierTest, ReportsLostRecords) {
  AppendToBoth(1, Order("a"));
  primary_.Append({"orders", 1}, Order("b"));
  EXPECT_THAT(Compare(), StatusIs(absl::StatusCode::kDataLoss,
                                  HasSubstr("primary: orders-1 has records")));
}

TEST_F(VerifierTest, ReportsDuplicates) {
  AppendToBoth(1, Order("a"));
  standby_.Append({"primary.orders", 1}, Order("a"));
  EXPECT_THAT(Compare(),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("standby: primary.orders-1 has records")));
}

TEST_F(VerifierTest, ReportsAChangedOrder) {
  primary_.Append({"orders", 0}, Order("a"));
  primary_.Append({"orders", 0}, Order("b"));
  standby_.Append({"primary.orders", 0}, Order("b"));
  standby_.Append({"primary.orders", 0}, Order("a"));
  EXPECT_THAT(Compare(),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("another key")));
}

}  // namespace
}  // namespace mirror::demo
