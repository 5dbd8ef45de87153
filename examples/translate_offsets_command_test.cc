// SPDX-License-Identifier: Apache-2.0

#include "examples/translate_offsets_command.h"

#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/client/client_fixture.h"
#include "mirror/testing/matchers.h"
#include "nlohmann/json.hpp"

namespace mirror::internal {
namespace {

using ::testing::HasSubstr;
using Format = TranslateOffsetsCommand::Format;

class TranslateOffsetsCommandTest : public ClientFixture {
 protected:
  TranslateOffsetsCommandTest() {
    command_.source = "primary";
    command_.group = "billing";
    CreateCopy("primary.orders", 1500);
    CreateCopy("primary.ledger", 10);
    WriteIndex("orders", {Run(0, 500, 1000)});
    WriteCheckpoint("billing", "primary.orders", 777, 501);
    WriteCheckpoint("billing", "primary.ledger", 8, 3);
  }

  absl::Status Translate() {
    out_.str("");
    notes_.str("");
    return RunTranslateOffsets(client_.get(), command_, out_, notes_);
  }

  TranslateOffsetsCommand command_;
  std::stringstream out_;
  std::stringstream notes_;
};

TEST_F(TranslateOffsetsCommandTest, PrintsALineForEachPartition) {
  EXPECT_THAT(Translate(), IsOk());
  EXPECT_EQ(out_.str(),
            "primary.ledger 0 3 lower-bound\nprimary.orders 0 1277 exact\n");
}

TEST_F(TranslateOffsetsCommandTest, PrintsJson) {
  command_.format = Format::kJson;
  EXPECT_THAT(Translate(), IsOk());
  EXPECT_EQ(nlohmann::json::parse(out_.str()), nlohmann::json::parse(R"([
    {"topic": "primary.ledger", "partition": 0, "offset": 3,
     "exactness": "lower-bound", "origin": "checkpoint", "source_offset": 8,
     "skipped": []},
    {"topic": "primary.orders", "partition": 0, "offset": 1277,
     "exactness": "exact", "origin": "index", "source_offset": 777,
     "skipped": []}])"));
}

TEST_F(TranslateOffsetsCommandTest, TranslatesASinglePosition) {
  command_.group = "";
  command_.topic_partition = TopicPartition{"orders", 0};
  command_.offset = 7;
  EXPECT_THAT(Translate(), IsOk());
  EXPECT_EQ(out_.str(), "primary.orders 0 507 exact\n");
}

TEST_F(TranslateOffsetsCommandTest, WarnsOfWhatTheMirrorSkipped) {
  WriteSkipped("orders", Skipped(700, 777));
  WriteSkipped("orders", Skipped(900, 950));
  EXPECT_THAT(Translate(), IsOk());
  const std::string warning =
      "warning: primary.orders-0: source records that are not there: "
      "[900, 950) source-lost, at most 50 records: gone\n";
  EXPECT_EQ(notes_.str(), warning);
  command_.format = Format::kJson;
  EXPECT_THAT(Translate(), IsOk());
  EXPECT_EQ(notes_.str(), warning);
  EXPECT_EQ(nlohmann::json::parse(out_.str())[1]["skipped"],
            nlohmann::json::parse(R"([
    {"first_offset": 900, "end_offset": 950, "records": 50,
     "reason": "source-lost", "time_ms": 1700000000000, "detail": "gone"}])"));
  command_.topic_partition = TopicPartition{"orders", 0};
  command_.offset = 950;
  EXPECT_THAT(Translate(), IsOk());
  EXPECT_EQ(notes_.str(), "");
}

TEST_F(TranslateOffsetsCommandTest, AppliesOnceAndTakesNothingBack) {
  command_.apply = true;
  EXPECT_THAT(Translate(), IsOk());
  EXPECT_EQ(notes_.str(),
            "primary.ledger-0: committed 3\nprimary.orders-0: committed "
            "1277\n");
  EXPECT_THAT(Translate(), IsOk());
  EXPECT_EQ(notes_.str(),
            "primary.ledger-0: the group is at 3 already\n"
            "primary.orders-0: the group is at 1277 already\n");
}

TEST_F(TranslateOffsetsCommandTest, DoesNotApplyToAnActiveGroup) {
  standby_->CommitGroupOffset("billing", {"primary.orders", 0}, 1);
  standby_->SetGroupActive("billing", true);
  command_.apply = true;
  EXPECT_THAT(Translate(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                    HasSubstr("has members")));
}

TEST_F(TranslateOffsetsCommandTest, AnUnknownPositionIsPrintedAndAFailure) {
  WriteCheckpoint("billing", "primary.gone", 8, 3);
  EXPECT_THAT(Translate(), StatusIs(absl::StatusCode::kNotFound,
                                    HasSubstr("primary.gone-0")));
  EXPECT_THAT(out_.str(), HasSubstr("primary.gone 0 0 unknown\n"));
  command_.apply = true;
  EXPECT_THAT(Translate(), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(notes_.str(), HasSubstr("primary.orders-0: committed 1277\n"));
  EXPECT_THAT(notes_.str(), HasSubstr("primary.gone-0: the position is "
                                      "unknown\n"));
}

TEST(ParseTopicColonPartition, SplitsAtTheLastColon) {
  EXPECT_THAT(ParseTopicColonPartition("orders:3"),
              IsOkAndHolds(TopicPartition{"orders", 3}));
  for (const char* wrong :
       {"orders", "orders:", ":3", "orders:-1", "orders:x"}) {
    EXPECT_THAT(ParseTopicColonPartition(wrong),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

}  // namespace
}  // namespace mirror::internal
