// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/memory_writer.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/model/record.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"
#include "mirror/testing/simulated_clock.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

FakeClusterOptions WithoutWaiting() {
  FakeClusterOptions options;
  options.waits = false;
  return options;
}

class MemoryWriterTest : public testing::Test {
 protected:
  MemoryWriterTest()
      : cluster_("B", WithoutWaiting()),
        writer_({"A->B|control-writer", "progress", "index"}, &cluster_,
                &clock_) {
    cluster_.CreateTopic("progress", 1);
    cluster_.CreateTopic("index", 2);
    writer_.SetPartitions(1, 2);
  }
  void Write(const std::string& key) {
    MemoryRecords records;
    records.progress.push_back({key, "value"});
    records.index.push_back({{"orders", 0}, key, std::nullopt});
    writer_.Write(std::move(records), [this, key] { written_.push_back(key); });
  }
  void Turns(int count) {
    for (int i = 0; i < count; ++i) {
      clock_.Advance(absl::Milliseconds(100));
      writer_.Step();
    }
  }
  std::vector<std::string> Progress() {
    std::vector<std::string> keys;
    for (const Record& record : cluster_.Records({"progress", 0})) {
      keys.push_back(record.key.value());
    }
    return keys;
  }
  size_t IndexRecords() {
    return cluster_.Records({"index", 0}).size() +
           cluster_.Records({"index", 1}).size();
  }

  SimulatedClock clock_;
  FakeCluster cluster_;
  MemoryWriter writer_;
  std::vector<std::string> written_;
};

TEST_F(MemoryWriterTest, WritesInOrderAndSaysSo) {
  Write("a");
  Write("b");
  EXPECT_FALSE(writer_.idle());
  Turns(10);
  EXPECT_TRUE(writer_.idle());
  EXPECT_THAT(written_, ElementsAre("a", "b"));
  EXPECT_THAT(Progress(), ElementsAre("a", "b"));
  EXPECT_EQ(IndexRecords(), 2u);
}

TEST_F(MemoryWriterTest, NoProgressIsWrittenBeforeTheIndex) {
  cluster_.FailProduce("index", absl::PermissionDeniedError("no"));
  Write("a");
  Turns(50);
  EXPECT_THAT(Progress(), IsEmpty());
  EXPECT_THAT(written_, IsEmpty());
  EXPECT_THAT(std::string(writer_.status().message()),
              HasSubstr("writing topic index on cluster B"));
  cluster_.FailProduce("index", absl::OkStatus());
  Turns(20);
  EXPECT_THAT(Progress(), ElementsAre("a"));
  EXPECT_THAT(written_, ElementsAre("a"));
  EXPECT_THAT(writer_.status(), IsOk());
}

TEST_F(MemoryWriterTest, AClientThatIsLostIsReplaced) {
  cluster_.HoldAcks();
  Write("a");
  Turns(3);
  cluster_.FenceSinks();
  cluster_.ReleaseAcks();
  Turns(30);
  EXPECT_THAT(written_, ElementsAre("a"));
}

TEST_F(MemoryWriterTest, KeepsNoClientWhenNothingIsWritten) {
  Write("a");
  Turns(10);
  EXPECT_EQ(cluster_.OpenSinks(), 1);
  clock_.Advance(absl::Minutes(2));
  Turns(1);
  EXPECT_EQ(cluster_.OpenSinks(), 0);
  Write("b");
  Turns(10);
  EXPECT_THAT(written_, ElementsAre("a", "b"));
}

}  // namespace
}  // namespace mirror::internal
