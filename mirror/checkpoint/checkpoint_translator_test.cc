// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/checkpoint_translator.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/policy/renaming_replication_policy.h"

namespace mirror::internal {
namespace {

struct Vector {
  std::vector<OffsetSync> syncs;
  TopicPartition source;
  int64_t upstream;
  // Where the checkpoint is; nullopt: none.
  std::optional<TopicPartition> target;
  int64_t downstream;
};

OffsetSync Sync(const char* topic, int32_t partition, int64_t u, int64_t d) {
  return {{topic, partition}, UpstreamOffset(u), DownstreamOffset(d)};
}

class Mm2Translation : public testing::TestWithParam<Vector> {};

TEST_P(Mm2Translation, NamesAndTranslatesAsMm2Does) {
  OffsetSyncStore store;
  for (const OffsetSync& sync : GetParam().syncs) store.ApplySync(sync);
  const CheckpointTranslator translator(
      "source1", "target2", DefaultReplicationPolicy::Create().value(),
      RegexTopicFilter::Create().value(), &store);
  const auto result = translator.Translate("group", GetParam().source,
                                           {GetParam().upstream, ""});
  ASSERT_TRUE(result.has_value());
  if (!GetParam().target.has_value()) {
    EXPECT_EQ(result->exactness, Exactness::kUnknown);
    return;
  }
  EXPECT_NE(result->exactness, Exactness::kUnknown);
  EXPECT_EQ(result->checkpoint,
            (Checkpoint{"group", *GetParam().target,
                        UpstreamOffset(GetParam().upstream),
                        DownstreamOffset(GetParam().downstream), ""}));
}

using Tp = TopicPartition;

INSTANTIATE_TEST_SUITE_P(
    Mm2, Mm2Translation,
    testing::Values(
        Vector{{Sync("topic1", 2, 3, 4)},
               {"topic1", 2},
               10,
               Tp{"source1.topic1", 2},
               5},
        // What began on the target keeps its name there.
        Vector{{Sync("target2.topic5", 6, 7, 8)},
               {"target2.topic5", 6},
               12,
               Tp{"topic5", 6},
               9},
        Vector{{Sync("target2.topic5", 6, 7, 8)},
               {"target2.topic5", 6},
               7,
               Tp{"topic5", 6},
               8},
        Vector{{Sync("source6.topic7", 8, 0, 0)},
               {"source6.topic7", 8},
               0,
               Tp{"source1.source6.topic7", 8},
               0},
        Vector{{Sync("topic1", 0, 3, 4)}, {"topic1", 1}, 10, std::nullopt, 0},
        Vector{{Sync("t", 0, 11, 4), Sync("t", 0, 12, 5)},
               {"t", 0},
               13,
               Tp{"source1.t", 0},
               6},
        // Older than the oldest sync.
        Vector{{Sync("t", 0, 100, 200)}, {"t", 0}, 5, std::nullopt, 0}));

TEST(CheckpointTranslator, OnlyTheFilterDecidesWhichTopicsCount) {
  OffsetSyncStore store;
  const CheckpointTranslator translator(
      "A", "B", DefaultReplicationPolicy::Create().value(),
      RegexTopicFilter::Create("orders.*", "orders-secret").value(), &store);
  EXPECT_TRUE(translator.Translate("g", {"orders", 0}, {1, ""}).has_value());
  EXPECT_FALSE(
      translator.Translate("g", {"orders-secret", 0}, {1, ""}).has_value());
  EXPECT_FALSE(translator.Translate("g", {"ledger", 0}, {1, ""}).has_value());
}

TEST(CheckpointTranslator, KeepsNamesUnderTheIdentityPolicy) {
  OffsetSyncStore store;
  IdentityReplicationPolicy::Options options;
  options.source_alias = "A";
  const CheckpointTranslator translator(
      "A", "B", IdentityReplicationPolicy::Create(options),
      RegexTopicFilter::Create().value(), &store);
  EXPECT_EQ(translator.TargetTopic("orders"), "orders");
  EXPECT_EQ(translator.TargetTopic("heartbeats"), "A.heartbeats");
}

TEST(CheckpointTranslator, FindsTheSourceOfWhatItTranslatesTo) {
  OffsetSyncStore store;
  IdentityReplicationPolicy::Options identity;
  identity.source_alias = "A";
  RenamingReplicationPolicy::Options renaming;
  renaming.names = {{"orders", "bestellungen"}};
  renaming.inner = IdentityReplicationPolicy::Create();
  const std::shared_ptr<const ReplicationPolicy> policies[] = {
      DefaultReplicationPolicy::Create().value(),
      IdentityReplicationPolicy::Create(identity),
      IdentityReplicationPolicy::Create(),
      RenamingReplicationPolicy::Create(renaming).value()};
  for (const auto& policy : policies) {
    const CheckpointTranslator translator(
        "A", "B", policy, RegexTopicFilter::Create().value(), &store);
    for (const char* topic : {"orders", "C.orders", "B.orders", "heartbeats"}) {
      const std::string target = translator.TargetTopic(topic);
      EXPECT_EQ(translator.SourcePartition({target, 3}),
                (TopicPartition{topic, 3}))
          << target;
    }
  }
}

TEST(CheckpointTranslator, FindsNoSourceWhereItTranslatesNothingTo) {
  OffsetSyncStore store;
  const CheckpointTranslator translator(
      "A", "B", DefaultReplicationPolicy::Create().value(),
      RegexTopicFilter::Create().value(), &store);
  EXPECT_EQ(translator.SourcePartition({"C.orders", 3}), std::nullopt);
}

TEST(CheckpointTranslator, SaysWhetherTheAnswerIsExactAndKeepsTheMetadata) {
  OffsetSyncStore store;
  store.Begin({"orders", 0}, UpstreamOffset(0),
              {DownstreamOffset(500), DownstreamOffset(500)});
  store.Append({"orders", 0},
               {{UpstreamOffset(0), DownstreamOffset(500), 1000}});
  const CheckpointTranslator translator(
      "A", "B", DefaultReplicationPolicy::Create().value(),
      RegexTopicFilter::Create().value(), &store);
  const auto inside = translator.Translate("g", {"orders", 0}, {7, "note"});
  EXPECT_EQ(inside->exactness, Exactness::kExact);
  EXPECT_EQ(inside->checkpoint.downstream, DownstreamOffset(507));
  EXPECT_EQ(inside->checkpoint.metadata, "note");
  EXPECT_EQ(translator.Translate("g", {"orders", 0}, {2000, ""})->exactness,
            Exactness::kLowerBound);
}

}  // namespace
}  // namespace mirror::internal
