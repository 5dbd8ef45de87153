// SPDX-License-Identifier: Apache-2.0

#include "mirror/cluster/compacted_records.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class CompactedRecordsTest : public testing::Test {
 protected:
  void Add(int32_t partition, std::optional<absl::string_view> key,
           std::optional<absl::string_view> value) {
    records_.Add(partition,
                 {UpstreamOffset(next_++), 1000 + next_, key, value});
  }

  std::vector<std::string> Take() {
    std::vector<std::string> lines;
    records_.TakeAll([&lines](const RecordView& record) {
      lines.push_back(absl::StrCat(*record.key, "=",
                                   record.value.value_or("null"), " at ",
                                   record.offset.value()));
    });
    return lines;
  }

  CompactedRecords records_;
  int64_t next_ = 0;
};

TEST_F(CompactedRecordsTest, KeepsTheLastOfEachKeyInTheOrderTheyCame) {
  Add(0, "a", "1");
  Add(0, "b", "2");
  Add(0, "a", "3");
  Add(0, "c", "4");
  EXPECT_EQ(records_.size(), 3u);
  EXPECT_THAT(Take(), ElementsAre("b=2 at 1", "a=3 at 2", "c=4 at 3"));
  EXPECT_THAT(Take(), IsEmpty());
}

TEST_F(CompactedRecordsTest, ATombstoneIsALastRecordToo) {
  Add(0, "a", "1");
  Add(0, "a", std::nullopt);
  EXPECT_THAT(Take(), ElementsAre("a=null at 1"));
  Add(0, "a", std::nullopt);
  Add(0, "a", "");
  EXPECT_THAT(Take(), ElementsAre("a= at 3"));
}

TEST_F(CompactedRecordsTest, KeysOfTwoPartitionsAreTwo) {
  Add(3, "a", "1");
  Add(0, "a", "2");
  EXPECT_THAT(Take(), ElementsAre("a=1 at 0", "a=2 at 1"));
}

TEST_F(CompactedRecordsTest, NoKeyIsAnEmptyOne) {
  Add(0, std::nullopt, "1");
  Add(0, "", "2");
  EXPECT_THAT(Take(), ElementsAre("=2 at 1"));
}

TEST_F(CompactedRecordsTest, IsCleared) {
  Add(0, "a", "1");
  records_.Clear();
  EXPECT_THAT(Take(), IsEmpty());
}

}  // namespace
}  // namespace mirror::internal
