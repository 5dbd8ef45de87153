// SPDX-License-Identifier: Apache-2.0
//
// The syncs a real MM2 wrote, in our store, against the checkpoints the same
// MM2 made of them: at least as far, and never past the true position.

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/checkpoint/checkpoint.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"
#include "mirror/sync/offset_sync.h"
#include "mirror/sync/offset_sync_store.h"
#include "tests/golden/golden.h"
#include "tests/golden/true_position.h"

namespace mirror::internal {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;

class GoldenRun : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    for (const GoldenRecord& record : Records("mm2-offset-syncs")) {
      store_.ApplySync(
          OffsetSync::Decode(*record.key, record.value).value().value());
    }
  }

  static std::vector<GoldenRecord> Records(const std::string& topic) {
    for (const std::string& file : GoldenFiles(topic)) {
      if (absl::StartsWith(file, absl::StrCat(GetParam(), "/"))) {
        return ReadGolden(file);
      }
    }
    return {};
  }

  OffsetSyncStore store_;
};

TEST_P(GoldenRun, TranslatesAtLeastAsFarAsMm2DidAndNeverTooFar) {
  const std::vector<GoldenRecord> records = Records("checkpoints");
  ASSERT_THAT(records, Not(IsEmpty()));
  for (const GoldenRecord& record : records) {
    const Checkpoint mm2 =
        Checkpoint::Decode(*record.key, record.value).value().value();
    TopicPartition source = mm2.topic_partition;
    source.topic = std::string(
        absl::StripPrefix(absl::StripPrefix(source.topic, "A."), "A_"));
    const Translation ours = store_.Translate(source, mm2.upstream);
    ASSERT_TRUE(ours.known()) << mm2;
    EXPECT_GE(ours.offset, mm2.downstream) << mm2;
    EXPECT_LE(ours.offset, TruePosition(GetParam(), source, mm2.upstream))
        << mm2;
  }
}

TEST_P(GoldenRun, IsNeverPastTheTruePositionAnywhere) {
  for (const auto& [source, end] : GoldenSourceEnds()) {
    for (UpstreamOffset u(0); u < UpstreamOffset(end); ++u) {
      const Translation ours = store_.Translate(source, u);
      ASSERT_TRUE(ours.known()) << source << " " << u;
      ASSERT_LE(ours.offset, TruePosition(GetParam(), source, u))
          << source << " " << u;
    }
  }
}

// MM2 forgets most of them: it keeps 64 per partition, exponentially spaced.
TEST_P(GoldenRun, IsExactAtEverySync) {
  for (const GoldenRecord& record : Records("mm2-offset-syncs")) {
    const OffsetSync sync =
        OffsetSync::Decode(*record.key, record.value).value().value();
    const Translation ours =
        store_.Translate(sync.topic_partition, sync.upstream);
    EXPECT_TRUE(ours.exact()) << sync;
    EXPECT_EQ(ours.offset, sync.downstream) << sync;
  }
}

INSTANTIATE_TEST_SUITE_P(Mm2, GoldenRun,
                         testing::Values("default", "identity-syncs-on-target",
                                         "separator-exactly-once"),
                         [](const auto& test) {
                           return absl::StrReplaceAll(test.param, {{"-", "_"}});
                         });

}  // namespace
}  // namespace mirror::internal
