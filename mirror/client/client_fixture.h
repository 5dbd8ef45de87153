// SPDX-License-Identifier: Apache-2.0
//
// A target in memory with what a mirror leaves there, and a client that asks
// it. Flow: primary -> standby.
//
//   WriteIndex("orders", {{0, 500, 1000}});            // u, d, length
//   WriteCheckpoint("billing", "primary.orders", 7, 507);

#ifndef MIRROR_CLIENT_CLIENT_FIXTURE_H_
#define MIRROR_CLIENT_CLIENT_FIXTURE_H_

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "mirror/checkpoint/checkpoint.h"
#include "mirror/client/mirror_client.h"
#include "mirror/sync/index_segment.h"
#include "mirror/sync/offset_sync.h"
#include "mirror/sync/skipped_range.h"
#include "mirror/testing/fake_cluster.h"

namespace mirror::internal {

// Waiting makes it later, and nothing else does. Single-threaded.
class SteppingClock final : public Clock {
 public:
  absl::Time Now() override { return now_; }
  absl::Time WallTime() override { return now_; }

  bool AwaitUntil(Mutex* mu, absl::Time deadline,
                  absl::FunctionRef<bool()> done)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) override {
    if (done()) return true;
    now_ = std::max(now_, deadline);
    if (on_wait) on_wait();
    return done();
  }

  // What happens meanwhile.
  std::function<void()> on_wait;

 private:
  absl::Time now_ = absl::FromUnixSeconds(1700000000);
};

class ClientFixture : public testing::Test {
 protected:
  static constexpr char kIndex[] = "mm2-offset-index.primary.internal";
  static constexpr char kSyncs[] = "mm2-offset-syncs.primary.internal";
  static constexpr char kCheckpoints[] = "primary.checkpoints.internal";
  static constexpr absl::Duration kTimeout = absl::Seconds(10);

  ClientFixture() { Connect(nullptr); }

  // Replaces the client by one that has read nothing yet.
  void Connect(std::shared_ptr<const ReplicationPolicy> policy) {
    MirrorClientOptions options;
    options.policy = std::move(policy);
    options.clock = &clock_;
    options.cluster = standby_;
    client_ = MirrorClient::Create(std::move(options)).value();
  }

  void Write(const std::string& topic, std::string key,
             std::optional<std::string> value) {
    if (!standby_->HasTopic(topic)) standby_->CreateTopic(topic, 1);
    Record record;
    record.key = std::move(key);
    record.value = std::move(value);
    standby_->Append({topic, 0}, std::move(record));
  }

  // One segment of partition 0 of `source_topic`, for which nothing was
  // copied before.
  void WriteIndex(const std::string& source_topic,
                  const std::vector<OffsetRun>& runs, uint32_t generation = 0,
                  const std::string& target_topic_id = "") {
    const IndexSegmentKey key{{source_topic, 0}, runs.front().start()};
    IndexSegment segment;
    segment.generation = generation;
    segment.began_here = true;
    segment.target_topic_id = target_topic_id;
    segment.runs = runs;
    Write(kIndex, *key.Encode(), segment.Encode());
  }

  // Source records of partition 0 of `source_topic` that are never copied.
  void WriteSkipped(const std::string& source_topic, const SkippedRange& range,
                    uint32_t generation = 0) {
    const SkippedRangeKey key{
        {source_topic, 0}, generation, range.first, range.reason};
    Write(kIndex, *key.Encode(), SkippedRangeRecord{range, false}.Encode());
  }

  static SkippedRange Skipped(int64_t first, int64_t end,
                              SkipReason reason = SkipReason::kSourceLost) {
    return {UpstreamOffset(first),
            UpstreamOffset(end),
            end - first,
            reason,
            absl::FromUnixSeconds(1700000000),
            "gone"};
  }

  void WriteSync(const std::string& source_topic, int64_t u, int64_t d) {
    const OffsetSync sync{
        {source_topic, 0}, UpstreamOffset(u), DownstreamOffset(d)};
    Write(kSyncs, *sync.EncodeKey(), sync.EncodeValue());
  }

  void WriteCheckpoint(const std::string& group,
                       const std::string& target_topic, int64_t u, int64_t d,
                       const std::string& metadata = "") {
    const Checkpoint checkpoint{group,
                                {target_topic, 0},
                                UpstreamOffset(u),
                                DownstreamOffset(d),
                                metadata};
    Write(kCheckpoints, *checkpoint.EncodeKey(), *checkpoint.EncodeValue());
  }

  // A copy of `records` records.
  void CreateCopy(const std::string& target_topic, int64_t records) {
    standby_->CreateTopic(target_topic, 1);
    standby_->Fill({target_topic, 0}, records);
  }

  static OffsetRun Run(int64_t u, int64_t d, int64_t length) {
    return {UpstreamOffset(u), DownstreamOffset(d), length};
  }

  SteppingClock clock_;
  const std::shared_ptr<FakeCluster> standby_ = std::make_shared<FakeCluster>(
      "standby", FakeClusterOptions{"", 1, /*waits=*/false});
  std::unique_ptr<MirrorClient> client_;
};

}  // namespace mirror::internal

#endif  // MIRROR_CLIENT_CLIENT_FIXTURE_H_
