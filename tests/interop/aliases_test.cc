// SPDX-License-Identifier: Apache-2.0
//
// A file that names its clusters source and target and gives them aliases of
// their own: mirror_maker continues where a real MM2 stopped.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/model/record.h"
#include "mirror/testing/matchers.h"
#include "tests/interop/interop_test.h"
#include "tests/support/child_process.h"
#include "tests/support/mirror_maker.h"

namespace mirror::internal::testing {
namespace {

class AliasesTest : public InteropTest {
 protected:
  // B->A only writes heartbeats.
  static std::string AliasesFile() {
    return WriteProperties(absl::StrCat(
        "clusters = target, source\n"
        "source.bootstrap.servers = ",
        A()->servers(), "\ntarget.bootstrap.servers = ", B()->servers(),
        "\n"
        "source.cluster.alias = siteone\n"
        "target.cluster.alias = sitetwo\n"
        "source->target.enabled = true\n"
        "source->target.topics = alerts\n"
        "replication.factor = 1\n"
        "checkpoints.topic.replication.factor = 1\n"
        "heartbeats.topic.replication.factor = 1\n"
        "offset-syncs.topic.replication.factor = 1\n"
        "offset.storage.replication.factor = 1\n"
        "status.storage.replication.factor = 1\n"
        "config.storage.replication.factor = 1\n"
        "target.offset.flush.interval.ms = 1000\n"));
  }

  // Waits for the copies, and so for the topics that are older than they are.
  static void AwaitCopied(int64_t end, ChildProcess* mirror) {
    const auto admin = B()->cluster()->NewAdmin("test").value();
    EXPECT_TRUE(Eventually(
        [&] {
          return admin
                     ->ListOffsets({{"siteone.alerts", 0}},
                                   OffsetSpec::kLatest)[0]
                     .value_or(0) >= end;
        },
        kJavaPatience))
        << mirror->Output();
  }

  // Waits until the stored progress says that `offset` is copied.
  static void AwaitProgress(int64_t offset, ChildProcess* mirror) {
    EXPECT_TRUE(Eventually(
        [&] {
          std::string value;
          for (const auto& records : B()->Read("mm2-offsets.source.internal")) {
            for (const Record& record : records) {
              if (record.key ==
                  R"(["MirrorSourceConnector",{"cluster":"siteone",)"
                  R"("partition":0,"topic":"alerts"}])") {
                value = record.value.value_or("null");
              }
            }
          }
          return value == absl::StrCat(R"({"offset":)", offset, "}");
        },
        kJavaPatience))
        << mirror->Output();
  }
};

TEST_F(AliasesTest, ProgressOfMm2IsResumedUnderTheSourcesAlias) {
  const std::string file = AliasesFile();
  A()->CreateTopic("alerts", 1);
  A()->AppendNumbers({"alerts", 0}, 0, 500);
  const auto mm2 = StartMm2(file);
  AwaitCopied(500, mm2.get());
  AwaitProgress(499, mm2.get());
  Stop(mm2.get());

  A()->AppendNumbers({"alerts", 0}, 500, 500);
  const auto ours = StartMirrorMaker({file});
  AwaitProgress(999, ours.get());
  Stop(ours.get());
  std::vector<std::string> numbers;
  for (int i = 0; i < 1000; ++i) numbers.push_back(absl::StrCat(i));
  EXPECT_THAT(B()->Values("siteone.alerts"), ::testing::ElementsAre(numbers));
  EXPECT_EQ(B()->Partitions("source.alerts"), 0);
  EXPECT_GT(B()->Partitions("siteone.checkpoints.internal"), 0);
  EXPECT_GT(A()->Partitions("mm2-offset-syncs.sitetwo.internal"), 0);
  EXPECT_EQ(A()->Partitions("mm2-offset-syncs.target.internal"), 0);
}

}  // namespace
}  // namespace mirror::internal::testing
