// SPDX-License-Identifier: Apache-2.0

#include "mirror/client/failover_previewer.h"

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/client/client_fixture.h"
#include "mirror/client/mirror_client.h"
#include "mirror/progress/connect_offset.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class FailoverPreviewTest : public ClientFixture {
 protected:
  static constexpr char kProgress[] = "mm2-offsets.primary.internal";

  FailoverPreviewTest() {
    options_.source_alias = "primary";
    options_.source = primary_;
  }

  // A topic of which records before `copied` were copied.
  void Mirror(const std::string& topic, int64_t records, int64_t copied) {
    primary_->CreateTopic(topic, 1);
    primary_->Fill({topic, 0}, records);
    CreateCopy("primary." + topic, copied);
    WriteProgress(topic, copied - 1);
    if (copied > 0) WriteIndex(topic, {Run(0, 0, copied)});
  }
  void WriteProgress(const std::string& topic, int64_t last) {
    Write(kProgress, SourceOffsetKey{"primary", {topic, 0}}.Encode(),
          EncodeConnectOffsetValue(UpstreamOffset(last)));
  }
  // A group that committed `offset` and has the checkpoint `u`.
  void Group(const std::string& group, const std::string& topic, int64_t u,
             int64_t offset) {
    primary_->CommitGroupOffset(group, {topic, 0}, offset);
    WriteCheckpoint(group, "primary." + topic, u, u);
  }

  FailoverPreview Preview() {
    auto preview = client_->PreviewFailover(options_, kTimeout);
    EXPECT_THAT(preview, IsOk());
    return preview.ok() ? *std::move(preview) : FailoverPreview();
  }
  GroupPreview OnlyGroup() {
    const FailoverPreview preview = Preview();
    EXPECT_THAT(preview.groups, SizeIs(1));
    return preview.groups.empty() ? GroupPreview() : preview.groups[0];
  }

  const std::shared_ptr<FakeCluster> primary_ = std::make_shared<FakeCluster>(
      "primary", FakeClusterOptions{"", 1, /*waits=*/false});
  FailoverPreviewOptions options_;
};

TEST_F(FailoverPreviewTest, CountsWhatIsNotCopiedAndHowOldItIs) {
  Mirror("orders", 10, 10);
  Mirror("ledger", 9, 7);
  const int64_t now_ms = absl::ToUnixMillis(clock_.WallTime());
  Record record;
  record.timestamp_ms = now_ms - 90'000;
  primary_->Append({"orders", 0}, record);
  record.timestamp_ms = now_ms - 1000;
  primary_->Append({"orders", 0}, record);
  const FailoverPreview preview = Preview();
  EXPECT_THAT(preview.source, IsOk());
  ASSERT_THAT(preview.partitions, SizeIs(2));
  const UncopiedRecords& orders = preview.partitions.at({"orders", 0});
  EXPECT_EQ(orders.records, 2);
  EXPECT_GE(orders.oldest_age, absl::Seconds(90));
  EXPECT_LT(orders.oldest_age, absl::Seconds(91));
  EXPECT_EQ(preview.partitions.at({"ledger", 0}).records, 2);
  EXPECT_THAT(preview.groups, IsEmpty());
}

TEST_F(FailoverPreviewTest, WhatIsCopiedHasNoAge) {
  Mirror("orders", 10, 10);
  const UncopiedRecords orders = Preview().partitions.at({"orders", 0});
  EXPECT_EQ(orders.records, 0);
  EXPECT_EQ(orders.oldest_age, std::nullopt);
}

TEST_F(FailoverPreviewTest, WhatTheSourceDeletedIsNotCountedAgain) {
  Mirror("orders", 10, 3);
  primary_->DeleteRecordsBefore({"orders", 0}, 8);
  EXPECT_EQ(Preview().partitions.at({"orders", 0}).records, 2);
}

TEST_F(FailoverPreviewTest, TopicsOfWhichNothingIsCopiedCountIfTheFlowHasThem) {
  Mirror("orders", 10, 10);
  primary_->CreateTopic("new", 2);
  primary_->Fill({"new", 1}, 5);
  primary_->CreateTopic("other", 1);
  EXPECT_THAT(Preview().partitions, SizeIs(1));
  options_.copies_topic = [](absl::string_view topic) {
    return topic != "other";
  };
  const FailoverPreview preview = Preview();
  EXPECT_THAT(preview.partitions, SizeIs(3));
  EXPECT_EQ(preview.partitions.at({"new", 0}).records, 0);
  EXPECT_EQ(preview.partitions.at({"new", 1}).records, 5);
}

TEST_F(FailoverPreviewTest, ASourceThatIsGoneLeavesOnlyTheGroupsToSay) {
  Mirror("orders", 10, 10);
  Group("billing", "orders", 4, 6);
  primary_->SetDown(true);
  const FailoverPreview down = Preview();
  EXPECT_THAT(down.source, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(down.partitions.at({"orders", 0}).records, std::nullopt);
  EXPECT_THAT(down.partitions.at({"orders", 0}).reason, HasSubstr("primary"));
  ASSERT_THAT(down.groups, SizeIs(1));
  EXPECT_EQ(down.groups[0].exact, 1);
  EXPECT_EQ(down.groups[0].rereads, std::nullopt);
  options_.source = nullptr;
  EXPECT_THAT(Preview().source, StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(FailoverPreviewTest, AGroupReadsAgainWhatItCommittedAfterItsCheckpoint) {
  Mirror("orders", 10, 10);
  Group("billing", "orders", 4, 7);
  const GroupPreview billing = OnlyGroup();
  EXPECT_EQ(billing.group, "billing");
  EXPECT_EQ(billing.exact, 1);
  EXPECT_EQ(billing.rereads, 3);
  EXPECT_THAT(billing.skipped_reason, IsEmpty());
}

TEST_F(FailoverPreviewTest, ALowerBoundIsReadAgainToTheEndAtMost) {
  Mirror("orders", 10, 10);
  CreateCopy("primary.plain", 8);
  primary_->CreateTopic("plain", 1);
  WriteProgress("plain", 7);
  WriteCheckpoint("billing", "primary.plain", 5, 3);
  const GroupPreview billing = OnlyGroup();
  EXPECT_EQ(billing.lower_bound, 1);
  EXPECT_EQ(billing.rereads, 5);
}

TEST_F(FailoverPreviewTest, AGroupThatWouldNotMoveSaysWhy) {
  Mirror("orders", 10, 10);
  Group("active", "orders", 4, 4);
  standby_->SetGroupActive("active", true);
  Group("lost", "orders", 4, 4);
  WriteCheckpoint("lost", "primary.gone", 4, 4);
  primary_->CommitGroupOffset("new", {"orders", 0}, 9);
  primary_->CommitGroupOffset("elsewhere", {"unrelated", 0}, 9);
  options_.translates_group = [](absl::string_view) { return true; };
  const FailoverPreview preview = Preview();
  ASSERT_THAT(preview.groups, SizeIs(3));
  EXPECT_EQ(preview.groups[0].group, "active");
  EXPECT_THAT(preview.groups[0].skipped_reason, HasSubstr("has members"));
  EXPECT_EQ(preview.groups[1].group, "lost");
  EXPECT_EQ(preview.groups[1].unknown, 1);
  EXPECT_THAT(preview.groups[1].skipped_reason,
              HasSubstr("in 1 of 2 partitions"));
  EXPECT_EQ(preview.groups[2].group, "new");
  EXPECT_THAT(preview.groups[2].skipped_reason, HasSubstr("no checkpoint"));
}

TEST_F(FailoverPreviewTest, OneGroupCanBeAskedFor) {
  Mirror("orders", 10, 10);
  Group("billing", "orders", 4, 4);
  Group("shipping", "orders", 5, 5);
  options_.group = "shipping";
  EXPECT_EQ(OnlyGroup().group, "shipping");
  options_.group = "misspelt";
  EXPECT_THAT(OnlyGroup().skipped_reason, HasSubstr("no checkpoint"));
}

TEST_F(FailoverPreviewTest, AFlowThatNeverRanIsNotFound) {
  EXPECT_THAT(client_->PreviewFailover(options_, kTimeout),
              StatusIs(absl::StatusCode::kNotFound,
                       AllOf(HasSubstr(kProgress), HasSubstr("alias"))));
  Mirror("orders", 10, 10);
  options_.progress_topic = kProgress;
  EXPECT_THAT(Preview().partitions, SizeIs(1));
}

}  // namespace
}  // namespace mirror::internal
