// SPDX-License-Identifier: Apache-2.0
//
// A real MM2 and our mirror_maker take turns, from one file: A->B with its
// offset syncs on the target, B->A with them on the source.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/client/mirror_client.h"
#include "mirror/testing/matchers.h"
#include "tests/interop/interop_test.h"
#include "tests/support/child_process.h"
#include "tests/support/java_tool.h"
#include "tests/support/mirror_maker.h"

namespace mirror::internal::testing {
namespace {

constexpr int32_t kPartitions = 2;

class ChangeoverTest : public InteropTest {
 protected:
  // MM2's turn: 1000 records of each partition, and groups all over them.
  static void SetUpTestSuite() {
    file_ = File(
        "A->B.offset-syncs.topic.location = target\n"
        "B->A.offset-syncs.topic.location = source\n");
    A()->CreateTopic("orders", kPartitions);
    B()->CreateTopic("payments", kPartitions);
    Append(A(), "orders");
    Append(B(), "payments");
    for (int64_t at = 0; at <= 1000; at += 125) {
      const std::string group = absl::StrCat("group-", at);
      groups_.push_back(group);
      PlaceGroup(A(), group, At("orders", at));
      PlaceGroup(B(), group, At("payments", at));
    }
    const auto mm2 = StartMm2(file_);
    // The last group has read all, so its checkpoint comes after the copies.
    EXPECT_TRUE(Eventually(
        [] {
          return Checkpointed(A(), "orders", B()) &&
                 Checkpointed(B(), "payments", A());
        },
        kJavaPatience))
        << mm2->Output();
    AwaitProgress(999);
    Stop(mm2.get());
  }

  // 1000 more numbers.
  static void Append(TestCluster* cluster, const std::string& topic) {
    for (int32_t i = 0; i < kPartitions; ++i) {
      cluster->AppendNumbers({topic, i}, cluster->End({topic, i}), 1000);
    }
  }
  static GroupOffsets At(const std::string& topic, int64_t offset) {
    GroupOffsets offsets;
    for (int32_t i = 0; i < kPartitions; ++i)
      offsets[{topic, i}] = {offset, ""};
    return offsets;
  }

  static bool Checkpointed(TestCluster* source, const std::string& topic,
                           TestCluster* target) {
    const std::string copy = absl::StrCat(source->alias(), ".", topic);
    const auto client = NewClient(target);
    for (const std::string& group : groups_) {
      const auto offsets =
          client->RemoteConsumerOffsets(source->alias(), group, kPatience);
      if (!offsets.ok() || offsets->size() < kPartitions) return false;
      if (group == "group-1000" && *offsets != At(copy, 1000)) return false;
    }
    return true;
  }

  // Waits until the stored progress of A->B says that `offset` is copied.
  static void AwaitProgress(int64_t offset) {
    const std::string value = absl::StrCat(R"({"offset":)", offset, "}");
    EXPECT_TRUE(Eventually(
        [&] {
          std::map<std::string, std::string> progress;
          for (const auto& records : B()->Read("mm2-offsets.A.internal")) {
            for (const Record& record : records) {
              progress[*record.key] = record.value.value_or("null");
            }
          }
          for (int32_t i = 0; i < kPartitions; ++i) {
            if (progress[absl::StrCat(
                    R"(["MirrorSourceConnector",{"cluster":"A",)",
                    R"("partition":)", i, R"(,"topic":"orders"}])")] != value) {
              return false;
            }
          }
          return true;
        },
        kJavaPatience))
        << value;
  }

  // Nothing lost, nothing twice, all in order: so u on A is u on B.
  static void ExpectCopiedOnce(int64_t count) {
    std::vector<std::string> numbers;
    for (int64_t i = 0; i < count; ++i) numbers.push_back(absl::StrCat(i));
    const auto copies = B()->Values("A.orders");
    ASSERT_EQ(copies.size(), kPartitions);
    for (const auto& values : copies) EXPECT_EQ(values, numbers);
  }

  // The checkpoint of `group` for the first partition, -1: none.
  static int64_t Checkpoint(const std::string& group) {
    const auto offsets =
        NewClient(B())->RemoteConsumerOffsets("A", group, kPatience).value();
    const auto it = offsets.find({"A.orders", 0});
    return it == offsets.end() ? -1 : it->second.offset;
  }
  static bool AwaitCheckpoint(const std::string& group, int64_t at_least) {
    return Eventually([&] { return Checkpoint(group) >= at_least; },
                      kJavaPatience);
  }

  // Where our client says that a group resumes that was at `position`.
  static Translation Translate(int64_t position) {
    const auto translation = NewClient(B())->TranslateOffset(
        "A", {"orders", 1}, UpstreamOffset(position), kPatience);
    EXPECT_THAT(translation, IsOk());
    return translation.value_or(TranslatedOffset{});
  }
  static Translation Exactly(int64_t offset) {
    return {DownstreamOffset(offset), Exactness::kExact};
  }

  static void OursTakesOver();
  static void Mm2TakesOver();
  static void OursTakesOverAgain();

  static std::string file_;
  static std::vector<std::string> groups_;
};

std::string ChangeoverTest::file_;
std::vector<std::string> ChangeoverTest::groups_;

// Expects every group's position to be one from which it misses nothing, and
// at least what MM2's own client tells.
void ExpectGoodAnswers(TestCluster* source, TestCluster* target,
                       const std::vector<std::string>& groups) {
  const auto client = NewClient(target);
  EXPECT_EQ(JavaTells(target, source->alias(), groups),
            ClientTells(client.get(), source->alias(), groups));
  for (const std::string& group : groups) {
    const auto mm2 =
        client->RemoteConsumerOffsets(source->alias(), group, kPatience);
    const auto ours =
        client->TranslateOffsets(source->alias(), group, kPatience);
    ASSERT_THAT(mm2, IsOk());
    ASSERT_THAT(ours, IsOk());
    EXPECT_EQ(ours->size(), kPartitions);
    for (const auto& [tp, position] : *ours) {
      EXPECT_GE(position.offset.value(), mm2->at(tp).offset) << group;
      EXPECT_LE(position.offset.value(), position.upstream.value()) << group;
      EXPECT_TRUE(position.known()) << group;
    }
  }
}

TEST_F(ChangeoverTest, OurClientAnswersAtLeastAsFarAsMm2sAndNeverTooFar) {
  ExpectGoodAnswers(A(), B(), groups_);
  ExpectGoodAnswers(B(), A(), groups_);
}

TEST_F(ChangeoverTest, OurClientTranslatesFromMm2sOffsetSyncsOnTheTarget) {
  int64_t last = 0;
  for (int64_t u = 0; u <= 1000; u += 10) {
    const Translation translation = Translate(u);
    EXPECT_GE(translation.offset.value(), last);
    EXPECT_LE(translation.offset.value(), u);
    last = translation.offset.value();
  }
  EXPECT_EQ(last, 1000);
}

// Ours takes over from MM2; a group was deleted, and others read on.
void ChangeoverTest::OursTakesOver() {
  ASSERT_THAT(
      RunJavaTool("org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
                  {"--bootstrap-server", A()->servers(), "--delete", "--group",
                   "group-250"},
                  kJavaPatience),
      IsOk());
  Append(A(), "orders");
  const auto ours = StartMirrorMaker({file_});
  AwaitProgress(1999);
  PlaceGroup(A(), "group-500", At("orders", 1300));
  PlaceGroup(A(), "group-1000", At("orders", 1500));
  EXPECT_TRUE(AwaitCheckpoint("group-500", 1300)) << ours->Output();
  EXPECT_TRUE(AwaitCheckpoint("group-1000", 1500)) << ours->Output();
  EXPECT_TRUE(Eventually([] { return Checkpoint("group-250") == -1; }))
      << "not deleted\n"
      << ours->Output();
  Stop(ours.get());
  ExpectCopiedOnce(2000);
  for (const int64_t u : {1000, 1300, 1999, 2000}) {
    EXPECT_EQ(Translate(u), Exactly(u)) << u;
  }
  EXPECT_LE(Translate(900).offset.value(), 900);
}

// Only if MM2 can read our checkpoints does it trust the offset syncs from
// before its start, and translate a position among them.
void ChangeoverTest::Mm2TakesOver() {
  PlaceGroup(A(), "group-375", At("orders", 1700));
  const auto mm2 = StartMm2(file_);
  EXPECT_TRUE(AwaitCheckpoint("group-375", 1000)) << mm2->Output();
  Append(A(), "orders");
  PlaceGroup(A(), "group-1000", At("orders", 2700));
  AwaitProgress(2999);
  EXPECT_TRUE(AwaitCheckpoint("group-1000", 2000)) << mm2->Output();
  Stop(mm2.get());
  ExpectCopiedOnce(3000);
  EXPECT_LE(Checkpoint("group-375"), 1700);
  EXPECT_LE(Checkpoint("group-1000"), 2700);
  EXPECT_EQ(Checkpoint("group-500"), 1300) << "falls back";
  EXPECT_EQ(Checkpoint("group-250"), -1) << "lives again";
  for (const int64_t u : {1500, 2000}) {
    EXPECT_EQ(Translate(u), Exactly(u)) << u;
  }
  for (const int64_t u : {2001, 2500, 3000}) {
    EXPECT_LE(Translate(u).offset.value(), u);
    EXPECT_GE(Translate(u).offset.value(), 2000);
  }
}

void ChangeoverTest::OursTakesOverAgain() {
  Append(A(), "orders");
  const auto ours = StartMirrorMaker({file_});
  AwaitProgress(3999);
  PlaceGroup(A(), "group-1000", At("orders", 3500));
  EXPECT_TRUE(AwaitCheckpoint("group-1000", 3500)) << ours->Output();
  Stop(ours.get());
  ExpectCopiedOnce(4000);
  EXPECT_EQ(Checkpoint("group-1000"), 3500);
  for (const int64_t u : {1500, 3000, 3500, 4000}) {
    EXPECT_EQ(Translate(u), Exactly(u)) << u;
  }
  EXPECT_LE(Translate(2500).offset.value(), 2500);
  ExpectGoodAnswers(A(), B(), {"group-375", "group-500", "group-1000"});
}

// The last test, as it changes what the others look at.
TEST_F(ChangeoverTest, OneResumesWhereTheOtherStopped) {
  ASSERT_NO_FATAL_FAILURE(OursTakesOver());
  ASSERT_NO_FATAL_FAILURE(Mm2TakesOver());
  OursTakesOverAgain();
}

}  // namespace
}  // namespace mirror::internal::testing
