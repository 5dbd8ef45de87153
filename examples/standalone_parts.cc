// SPDX-License-Identifier: Apache-2.0
//
// Parts of a mirror without an engine, as an MM2 user runs only one of the
// connectors: checkpoints and heartbeats for topics that another program, here
// a real MirrorMaker 2, copies and writes offset syncs for.
//
//   standalone_parts A a:9092 B b:9092      every second, until it is killed
//   standalone_parts A a:9092 B b:9092 3    three times

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "mirror/checkpoint/checkpoint_emitter.h"
#include "mirror/heartbeat/heartbeat_emitter.h"
#include "mirror/kafka/kafka_cluster.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/runtime/clock.h"
#include "mirror/sync/offset_sync_reader.h"
#include "mirror/sync/offset_sync_store.h"

namespace {

std::unique_ptr<mirror::KafkaCluster> Connect(const char* alias,
                                              const char* servers) {
  mirror::KafkaClusterOptions options;
  options.alias = alias;
  options.properties = {{"bootstrap.servers", servers}};
  return mirror::KafkaCluster::Create(std::move(options)).value();
}

absl::Status Run(mirror::Cluster* source, mirror::Cluster* target, int rounds) {
  mirror::Clock* const clock = mirror::Clock::System();
  mirror::CheckpointEmitterOptions options;
  options.policy = mirror::DefaultReplicationPolicy::Create().value();
  options.groups = mirror::RegexGroupFilter::Create().value();
  options.topics = mirror::RegexTopicFilter::Create().value();
  options.client_id = "standalone";

  // The mirror's offset syncs are on the source, named after the target.
  mirror::OffsetSyncStore offsets;
  auto syncs = mirror::OffsetSyncReader::Create(
      source, options.policy->OffsetSyncsTopic(target->alias()), "standalone",
      &offsets, clock);
  if (!syncs.ok()) return syncs.status();
  auto heartbeats = mirror::HeartbeatEmitter::Create(
      target, source->alias(), options.policy->HeartbeatsTopic(), {}, clock);
  if (!heartbeats.ok()) return heartbeats.status();
  auto checkpoints = mirror::CheckpointEmitter::Create(
      source, target, std::move(options), &offsets, clock);
  if (!checkpoints.ok()) return checkpoints.status();

  for (int i = 0; rounds == 0 || i < rounds; ++i) {
    if (i > 0) absl::SleepFor(absl::Seconds(1));
    absl::Status status = (*syncs)->CatchUp();
    if (status.ok()) status = (*checkpoints)->RunOnce();
    if (status.ok()) status = (*heartbeats)->RunOnce();
    if (!status.ok()) return status;
    std::printf("%lld checkpoints, %lld heartbeats written\n",
                static_cast<long long>((*checkpoints)->count()),
                static_cast<long long>((*heartbeats)->count()));
  }
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5 && argc != 6) {
    std::fprintf(stderr, "usage: %s A a:9092 B b:9092 [ROUNDS]\n", argv[0]);
    return 2;
  }
  const auto source = Connect(argv[1], argv[2]);
  const auto target = Connect(argv[3], argv[4]);
  const absl::Status status =
      Run(source.get(), target.get(), argc == 6 ? std::atoi(argv[5]) : 0);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return 1;
}
