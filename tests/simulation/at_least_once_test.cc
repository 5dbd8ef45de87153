// SPDX-License-Identifier: Apache-2.0
//
// Whole flows between FakeClusters under seeded faults: brokers down, produces
// refused, acknowledgements held back, producers fenced, the process killed at
// any step. Whatever happens, in the end
//  - nothing is lost: every source record is on the target;
//  - order is kept per partition: the last copies stand in source order, and
//    where no produce was refused no copy ever runs ahead of an earlier record;
//  - records keep key, value, headers and timestamp;
//  - at any time no translated offset lies past the true position, neither the
//    engine's, which reads index and offset syncs at each start, nor that of a
//    client which reads both on the target; and when each partition has gone on
//    for a while, every one is exact;
//  - checkpoints neither lie past the true position nor fall back by
//  themselves.
// Replay one seed with --test_env=MIRROR_SEED=n.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "mirror/flow/flow_fixture.h"
#include "tests/simulation/checkpointing.h"
#include "tests/simulation/seeds.h"
#include "tests/simulation/translation_check.h"

namespace mirror::internal {
namespace {

constexpr uint64_t kSeedsPerShard = 50;
constexpr uint64_t kShards = 8;
constexpr int32_t kPartitions = 3;
constexpr char kIndexTopic[] = "mm2-offset-index.A.internal";
constexpr char kSyncsTopic[] = "mm2-offset-syncs.A.internal";

class World {
 public:
  explicit World(uint64_t seed) : random_(seed), flow_(seed) {
    refusals_ = Chance(50);
    flow_.loop_options().partition.max_in_flight_bytes = 1 + Below(2000);
    flow_.source().CreateTopic("orders", kPartitions);
    flow_.source().SetMaxBatchRecords(1 + Below(50));
    flow_.target().SetBufferLimit(1 + Below(200));
    syncs_on_source_ = Chance(30);
    flow_.EmitOffsetSyncs(syncs_on_source_, /*lag_max=*/Below(100));
    Start();
  }

  void Run() {
    for (int step = 0; step < 60; ++step) {
      Act();
      const absl::Time until =
          flow_.clock().Now() + absl::Milliseconds(25 * (1 + Below(40)));
      RunUntil([&] { return flow_.clock().Now() >= until; });
      ASSERT_NO_FATAL_FAILURE(CheckAnswers(Chance(10)));
    }
    Heal();
    ASSERT_NO_FATAL_FAILURE(CatchUp());
    // At most as many as there are copies without an acknowledgement.
    for (int32_t i = 0; i < kPartitions; ++i) {
      Append({"orders", i}, flow_.source().LogEnd({"orders", i}));
    }
    ASSERT_NO_FATAL_FAILURE(CatchUp());
    // The index topic may lag behind a run that grows; now all are at rest.
    const absl::Time rest = flow_.clock().Now() + absl::Seconds(4);
    RunUntil([&] { return flow_.clock().Now() >= rest; });
    ASSERT_NO_FATAL_FAILURE(CheckAnswers(/*by_a_new_client=*/true));
    for (int32_t i = 0; i < kPartitions; ++i) {
      CheckOrder(i);
      ASSERT_NO_FATAL_FAILURE(CheckCheckpoints(i));
      ASSERT_NO_FATAL_FAILURE(Check(i).ExpectExact(flow_.store()));
      ASSERT_NO_FATAL_FAILURE(Check(i).ExpectExact(client_->store()));
    }
  }

 private:
  void Start() {
    flow_.Start(1 + Below(3));
    checkpointing_.Start();
  }

  bool RunUntil(const std::function<bool()>& done) {
    return flow_.RunUntil(
        [&] {
          checkpointing_.Step();
          return done();
        },
        absl::Minutes(30));
  }

  int Below(int limit) {
    return std::uniform_int_distribution<int>(0, limit - 1)(random_);
  }
  bool Chance(int percent) { return Below(100) < percent; }
  TopicPartition Any() { return {"orders", Below(kPartitions)}; }

  // One thing happens.
  void Act() {
    FakeCluster& a = flow_.source();
    FakeCluster& b = flow_.target();
    if (Chance(30)) Consume();
    switch (Below(refusals_ ? 11 : 8)) {
      case 0:
      case 1:
      case 2:
        Append(Any(), 1 + Below(60));
        break;
      case 3:
        a.AppendGap(Any(), 1 + Below(5));
        break;
      case 4:
        (Chance(50) ? a : b).SetDown(Chance(50));
        break;
      case 5:
        if (Chance(50)) {
          b.HoldAcks();
        } else {
          b.ReleaseAcks();
        }
        break;
      case 6:
        if (Chance(40)) Start();  // killed and restarted
        break;
      case 7:
        if (b.HasTopic("A.orders")) {
          b.SetPartitionDown({"A.orders", Below(kPartitions)}, Chance(50));
        }
        break;
      case 8:
        b.FailNextProduces(1 + Below(3), absl::UnavailableError("moved"));
        break;
      case 9:
        b.FailNextProduces(1, absl::InvalidArgumentError("too large"));
        break;
      default:
        b.FenceSinks();
        break;
    }
  }

  // A group reads on; occasionally it is reset.
  void Consume() {
    const TopicPartition tp = Any();
    int64_t& position = positions_[tp];
    if (Chance(10)) position /= 2;
    position +=
        Below(static_cast<int>(flow_.source().LogEnd(tp) - position) + 1);
    flow_.source().CommitGroupOffset("group", tp, position);
  }

  void Append(const TopicPartition& tp, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      Record record;
      record.timestamp_ms = 1700000000000 + appended_;
      record.value = absl::StrCat(appended_++);
      if (Chance(30)) record.key = absl::StrCat("k", Below(5));
      if (Chance(20)) record.headers.push_back({"h", std::nullopt});
      flow_.source().Append(tp, record);
    }
  }

  TranslationCheck Check(int32_t partition) {
    return TranslationCheck({"orders", partition},
                            flow_.source().Records({"orders", partition}),
                            Copies(partition));
  }

  std::vector<Record> Copies(int32_t partition) {
    if (!flow_.target().HasTopic("A.orders")) return {};
    return flow_.target().Records({"A.orders", partition});
  }

  void CatchUp() {
    ASSERT_TRUE(RunUntil([this] { return EverythingIsThere(); }))
        << "the flow does not catch up: " << Describe();
  }

  void Heal() {
    flow_.source().SetDown(false);
    FakeCluster& b = flow_.target();
    b.SetDown(false);
    b.ReleaseAcks();
    b.FailNextProduces(0, absl::OkStatus());
    if (!b.HasTopic("A.orders")) return;
    for (int32_t i = 0; i < kPartitions; ++i) {
      b.SetPartitionDown({"A.orders", i}, false);
    }
  }

  // Where each record of the partition stands on the target, by value: the last
  // copy counts.
  std::map<std::string, size_t> LastCopies(int32_t partition) {
    std::map<std::string, size_t> last;
    const std::vector<Record> copies = Copies(partition);
    for (size_t i = 0; i < copies.size(); ++i) last[*copies[i].value] = i;
    return last;
  }

  // Copied and committed to the last record, copies made again included.
  bool EverythingIsThere() {
    for (int32_t i = 0; i < kPartitions; ++i) {
      const auto records = flow_.source().Records({"orders", i});
      if (records.empty()) continue;
      const PartitionStatus status = flow_.Status({"orders", i});
      if (!status.has_committed_offset() ||
          status.committed_offset() < records.back().offset.value()) {
        return false;
      }
    }
    return true;
  }

  std::string Describe() {
    std::string text = flow_.ControlStatus().ShortDebugString();
    for (const auto& loop : flow_.loops()) {
      WorkerStatus status;
      loop->FillStatus(&status);
      absl::StrAppend(&text, "\nin flight: ", status.records_in_flight());
    }
    for (int32_t i = 0; i < kPartitions; ++i) {
      absl::StrAppend(&text, "\n",
                      flow_.Status({"orders", i}).ShortDebugString());
    }
    return text;
  }

  // The engine's, and those of a client that reads on or begins.
  void CheckAnswers(bool by_a_new_client) {
    if (by_a_new_client || client_ == nullptr) {
      client_ = std::make_unique<ClientView>(
          &flow_.target(), kIndexTopic, syncs_on_source_ ? "" : kSyncsTopic);
    }
    ASSERT_NO_FATAL_FAILURE(client_->CatchUp());
    for (int32_t i = 0; i < kPartitions; ++i) {
      ASSERT_NO_FATAL_FAILURE(Check(i).ExpectSafe(flow_.store())) << "engine";
      ASSERT_NO_FATAL_FAILURE(Check(i).ExpectSafe(client_->store()))
          << "client";
    }
  }

  // No checkpoint lies past the true position, and none falls back unless the
  // group did.
  void CheckCheckpoints(int32_t partition) {
    const TranslationCheck check = Check(partition);
    std::optional<Checkpoint> last;
    for (const Checkpoint& checkpoint : checkpointing_.Written()) {
      if (checkpoint.topic_partition.partition != partition) continue;
      ASSERT_NO_FATAL_FAILURE(
          check.ExpectSafe(checkpoint.upstream, checkpoint.downstream));
      if (last.has_value() && checkpoint.upstream >= last->upstream) {
        ASSERT_GE(checkpoint.downstream, last->downstream) << checkpoint;
      }
      last = checkpoint;
    }
  }

  void CheckOrder(int32_t partition) {
    const std::vector<Record> source =
        flow_.source().Records({"orders", partition});
    const std::vector<Record> copies = Copies(partition);
    const std::map<std::string, size_t> last = LastCopies(partition);
    std::map<std::string, size_t> position;  // on the source
    for (size_t i = 0; i < source.size(); ++i) {
      position[*source[i].value] = i;
      ASSERT_EQ(last.count(*source[i].value), 1u) << "a record is lost";
      Record copy = copies[last.at(*source[i].value)];
      copy.offset = source[i].offset;
      EXPECT_EQ(copy, source[i]);
      if (i > 0) {
        EXPECT_LT(last.at(*source[i - 1].value), last.at(*source[i].value));
      }
    }
    if (refusals_) return;
    size_t furthest = 0;  // how many records are there without a hole
    for (const Record& copy : copies) {
      const size_t at = position.at(*copy.value);
      EXPECT_LE(at, furthest) << "a copy ran ahead of an earlier record";
      furthest = std::max(furthest, at + 1);
    }
  }

  std::mt19937_64 random_;
  SimulatedFlow flow_;
  Checkpointing checkpointing_{&flow_};
  std::unique_ptr<ClientView> client_;
  bool syncs_on_source_ = false;
  std::map<TopicPartition, int64_t> positions_;
  bool refusals_ = false;
  int64_t appended_ = 0;
};

class AtLeastOnce : public testing::TestWithParam<uint64_t> {};

TEST_P(AtLeastOnce, NothingIsLostAndOrderIsKeptWhateverHappens) {
  ForEachSeed(GetParam() * kSeedsPerShard, kSeedsPerShard,
              [](uint64_t seed) { World(seed).Run(); });
}

INSTANTIATE_TEST_SUITE_P(Seeds, AtLeastOnce,
                         testing::Range<uint64_t>(0, kShards));

}  // namespace
}  // namespace mirror::internal
