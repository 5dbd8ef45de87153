// SPDX-License-Identifier: Apache-2.0
//
// One to four processes share a flow between FakeClusters. They are started,
// stopped, killed and paused at any step; sessions end, writers are fenced,
// brokers and the coordinator come and go. Nothing is lost, no position is past
// the copies, and at the end one process runs each partition. Unless a process
// woke up after its session had ended, nothing is there twice either.
// Replay one seed with --test_env=MIRROR_SEED=n.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "mirror/flow/shared_process.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/simulated_clock.h"
#include "tests/simulation/seeds.h"

namespace mirror::internal {
namespace {

constexpr uint64_t kSeedsPerShard = 10;
constexpr uint64_t kShards = 8;
constexpr int32_t kPartitions = 6;
constexpr int kFlowShards = 3;
constexpr size_t kMaxProcesses = 4;

struct Seen {
  int64_t taken = 0;
  int64_t released = 0;
  int64_t lost = 0;
  int64_t kills = 0;
  int64_t woken = 0;
};

class World {
 public:
  // Without pauses nothing may be there twice.
  World(uint64_t seed, bool pauses) : pauses_(pauses), random_(seed) {
    FakeClusterOptions options;
    options.seed = seed;
    options.waits = false;
    a_ = std::make_unique<FakeCluster>("A", options);
    options.seed = seed + 1;
    b_ = std::make_unique<FakeCluster>("B", options);
    a_->SetMaxBatchRecords(1 + Below(50));
    b_->SetBufferLimit(1 + Below(200));
    b_->HoldSessions(true);
    Start();
    if (Chance(50)) {
      // The topic appears when shards are shared already.
      Start();
      for (int i = 0; i < 400; ++i) Step();
    }
    a_->CreateTopic("orders", kPartitions);
  }

  void Run() {
    for (int i = 0; i < 120; ++i) {
      Act();
      for (int steps = Below(25); steps > 0; --steps) Step();
      ASSERT_NO_FATAL_FAILURE(CheckCopies());
      ASSERT_NO_FATAL_FAILURE(CheckPositions());
    }
    ASSERT_NO_FATAL_FAILURE(Finish());
  }

  const Seen& seen() const { return seen_; }

 private:
  struct Member {
    std::unique_ptr<SharedProcess> process;
    bool paused = false;
    bool session_ended = false;  // while it is paused
  };

  int Below(int limit) {
    return std::uniform_int_distribution<int>(0, limit - 1)(random_);
  }
  bool Chance(int percent) { return Below(100) < percent; }
  Member* Any() {
    return members_.empty() ? nullptr
                            : &members_[static_cast<size_t>(
                                  Below(static_cast<int>(members_.size())))];
  }

  void Start() {
    if (members_.size() == kMaxProcesses) return;
    SharedProcessOptions options;
    options.name = absl::StrCat("process-", started_++);
    options.shards = kFlowShards;
    options.loops = 1 + Below(2);
    members_.push_back({std::make_unique<SharedProcess>(options, a_.get(),
                                                        b_.get(), &clock_)});
  }
  void End(Member* member, bool kill) {
    Count(*member);
    if (kill) {
      dead_.push_back(member->process->name());
      ++seen_.kills;
    } else {
      member->process->Stop();
    }
    members_.erase(members_.begin() + (member - members_.data()));
  }
  void Count(const Member& member) {
    seen_.taken += member.process->CountEvents(EngineEvent::Kind::kShardTaken);
    seen_.released +=
        member.process->CountEvents(EngineEvent::Kind::kShardReleased);
    seen_.lost += member.process->CountEvents(EngineEvent::Kind::kShardLost);
  }
  void EndSession(const std::string& name) {
    b_->EndSession(SharedProcess::kGroup, name);
  }
  void Wake(Member* member) {
    if (!member->paused) return;
    member->paused = false;
    if (std::exchange(member->session_ended, false)) ++seen_.woken;
  }

  void Act() {
    Member* const member = Any();
    switch (Below(14)) {
      case 0:
      case 1:
      case 2:
      case 3:
        Append(Below(kPartitions), 1 + Below(60));
        break;
      case 4:
        a_->AppendGap({"orders", Below(kPartitions)}, 1 + Below(3));
        break;
      case 5:
        b_->HoldAcks();
        break;
      case 6:
        b_->ReleaseAcks();
        break;
      case 7:
        Start();
        break;
      case 8:
        if (member != nullptr && !member->paused) End(member, /*kill=*/false);
        break;
      case 9:
        if (member != nullptr) End(member, /*kill=*/true);
        break;
      case 10:
        EndDeadSessions();
        break;
      case 11:
        if (!pauses_ || member == nullptr) break;
        member->paused = true;
        if (!Chance(60)) break;
        // It is not seen for longer than a session lasts.
        member->session_ended = true;
        EndSession(member->process->name());
        for (int i = 0; i < 280; ++i) Step();
        if (Chance(70)) Wake(member);
        break;
      case 12:
        if (member != nullptr) Wake(member);
        break;
      default:
        b_->SetCoordinatorDown(Chance(40));
        if (Chance(30)) (Chance(50) ? *b_ : *a_).SetDown(Chance(40));
        break;
    }
  }

  void EndDeadSessions() {
    for (const std::string& name : dead_) EndSession(name);
    dead_.clear();
  }

  void Step() {
    clock_.Advance(absl::Milliseconds(25));
    std::vector<SharedProcess*> order;
    for (const Member& member : members_) {
      if (!member.paused) order.push_back(member.process.get());
    }
    std::shuffle(order.begin(), order.end(), random_);
    for (SharedProcess* process : order) process->Step(&random_);
  }

  void Append(int32_t partition, int count) {
    for (int i = 0; i < count; ++i) {
      Record record;
      record.timestamp_ms = 1;
      record.value = absl::StrCat(partition, "-", appended_++);
      a_->Append({"orders", partition}, record);
    }
  }
  std::vector<Record> Copies(int32_t partition) {
    return b_->HasTopic("A.orders") ? b_->Records({"A.orders", partition})
                                    : std::vector<Record>();
  }

  // First copies are in source order, and so what is there is a prefix.
  void CheckCopies() {
    for (int32_t i = 0; i < kPartitions; ++i) {
      const std::vector<Record> records = a_->Records({"orders", i});
      std::map<std::string, size_t> place;
      for (size_t n = 0; n < records.size(); ++n) place[*records[n].value] = n;
      size_t next = 0;
      for (const Record& copy : Copies(i)) {
        ASSERT_EQ(place.count(*copy.value), 1u) << "no record of the source";
        const size_t n = place[*copy.value];
        ASSERT_LE(n, next) << "partition " << i << ", a record is missing";
        if (seen_.woken == 0) {
          ASSERT_EQ(n, next)
              << "partition " << i << ", a record is there twice";
        }
        next = std::max(next, n + 1);
      }
    }
  }

  // A consumer that continues on the target at the position of a record misses
  // none: the last copy of it and of each later one is there or further on.
  void CheckPositions() {
    for (int32_t i = 0; i < kPartitions; ++i) {
      const std::vector<Record> records = a_->Records({"orders", i});
      std::map<std::string, int64_t> last;
      for (const Record& copy : Copies(i))
        last[*copy.value] = copy.offset.value();
      std::vector<int64_t> limits(records.size());
      int64_t limit = std::numeric_limits<int64_t>::max();
      for (size_t n = records.size(); n-- > 0;) {
        const auto copy = last.find(*records[n].value);
        if (copy != last.end()) limit = std::min(limit, copy->second);
        limits[n] = limit;
      }
      for (const Member& member : members_) {
        if (!member.process->Owns({"orders", i})) continue;
        for (size_t n = 0; n < records.size(); ++n) {
          const Translation position = member.process->store().Translate(
              {"orders", i}, records[n].offset);
          if (!position.known()) continue;
          ASSERT_LE(position.offset.value(), limits[n])
              << member.process->name() << ", partition " << i << ", record "
              << records[n].offset.value();
        }
      }
    }
  }

  bool IsDone() {
    int running = 0;
    for (const Member& member : members_) {
      running += member.process->partitions();
    }
    if (running != kPartitions) return false;
    for (int32_t i = 0; i < kPartitions; ++i) {
      const std::vector<Record> records = a_->Records({"orders", i});
      if (records.empty()) continue;
      const bool committed = std::any_of(
          members_.begin(), members_.end(), [&](const Member& member) {
            return member.process->Owns({"orders", i}) &&
                   member.process->Committed({"orders", i}) >=
                       records.back().offset.value();
          });
      if (!committed) return false;
    }
    return true;
  }

  void Finish() {
    a_->SetDown(false);
    b_->SetDown(false);
    b_->ReleaseAcks();
    b_->SetCoordinatorDown(false);
    EndDeadSessions();
    if (members_.empty()) Start();
    for (Member& member : members_) Wake(&member);
    bool done = false;
    for (int i = 0; i < 20000 && !done; ++i) {
      Step();
      done = i % 20 == 0 && IsDone();
    }
    ASSERT_TRUE(done) << "copying does not come to an end";
    ASSERT_NO_FATAL_FAILURE(CheckCopies());
    ASSERT_NO_FATAL_FAILURE(CheckPositions());
    for (const Member& member : members_) Count(member);
  }

  const bool pauses_;
  std::mt19937_64 random_;
  SimulatedClock clock_;
  std::unique_ptr<FakeCluster> a_;
  std::unique_ptr<FakeCluster> b_;
  std::vector<Member> members_;
  // Killed, and still members of the group.
  std::vector<std::string> dead_;
  int started_ = 0;
  int64_t appended_ = 0;
  Seen seen_;
};

class SharedFlow : public testing::TestWithParam<uint64_t> {};

TEST_P(SharedFlow, NothingIsLostWhateverHappensToProcesses) {
  Seen all;
  ForEachSeed(GetParam() * kSeedsPerShard, kSeedsPerShard, [&](uint64_t seed) {
    World world(seed, /*pauses=*/seed % 2 == 1);
    world.Run();
    all.taken += world.seen().taken;
    all.released += world.seen().released;
    all.lost += world.seen().lost;
    all.kills += world.seen().kills;
    all.woken += world.seen().woken;
  });
  if (HasFailure()) return;
  // Else nothing was tried.
  EXPECT_GT(all.taken, 50);
  EXPECT_GT(all.released, 5);
  EXPECT_GT(all.lost, 0);
  EXPECT_GT(all.kills, 20);
  EXPECT_GT(all.woken, 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SharedFlow,
                         testing::Range<uint64_t>(0, kShards));

}  // namespace
}  // namespace mirror::internal
