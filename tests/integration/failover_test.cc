// SPDX-License-Identifier: Apache-2.0
//
// The day the source is gone. Topics of every kind, groups at random positions,
// a mirror that was restarted and killed under load before, internal topics
// compacted; then the source is killed, and every group resumes on the target,
// both where MirrorClient says and where its synced offsets stand. It must see
// exactly what it had not yet seen; only what the killed mirror copied twice
// may come twice.

#include <signal.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/client/mirror_client.h"
#include "mirror/policy/filters.h"
#include "mirror/testing/matchers.h"
#include "mirror/transform/record_transforms.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/test_cluster.h"
#include "tests/support/mirror_maker.h"
#include "tests/support/raw_client.h"

namespace mirror::internal::testing {
namespace {

using ::testing::SizeIs;

constexpr int kGroups = 50;
constexpr int32_t kPartitions = 2;
const std::vector<std::string> kTopics = {"plain", "compacted", "transactional",
                                          "filtered"};
// So that a topic is compacted within a second.
const std::map<std::string, std::string> kCompacted = {
    {"cleanup.policy", "compact"},
    {"segment.ms", "100"},
    {"min.cleanable.dirty.ratio", "0.001"}};

std::unique_ptr<TestCluster> StartCluster(const std::string& alias) {
  auto cluster = TestCluster::Start(
      alias, {"log.cleaner.backoff.ms=200", "log.segment.delete.delay.ms=100"});
  EXPECT_THAT(cluster.status(), IsOk());
  return *std::move(cluster);
}

class FailoverTest : public ::testing::Test {
 protected:
  FailoverTest()
      : source_(StartCluster("A")),
        target_(StartCluster("B")),
        seed_(std::random_device()()),
        random_(seed_) {}

  int64_t Pick(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random_);
  }

  // Their values tell their offsets, as those of AppendCommitted() do.
  void Append(const TopicPartition& tp, int count) {
    const int64_t begin = source_->End(tp);
    std::vector<Record> records(count);
    for (int i = 0; i < count; ++i) {
      records[i].value = absl::StrCat("t", begin + i);
      if (tp.topic == "compacted") {
        records[i].key = absl::StrCat("k", Pick(0, 20));
      }
      if (tp.topic == "filtered" && Pick(0, 3) == 0) {
        records[i].headers = {{"internal", "yes"}};
      }
    }
    source_->Append(tp, std::move(records));
  }

  void Fill(int32_t partition) {
    for (const char* topic : {"plain", "compacted", "filtered"}) {
      Append({topic, partition}, 500);
    }
    for (int i = 0; i < 5; ++i) {
      AppendCommitted(source_->servers(), {"transactional", partition},
                      static_cast<int>(Pick(1, 20)));
      AppendAborted(source_->servers(), {"transactional", partition},
                    static_cast<int>(Pick(1, 20)));
    }
  }

  // Until records are gone between the ones that are left.
  static void AwaitCompaction(TestCluster* cluster, const std::string& topic,
                              const std::function<void()>& go_on) {
    ASSERT_TRUE(Eventually([&] {
      go_on();
      int64_t left = 0;
      int64_t ends = 0;
      for (const auto& records : cluster->Read(topic)) left += records.size();
      for (int32_t i = 0; i < cluster->Partitions(topic); ++i) {
        ends += cluster->End({topic, i});
      }
      return left < ends / 2;
    })) << topic
        << " is not compacted";
  }

  Flow NewFlow() {
    Flow flow("A", "B");
    flow.source.properties = {{"bootstrap.servers", source_->servers()}};
    flow.target.properties = {{"bootstrap.servers", target_->servers()}};
    flow.topics = RegexTopicFilter::Create("[a-z]+").value();
    flow.transforms = {std::make_shared<DropByHeader>("internal")};
    flow.refresh_topics_interval = absl::Seconds(1);
    flow.checkpoints.interval = absl::Seconds(1);
    flow.checkpoints.sync_group_offsets = true;
    flow.checkpoints.sync_group_offsets_interval = absl::Seconds(1);
    return flow;
  }

  // A life that ends with SIGKILL while records come in.
  void LiveAndBeKilled() {
    auto mirror_maker = StartMirrorMaker({WriteProperties(absl::StrCat(
        "clusters = A, B\nA.bootstrap.servers = ", source_->servers(),
        "\nB.bootstrap.servers = ", target_->servers(),
        "\nA->B.enabled = true\n", "A->B.topics = plain, transactional\n"))});
    auto admin = target_->cluster()->NewAdmin("test").value();
    ASSERT_TRUE(Eventually([&] {
      for (int32_t i = 0; i < kPartitions; ++i) {
        Append({"plain", i}, 50);
      }
      const auto end =
          admin->ListOffsets({{"A.plain", 0}}, OffsetSpec::kLatest).front();
      return end.ok() && *end > 1000;
    })) << mirror_maker->Output();
    ASSERT_THAT(mirror_maker->Signal(SIGKILL), IsOk());
    ASSERT_THAT(mirror_maker->Wait(kPatience), IsOk());
  }

  // Progress of all that there is to copy is stored; markers of transactions
  // come last.
  void AwaitCopied(RunningMirror* mirror) {
    // What the mirror knows of the source's end is a second old.
    ASSERT_TRUE(mirror->AwaitCopied(source_.get(), "plain"));
    ASSERT_TRUE(Eventually([&] {
      for (const std::string& topic : kTopics) {
        for (int32_t i = 0; i < kPartitions; ++i) {
          const PartitionStatus status = mirror->Partition(topic, i);
          if (!status.has_lag() || status.lag() > 0 ||
              status.committed_offset() < status.acked_offset()) {
            return false;
          }
        }
      }
      return true;
    })) << mirror->Status().DebugString();
  }

  void LiveAndBeStopped() {
    RunningMirror mirror(NewFlow());
    for (int32_t i = 0; i < kPartitions; ++i) Fill(i);
    ASSERT_NO_FATAL_FAILURE(AwaitCopied(&mirror));
  }

  // Where each group stands on the source.
  void PlaceGroups() {
    auto admin = source_->cluster()->NewGroupAdmin("test").value();
    for (int g = 0; g < kGroups; ++g) {
      const std::string group = absl::StrCat("group-", g);
      AwaitGroupCoordinator(source_->servers(), group);
      for (const std::string& topic : kTopics) {
        for (int32_t i = 0; i < kPartitions; ++i) {
          const TopicPartition tp{topic, i};
          positions_[group][tp] = {Pick(0, source_->End(tp)), ""};
        }
      }
      const auto results = admin->AlterGroupOffsets(group, positions_[group]);
      ASSERT_THAT(results.status(), IsOk());
      for (const auto& result : *results) ASSERT_THAT(result.second, IsOk());
    }
  }

  void CreateTopics() {
    for (const std::string& topic : kTopics) {
      source_->CreateTopic(topic, kPartitions,
                           topic == "compacted"
                               ? kCompacted
                               : std::map<std::string, std::string>());
    }
    for (int32_t i = 0; i < kPartitions; ++i) Fill(i);
    AwaitCompaction(source_.get(), "compacted", [this] {
      for (int32_t i = 0; i < kPartitions; ++i) Append({"compacted", i}, 1);
    });
  }

  void CompactInternalTopics() {
    for (const char* topic :
         {"mm2-offset-index.A.internal", "A.checkpoints.internal"}) {
      for (const auto& [name, value] : kCompacted) {
        SetTopicConfig(target_->servers(), topic, name, value);
      }
    }
    // A transaction begins a new run, so the same record of the index topic is
    // written again.
    AwaitCompaction(target_.get(), "mm2-offset-index.A.internal", [this] {
      for (int32_t i = 0; i < kPartitions; ++i) {
        AppendCommitted(source_->servers(), {"transactional", i}, 1);
      }
    });
  }

  bool GroupsAreSynced(GroupAdmin* groups) {
    for (const auto& [group, offsets] : positions_) {
      const auto here = groups->ListGroupOffsets({group}).front();
      if (!here.ok() || here->size() < offsets.size()) return false;
    }
    return true;
  }

  bool IsRecord(const TopicPartition& tp, int64_t offset) {
    const std::vector<Record>& records = records_[tp.topic][tp.partition];
    return std::any_of(records.begin(), records.end(),
                       [offset](const Record& record) {
                         return record.offset.value() == offset;
                       });
  }
  // Expects it to resume where the client says, and where it was committed.
  void ExpectResumes(const std::string& group, MirrorClient* client,
                     GroupAdmin* groups) {
    const auto translated = client->TranslateOffsets("A", group, kPatience);
    ASSERT_THAT(translated.status(), IsOk());
    ASSERT_THAT(*translated, SizeIs(positions_[group].size())) << group;
    const auto committed = groups->ListGroupOffsets({group}).front();
    for (const auto& [tp, stood] : positions_[group]) {
      const TopicPartition copy{"A." + tp.topic, tp.partition};
      const GroupPosition& position = translated->at(copy);
      // Between the records of transactions a killed mirror may have passed
      // what the next one does not read again, so that one is not certain.
      if (tp.topic != "transactional" || IsRecord(tp, stood.offset)) {
        EXPECT_EQ(position.exactness, Exactness::kExact)
            << group << " " << tp.ToString() << " at " << stood.offset;
      }
      ExpectResumes(group, tp, position.offset.value());
      ExpectResumes(group, tp, committed->at(copy).offset);
    }
  }

  void ReadSource() {
    for (const std::string& topic : kTopics) {
      records_[topic] = source_->Read(topic);
    }
  }

  static int64_t OffsetIn(const Record& record) {
    int64_t offset = -1;
    EXPECT_TRUE(absl::SimpleAtoi(record.value->substr(1), &offset));
    return offset;
  }

  // What the group had not yet seen, by source offset.
  std::vector<int64_t> Unseen(const TopicPartition& tp, int64_t position) {
    std::vector<int64_t> offsets;
    for (const Record& record : records_[tp.topic][tp.partition]) {
      const bool dropped = !record.headers.empty();
      if (record.offset.value() >= position && !dropped) {
        offsets.push_back(record.offset.value());
      }
    }
    return offsets;
  }

  // What a consumer meets from `offset` of the copy on, by source offset; of a
  // record that was copied twice the last copy.
  std::vector<int64_t> Seen(const TopicPartition& tp, int64_t offset) {
    std::map<int64_t, int64_t> last;
    for (const Record& copy : copies_[tp.topic][tp.partition]) {
      if (copy.offset.value() >= offset) {
        last[OffsetIn(copy)] = copy.offset.value();
      }
    }
    std::vector<int64_t> offsets;
    int64_t before = -1;
    for (const auto& [u, d] : last) {
      EXPECT_GT(d, before) << "out of order in " << tp.ToString();
      before = d;
      offsets.push_back(u);
    }
    return offsets;
  }

  // Expects a consumer of the group that starts at `offset` of the copy to meet
  // all that the group had not yet seen, and nothing before.
  void ExpectResumes(const std::string& group, const TopicPartition& tp,
                     int64_t offset) {
    SCOPED_TRACE(absl::StrCat(group, " in ", tp.ToString(), " from ", offset));
    const int64_t position = positions_[group][tp].offset;
    const std::vector<int64_t> seen = Seen(tp, offset);
    const std::vector<int64_t> unseen = Unseen(tp, position);
    if (!seen.empty()) {
      EXPECT_GE(seen.front(), position) << "read again";
    }
    if (tp.topic == "compacted") {
      // The copy keeps what the source has compacted away since.
      EXPECT_TRUE(std::includes(seen.begin(), seen.end(), unseen.begin(),
                                unseen.end()));
    } else {
      EXPECT_EQ(seen, unseen);
    }
  }

  const std::unique_ptr<TestCluster> source_;
  const std::unique_ptr<TestCluster> target_;
  const uint32_t seed_;
  std::mt19937 random_;
  std::map<std::string, GroupOffsets> positions_;
  std::map<std::string, std::vector<std::vector<Record>>> records_;
  std::map<std::string, std::vector<std::vector<Record>>> copies_;
};

TEST_F(FailoverTest, EveryGroupResumesAtItsNextRecord) {
  SCOPED_TRACE(absl::StrCat("seed ", seed_));
  ASSERT_NO_FATAL_FAILURE(CreateTopics());
  ASSERT_NO_FATAL_FAILURE(LiveAndBeKilled());
  ASSERT_NO_FATAL_FAILURE(LiveAndBeStopped());
  PlaceGroups();

  RunningMirror mirror(NewFlow());
  ASSERT_NO_FATAL_FAILURE(CompactInternalTopics());
  ASSERT_NO_FATAL_FAILURE(AwaitCopied(&mirror));
  ReadSource();
  auto groups = target_->cluster()->NewGroupAdmin("test").value();
  ASSERT_TRUE(Eventually([&] { return GroupsAreSynced(groups.get()); }))
      << mirror.Status().DebugString();
  ASSERT_THAT(source_->broker()->Kill(), IsOk());

  for (const std::string& topic : kTopics) {
    copies_[topic] = target_->Read("A." + topic);
  }
  auto client =
      MirrorClient::Create({{"bootstrap.servers", target_->servers()}}, nullptr)
          .value();
  for (const auto& item : positions_) {
    ExpectResumes(item.first, client.get(), groups.get());
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace mirror::internal::testing
