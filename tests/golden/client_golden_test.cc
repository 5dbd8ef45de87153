// SPDX-License-Identifier: Apache-2.0
//
// MirrorClient on the topics that a real MM2 left, against what Java's
// RemoteClusterUtils.translateOffsets answered on the same (client.txt): at
// least as far, and never past the true position.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/client/mirror_client.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"
#include "tests/golden/golden.h"
#include "tests/golden/true_position.h"

namespace mirror {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;

constexpr absl::Duration kTimeout = absl::Seconds(30);
constexpr char kGroup[] = "gruppe ü \"q\"";

// Those with checkpoints.
std::vector<std::string> GroupsOf(const std::string& run) {
  if (run == "identity-syncs-on-target") return {kGroup};
  return {"billing", kGroup};
}

std::shared_ptr<const ReplicationPolicy> PolicyOf(const std::string& run) {
  if (run == "identity-syncs-on-target") {
    return IdentityReplicationPolicy::Create();
  }
  DefaultReplicationPolicy::Options options;
  if (run == "separator-exactly-once") options.separator = "_";
  return DefaultReplicationPolicy::Create(options).value();
}

// By target partition; from lines such as
// "group billing: offsets={A.ledger-0=11, A.orders-0=0}".
std::map<TopicPartition, int64_t> JavasAnswers(const std::string& run,
                                               const std::string& group) {
  const std::string prefix = absl::StrCat("group ", group, ": offsets={");
  std::map<TopicPartition, int64_t> answers;
  const auto lines = ReadGoldenLines(absl::StrCat(run, "/client.txt"));
  for (absl::string_view line : lines) {
    if (!absl::ConsumePrefix(&line, prefix)) continue;
    absl::ConsumeSuffix(&line, "}");
    for (const absl::string_view entry :
         absl::StrSplit(line, ", ", absl::SkipEmpty())) {
      const std::pair<std::string, std::string> parts =
          absl::StrSplit(entry, '=');
      int64_t offset = -1;
      EXPECT_TRUE(absl::SimpleAtoi(parts.second, &offset)) << line;
      answers[TopicPartition::Parse(parts.first).value()] = offset;
    }
  }
  return answers;
}

class GoldenClient : public testing::TestWithParam<std::string> {
 protected:
  GoldenClient() : policy_(PolicyOf(GetParam())) {
    for (const auto& [source, end] : GoldenSourceEnds()) {
      const std::string topic = policy_->FormatRemoteTopic("A", source.topic);
      if (!b_->HasTopic(topic)) b_->CreateTopic(topic, 3);
      b_->Fill({topic, source.partition},
               TruePosition(GetParam(), source, UpstreamOffset(end)).value());
    }
    MirrorClientOptions options;
    options.policy = policy_;
    options.cluster = b_;
    client_ = MirrorClient::Create(std::move(options)).value();
  }

  // Writes the records of the run's file whose name contains `file` to `topic`.
  void Load(const std::string& file, const std::string& topic) {
    for (const std::string& name : GoldenFiles(file)) {
      if (!absl::StartsWith(name, absl::StrCat(GetParam(), "/"))) continue;
      b_->CreateTopic(topic, 1);
      for (GoldenRecord& golden : ReadGolden(name)) {
        Record record;
        record.key = std::move(golden.key);
        record.value = std::move(golden.value);
        b_->Append({topic, 0}, std::move(record));
      }
    }
  }

  void ExpectSafeAnswers(const std::string& group) {
    const auto positions = client_->TranslateOffsets("A", group, kTimeout);
    ASSERT_THAT(positions, IsOkAndHolds(Not(IsEmpty())));
    for (const auto& [target, position] : *positions) {
      const std::string topic =
          absl::StrCat("A", GetParam() == "separator-exactly-once" ? "_" : ".");
      const TopicPartition source{
          std::string(absl::StripPrefix(target.topic, topic)),
          target.partition};
      EXPECT_TRUE(position.known()) << target;
      EXPECT_LE(position.offset,
                TruePosition(GetParam(), source, position.upstream))
          << target << " " << position;
    }
    for (const auto& [target, offset] : JavasAnswers(GetParam(), group)) {
      EXPECT_GE(positions->at(target).offset.value(), offset) << target;
    }
  }

  const std::shared_ptr<const ReplicationPolicy> policy_;
  const std::shared_ptr<FakeCluster> b_ = std::make_shared<FakeCluster>("B");
  std::unique_ptr<MirrorClient> client_;
};

TEST_P(GoldenClient, AnswersFromMm2sCheckpoints) {
  Load("checkpoints", policy_->CheckpointsTopic("A"));
  for (const std::string& group : GroupsOf(GetParam())) {
    ExpectSafeAnswers(group);
  }
  EXPECT_EQ(client_->UnreadableRecords("A"), 0);
}

// Where they were kept on the source, as if they had been kept on the target.
TEST_P(GoldenClient, AnswersFromMm2sCheckpointsAndOffsetSyncs) {
  Load("checkpoints", policy_->CheckpointsTopic("A"));
  Load("mm2-offset-syncs", policy_->OffsetSyncsTopic("A"));
  for (const std::string& group : GroupsOf(GetParam())) {
    ExpectSafeAnswers(group);
  }
  EXPECT_EQ(client_->UnreadableRecords("A"), 0);
}

TEST_P(GoldenClient, IsNeverPastTheTruePositionAnywhere) {
  Load("mm2-offset-syncs", policy_->OffsetSyncsTopic("A"));
  for (const auto& [source, end] : GoldenSourceEnds()) {
    for (UpstreamOffset u(0); u < UpstreamOffset(end); u += 7) {
      const auto answer = client_->TranslateOffset("A", source, u, kTimeout);
      ASSERT_THAT(answer, IsOk()) << source << " " << u;
      ASSERT_LE(answer->offset, TruePosition(GetParam(), source, u))
          << source << " " << u;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Mm2, GoldenClient,
                         testing::Values("default", "identity-syncs-on-target",
                                         "separator-exactly-once"),
                         [](const auto& test) {
                           return absl::StrReplaceAll(test.param, {{"-", "_"}});
                         });

// So that a wrong path or format cannot make the comparison empty.
TEST(GoldenAnswers, AreThere) {
  EXPECT_EQ(JavasAnswers("default", "billing").size(), 4);
  EXPECT_EQ(JavasAnswers("default", kGroup).size(), 4);
  EXPECT_EQ(JavasAnswers("identity-syncs-on-target", kGroup).size(), 4);
}

}  // namespace
}  // namespace mirror
