// SPDX-License-Identifier: Apache-2.0

#include "mirror/daemon/preview_failover.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/daemon/fake_log_sink.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/progress/connect_offset.h"
#include "mirror/runtime/clock.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"
#include "nlohmann/json.hpp"

namespace mirror::internal {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

UncopiedRecords Uncopied(int64_t records, absl::Duration age) {
  UncopiedRecords uncopied;
  uncopied.records = records;
  if (records > 0) uncopied.oldest_age = age;
  return uncopied;
}

GroupPreview Group(const std::string& name, int64_t exact, int64_t rereads,
                   const std::string& skipped_reason = "") {
  GroupPreview group;
  group.group = name;
  group.exact = exact;
  group.rereads = rereads;
  group.skipped_reason = skipped_reason;
  return group;
}

std::vector<FlowPreview> One(FailoverPreview preview) {
  std::vector<FlowPreview> previews;
  previews.push_back({"A->B", std::move(preview)});
  return previews;
}

TEST(PreviewFailoverTest, TopicsAreSumsAndSkippedGroupsAreFirst) {
  FailoverPreview preview;
  preview.partitions[{"done", 0}] = Uncopied(0, {});
  preview.partitions[{"orders", 0}] = Uncopied(1200, absl::Seconds(20));
  preview.partitions[{"orders", 1}] = Uncopied(3, absl::Minutes(2));
  preview.groups = {Group("billing", 12, 7),
                    Group("shipping", 2, 0, "has members")};
  const std::vector<FlowPreview> previews = One(preview);
  EXPECT_TRUE(IsComplete(previews));
  EXPECT_EQ(FormatPreviews(previews),
            "A->B: 1,203 records of 1 topic are not on the target; the oldest "
            "is 2 m old\n"
            "\n"
            "Topic   Partitions  Not copied  Oldest  Unknown\n"
            "orders           2       1,203     2 m  -\n"
            "\n"
            "Group     Exact  Lower bound  Unknown  Reads again  Skipped\n"
            "shipping      2            0        0            0  has members\n"
            "billing      12            0        0            7  -\n");
}

TEST(PreviewFailoverTest, WhereAllIsCopiedASentenceSaysSo) {
  FailoverPreview preview;
  preview.partitions[{"orders", 0}] = Uncopied(0, {});
  EXPECT_EQ(FormatPreviews(One(preview)),
            "A->B: every record is on the target\n");
}

TEST(PreviewFailoverTest, WhatIsUnknownIsNotTakenForNothing) {
  FailoverPreview preview;
  preview.partitions[{"orders", 0}].reason = "no leader";
  EXPECT_FALSE(IsComplete(One(preview)));
  EXPECT_THAT(FormatPreviews(One(preview)),
              HasSubstr("every record is on the target, besides those of "
                        "partitions that are unknown"));
  EXPECT_THAT(FormatPreviews(One(preview)), HasSubstr("no leader"));
  preview.source = absl::UnavailableError("cluster A does not answer");
  EXPECT_FALSE(IsComplete(One(preview)));
  EXPECT_THAT(
      FormatPreviews(One(preview)),
      HasSubstr("what is not copied is unknown: cluster A does not answer"));
}

TEST(PreviewFailoverTest, JsonHasNullForWhatIsUnknown) {
  FailoverPreview preview;
  preview.partitions[{"orders", 0}] = Uncopied(3, absl::Seconds(2));
  preview.partitions[{"orders", 1}].reason = "no \xff leader";
  preview.groups = {Group("billing", 12, 7)};
  preview.groups[0].rereads = std::nullopt;
  std::vector<FlowPreview> previews = One(preview);
  previews.push_back({"B->A", absl::UnavailableError("cluster A is down")});
  const auto json =
      nlohmann::json::parse(PreviewsJson(previews), nullptr, false);
  ASSERT_THAT(json, SizeIs(2));
  EXPECT_EQ(json[0]["flow"], "A->B");
  EXPECT_EQ(json[0]["partitions"][0]["records"], 3);
  EXPECT_EQ(json[0]["partitions"][0]["oldest_age_ms"], 2000);
  EXPECT_TRUE(json[0]["partitions"][1]["records"].is_null());
  EXPECT_EQ(json[0]["groups"][0]["exact"], 12);
  EXPECT_TRUE(json[0]["groups"][0]["rereads"].is_null());
  EXPECT_EQ(json[1]["error"], "cluster A is down");
  EXPECT_FALSE(IsComplete(previews));
}

TEST(PreviewFailoverTest, AFlowIsAskedWithItsFilters) {
  const auto a = std::make_shared<FakeCluster>("A");
  const auto b = std::make_shared<FakeCluster>("B");
  a->CreateTopic("orders", 1);
  a->Fill({"orders", 0}, 5);
  a->CreateTopic("other", 1);
  a->Fill({"other", 0}, 5);
  b->CreateTopic("mm2-offsets.A.internal", 1);
  Record progress;
  progress.key = SourceOffsetKey{"A", {"orders", 0}}.Encode();
  progress.value = EncodeConnectOffsetValue(UpstreamOffset(3));
  b->Append({"mm2-offsets.A.internal", 0}, progress);
  Flow flow("A", "B");
  flow.source.cluster = a;
  flow.target.cluster = b;
  flow.policy = DefaultReplicationPolicy::Create().value();
  flow.topics = RegexTopicFilter::Create("orders").value();
  FakeLogSink sink;
  const FlowPreview preview =
      PreviewFlowFailover(flow, "", Logger(&sink, Clock::System(), "A->B"));
  EXPECT_EQ(preview.flow, "A->B");
  ASSERT_THAT(preview.preview, IsOk());
  ASSERT_THAT(preview.preview->partitions, SizeIs(1));
  EXPECT_EQ(preview.preview->partitions.at({"orders", 0}).records, 1);
}

}  // namespace
}  // namespace mirror::internal
