// SPDX-License-Identifier: Apache-2.0
//
// What a host says about one flow: a source cluster, a target cluster, and how
// to copy. The plain-struct form of MM2's per-flow properties; each field names
// the property it answers to.
//
//   mirror::Flow flow("primary", "standby");
//   flow.source.properties = {{"bootstrap.servers", "a:9092"}};
//   flow.target.properties = {{"bootstrap.servers", "b:9092"}};
//   flow.topics = mirror::RegexTopicFilter::Create("orders.*").value();

#ifndef MIRROR_FLOW_H_
#define MIRROR_FLOW_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "mirror/checkpoint/checkpoint_options.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/credential_source.h"
#include "mirror/heartbeat/heartbeat_emitter.h"
#include "mirror/metadata/acl_sync_options.h"
#include "mirror/metadata/topic_config_options.h"
#include "mirror/policy/group_filter.h"
#include "mirror/policy/replication_policy.h"
#include "mirror/policy/topic_filter.h"
#include "mirror/replication/gap_policy.h"
#include "mirror/transform/record_transform.h"

namespace mirror {

// One side of a flow.
struct FlowCluster {
  // The cluster's alias in topic names, progress, checkpoints, heartbeats and
  // messages, e.g. "primary" (source.cluster.alias). Required.
  std::string alias;
  // The cluster's name, if it is not the alias: in the name of the flow, and in
  // those of MM2's worker topics (an entry of `clusters`). Empty: the alias.
  std::string name;
  // librdkafka settings of every client of this cluster; bootstrap.servers is
  // required. What a mirror must decide itself (auto.offset.reset,
  // enable.idempotence, ...) is refused.
  std::map<std::string, std::string> properties;
  // Settings of the consumers, producers and admin clients alone; they win over
  // `properties`.
  std::map<std::string, std::string> consumer_properties;
  std::map<std::string, std::string> producer_properties;
  std::map<std::string, std::string> admin_properties;
  // Asked for secrets as they are now, when a client is made and while the
  // cluster refuses them: a rotated password needs no restart. May be null.
  CredentialSource credentials;
  // Used instead of a real cluster if set, e.g. a FakeCluster; the properties
  // are then ignored.
  std::shared_ptr<Cluster> cluster;

  const std::string& cluster_name() const {
    return name.empty() ? alias : name;
  }
};

// MM2-style offset syncs, for Java tools and a Java MM2.
struct OffsetSyncOptions {
  // The cluster that keeps the topic (offset-syncs.topic.location).
  enum class Location { kSource, kTarget };

  // emit.offset-syncs.enabled.
  bool enabled = true;
  Location location = Location::kSource;
  // offset.lag.max: records between two syncs of a partition.
  int64_t lag_max = 100;
  // offset-syncs.topic.replication.factor; -1: the broker's default.
  int32_t replication_factor = -1;
};

struct Flow {
  Flow(std::string source_alias, std::string target_alias) {
    source.alias = std::move(source_alias);
    target.alias = std::move(target_alias);
  }

  // "S->T", as in events, logs and status.
  std::string name() const {
    return source.cluster_name() + "->" + target.cluster_name();
  }

  FlowCluster source;
  FlowCluster target;

  // enabled. False: nothing is copied; only heartbeats are written.
  bool replicate = true;
  // topics, topics.exclude. Null: MM2's defaults, all but internal topics.
  std::shared_ptr<const TopicFilter> topics;
  // groups, groups.exclude. Null: MM2's defaults, all but tools' own.
  std::shared_ptr<const GroupFilter> groups;
  // replication.policy.class. Null: DefaultReplicationPolicy.
  std::shared_ptr<const ReplicationPolicy> policy;
  // Run in order on every record.
  std::vector<std::shared_ptr<const RecordTransform>> transforms;
  // heartbeats.replication.enabled.
  bool replicate_heartbeats = true;

  // tasks.max: how many shards the flow is cut into when it runs for the first
  // time. Four of them share a thread, a consumer and a producer.
  int shards = 4;
  // Whether records of open and aborted transactions are left out
  // (isolation.level; MM2 copies them by default).
  bool read_committed = true;
  // auto.offset.reset: where the partitions begin that the flow finds at its
  // first look at the source. What appears later, also while no engine runs, is
  // copied from its log's start.
  StartAt start_at = StartAt::kEarliest;
  // on.source.gap: what a partition does where the source has lost records that
  // come next, or is another topic now.
  GapPolicy on_source_gap = GapPolicy::kStop;
  // on.target.change: the same where copies are gone from the target, or others
  // write there. With kReseed, what others wrote is only reported.
  GapPolicy on_target_change = GapPolicy::kStop;
  // on.refused.record: what becomes of a single record that the target refuses
  // (too large, invalid).
  RefusedPolicy on_refused_record = RefusedPolicy::kStop;
  // dead.letter.topic, for RefusedPolicy::kDeadLetter. Empty:
  // mm2-dead-letters.S.internal.
  std::string dead_letter_topic;
  // Others are meant to write to the target topics, such as another flow with
  // IdentityReplicationPolicy. An engine knows that of its own flows.
  bool target_is_shared = false;
  // Memory for records on their way, of all shards together, values only.
  int64_t max_buffered_bytes = 64 << 20;

  // refresh.topics.interval.seconds.
  absl::Duration refresh_topics_interval = absl::Seconds(5);
  // replication.factor of created topics; -1: the broker's default.
  int32_t replication_factor = -1;

  // offset.flush.interval.ms: how often progress is stored, and so how much is
  // copied twice after a crash.
  absl::Duration offset_flush_interval = absl::Seconds(1);
  // offset.flush.bytes: progress is stored before the interval ends once this
  // much is acknowledged (bytes of values, and 64 for the rest of each record),
  // so a crash of a fast flow repeats no more than that, and what was in
  // flight. Not in MM2.
  int64_t offset_flush_bytes = 16 << 20;
  // forget.deleted.topics.after.ms: how long a source topic must be deleted
  // until its progress, offset index, skipped ranges and checkpoints are
  // deleted, too. InfiniteDuration: they are kept. Not in MM2.
  absl::Duration forget_deleted_topics_after = absl::Hours(24);
  // offset.storage.topic. Empty: mm2-offsets.S.internal.
  std::string progress_topic;
  // offset.storage.partitions and offset.storage.replication.factor, if the
  // topic has to be created.
  int32_t progress_partitions = 25;
  int32_t progress_replication_factor = -1;

  HeartbeatOptions heartbeats;
  OffsetSyncOptions offset_syncs;
  CheckpointOptions checkpoints;
  AclSyncOptions acls;
  TopicConfigSyncOptions topic_configs;
};

}  // namespace mirror

#endif  // MIRROR_FLOW_H_
