// SPDX-License-Identifier: Apache-2.0
//
// Every option of a flow, once: what MM2's properties say per flow, in seven
// groups: what to copy, delivery, topics, groups, internal topics, several
// processes, memory.
// Flow (mirror/flow.h) has them all; a job takes the groups that concern it.
// Each field names its property and its unit; where it says nothing else, the
// default is right for most flows. docs/configuration.md lists the properties.
//
//   mirror::Flow flow("primary", "standby");
//   flow.on_source_gap = mirror::LossPolicy::kSkip;
//   flow.checkpoints.sync_group_offsets = true;
//
// absl::InfiniteDuration() means never: a job with such an interval runs when
// the flow starts, and never again. A job that must not run at all has
// `enabled = false`.
//
// All are value types; thread-compatible. MirrorEngine::Create() checks them.

#ifndef MIRROR_FLOW_OPTIONS_H_
#define MIRROR_FLOW_OPTIONS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace mirror {

class ConfigPropertyFilter;
class GroupFilter;
class RecordTransform;
class ReplicationPolicy;
class TopicFilter;

// One of the two clusters of a flow.
enum class ClusterSide { kSource, kTarget };

// What a partition does where records cannot be copied any more, or copies are
// gone: on.source.gap and on.target.change. MM2 resets silently to the log's
// start, and does not look at the target at all.
enum class LossPolicy {
  kStop,    // stop the partition; the operator decides
  kSkip,    // continue with the next record that exists, report what was lost
  kReseed,  // copy all that exists from its start, after what was copied before
};

// What becomes of a single record that the target rejects: on.rejected.record.
// MM2 fails the task.
enum class RejectedRecordPolicy {
  kStop,        // the partition waits before it, and retries
  kSkip,        // skip it, and record that
  kDeadLetter,  // write it to the dead-letter topic instead
};

// Where partitions begin that a flow finds when it runs for the first time:
// auto.offset.reset of the source's consumer.
enum class StartAt { kEarliest, kLatest };

// -- Credentials of a cluster --

enum class ClientKind { kConsumer, kProducer, kAdmin };

// Secrets that may change while an engine runs: their source is asked again
// when a cluster denies access, so that a rotated password needs no restart.
// (MM2 restarts its connectors' clients for that.)
//
//   flow.source.credentials = [](ClientKind) {
//     return ReadVault("mirror");  // {{"sasl.username", ...}, ...}
//   };
//
// Returns librdkafka settings (sasl.username, sasl.password,
// sasl.oauthbearer.client.secret, ssl.key.pem, ...) as they are now, for
// clients of that kind; they win over the settings given before. An error: what
// is known stays in use, and the question is asked again.
// Called when a client is made and, at most once a second and client, for as
// long as the cluster refuses it; by several threads at the same time. May read
// files; must not throw and not wait for long.
using CredentialSource =
    std::function<absl::StatusOr<std::map<std::string, std::string>>(
        ClientKind kind)>;

// -- What to copy --

struct CopyOptions {
  // enabled. False: nothing is copied; only heartbeats are written, which tell
  // that the target can be reached.
  bool replicate = true;
  // topics, topics.exclude. Null: MM2's defaults, all but internal topics.
  std::shared_ptr<const TopicFilter> topics;
  // groups, groups.exclude. Null: MM2's defaults, all but those of tools.
  std::shared_ptr<const GroupFilter> groups;
  // replication.policy.class. Null: DefaultReplicationPolicy. Change it before
  // the first run only: it names the topics that are there already.
  std::shared_ptr<const ReplicationPolicy> policy;
  // Run in order on every record. Without any, records are never decoded.
  std::vector<std::shared_ptr<const RecordTransform>> transforms;
  // heartbeats.replication.enabled. Heartbeats of clusters further upstream
  // are what MirrorClient finds remote clusters by.
  bool replicate_heartbeats = true;
};

// -- Delivery --

struct DeliveryOptions {
  // isolation.level of the source's consumer. False: records of open and
  // aborted transactions are copied too, which is MM2's default.
  bool read_committed = true;

  // auto.offset.reset: where the partitions begin that the flow finds when it
  // looks at the source for the first time. What appears later, also while no
  // engine runs, is copied from its log's start. kLatest: for sources with a
  // long history that the target does not need.
  StartAt start_at = StartAt::kEarliest;

  // on.source.gap: what a partition does where the source has lost the records
  // that come next, or the topic was recreated. Change it where availability
  // counts more than an operator's decision about the loss.
  LossPolicy on_source_gap = LossPolicy::kStop;

  // on.target.change: the same where copies are gone from the target, or other
  // producers write there. With kReseed, records of others are only reported.
  LossPolicy on_target_change = LossPolicy::kStop;

  // on.rejected.record: what becomes of a single record that the target rejects
  // (too large, invalid).
  RejectedRecordPolicy on_rejected_record = RejectedRecordPolicy::kStop;

  // dead.letter.topic, for RejectedRecordPolicy::kDeadLetter. Empty:
  // mm2-dead-letters.S.internal.
  std::string dead_letter_topic;

  // Not in MM2, and no property. True: other producers are meant to write to
  // the target topics, such as the flow in the other direction with
  // IdentityReplicationPolicy. An engine knows that of its own flows; set it if
  // another process runs the other flow.
  bool target_is_shared = false;

  // offset.flush.interval.ms: how often progress is stored, and so how much is
  // copied twice after a crash. Raise it if the writes to the internal topics
  // are too many; MM2's default is a minute.
  absl::Duration offset_flush_interval = absl::Seconds(1);

  // offset.flush.bytes, not in MM2: progress is stored before the interval ends
  // once so many bytes are acknowledged (values, and 64 for the rest of each
  // record). So a crash of a fast flow repeats no more than that, and what was
  // in flight.
  int64_t offset_flush_bytes = 16 << 20;
};

// -- Topics --

// Remote topics on the target.
struct TopicOptions {
  // refresh.topics.interval.seconds: how soon new topics and partitions of the
  // source are noticed (MM2: 600 s). InfiniteDuration() if
  // refresh.topics.enabled is false. Raise it for clusters with very many
  // topics.
  absl::Duration refresh_topics_interval = absl::Seconds(5);
  // replication.factor of topics that are created; -1: the broker's default.
  int32_t replication_factor = -1;
  // forget.deleted.topics.after.ms, not in MM2: how long a source topic must be
  // deleted until its progress, offset index, skipped ranges and checkpoints
  // are deleted, too. Raise it if topics may be restored after longer.
  absl::Duration forget_deleted_topics_after = absl::Hours(24);
};

// Configs of remote topics follow those of their source topics.
struct TopicConfigSyncOptions {
  // sync.topic.configs.enabled. False: a topic gets the source's configs when
  // it is created, and nothing is changed afterwards.
  bool enabled = true;
  // sync.topic.configs.interval.seconds.
  absl::Duration interval = absl::Minutes(10);
  // config.properties.exclude, use.defaults.from. Null: MM2's defaults.
  std::shared_ptr<const ConfigPropertyFilter> filter;
};

// ACLs of source topics are created on the target.
struct AclSyncOptions {
  // sync.topic.acls.enabled. False: no ACL is read or written; so it should be
  // where the target's ACLs are managed by another tool.
  bool enabled = true;
  // sync.topic.acls.interval.seconds.
  absl::Duration interval = absl::Minutes(10);
  // The rest is not in MM2.
  //
  // sync.topic.acls.prefixed.enabled: also ACLs about prefixes of names, where
  // the replication policy makes prefixes of them.
  bool prefixed = false;
  // sync.group.acls.enabled: also ACLs about the consumer groups that the group
  // filter accepts, so that consumers may read on the target at once.
  bool groups = false;
  // sync.topic.acls.remove.enabled: delete ACLs on the target which this engine
  // created, with this option on, and which the source no longer has.
  bool remove = false;
};

// -- Groups --

// Checkpoints, and committed offsets on the target.
struct CheckpointOptions {
  // emit.checkpoints.enabled. False: no group offsets are synced either.
  bool enabled = true;
  // emit.checkpoints.interval.seconds: how old the position of a group on the
  // target may be after a failover. Lower it for fewer records read twice.
  absl::Duration interval = absl::Seconds(60);
  // refresh.groups.interval.seconds: how soon a new group is noticed (MM2: 600
  // s). Its first checkpoints do not wait for `interval`.
  absl::Duration refresh_groups_interval = absl::Seconds(5);
  // checkpoints.topic.replication.factor; -1: the broker's default.
  int32_t replication_factor = -1;
  // sync.group.offsets.enabled: commit the offsets on the target, for groups
  // without members there. Then consumers need nothing but the new address
  // after a failover.
  bool sync_group_offsets = false;
  // sync.group.offsets.interval.seconds.
  absl::Duration sync_group_offsets_interval = absl::Seconds(60);
  // sync.group.offsets.follow.rewinds, not in MM2: whether a group that was
  // reset to an earlier offset on the source is reset on the target too.
  bool follow_rewinds = false;
};

// -- Internal topics --

struct HeartbeatOptions {
  // emit.heartbeats.enabled.
  bool enabled = true;
  // emit.heartbeats.interval.seconds.
  absl::Duration interval = absl::Seconds(1);
  // heartbeats.topic.replication.factor; -1: the broker's default.
  int32_t replication_factor = -1;
};

// MM2's offset syncs, for Java tools and a Java MM2. This library translates
// offsets by its own index, which is exact.
struct OffsetSyncOptions {
  // emit.offset-syncs.enabled. False: nothing is written to the source cluster.
  bool enabled = true;
  // offset-syncs.topic.location: the cluster that keeps the topic. kTarget: the
  // flow needs no write access to the source.
  ClusterSide location = ClusterSide::kSource;
  // offset.lag.max: records between two syncs of a partition.
  int64_t lag_max = 100;
  // offset-syncs.topic.replication.factor; -1: the broker's default.
  int32_t replication_factor = -1;
};

// Progress: Connect's source offsets.
struct ProgressOptions {
  // offset.storage.topic. Empty: mm2-offsets.S.internal.
  std::string offset_storage_topic;
  // offset.storage.partitions, offset.storage.replication.factor: if the topic
  // has to be created. -1: the broker's default.
  int32_t offset_storage_partitions = 25;
  int32_t offset_storage_replication_factor = -1;
  // offset.storage.connector: the name of the connector whose progress it is,
  // if MM2 ran on a Connect cluster; that of others is not read. Empty: written
  // as MirrorSourceConnector, MM2's dedicated mode, and read of any connector.
  std::string offset_storage_connector;
};

// -- Several processes --

enum class Ownership {
  // This process copies all of the flow, and no other may run it meanwhile.
  kAlone,
  // Processes that run the same flow share its shards, and take over those of a
  // process that ends. A shard is written by one of them at a time: the others
  // are fenced, by a transactional producer per shard.
  kGroup,
};

// How processes share a flow, as Connect's workers share MM2's tasks.
struct OwnershipOptions {
  // mirror.ownership, not in MM2, whose workers always form a group.
  Ownership ownership = Ownership::kAlone;
  // group.id: the consumer group on the target that divides the shards. Empty:
  // S-mm2, that of MM2's workers, so that MM2 and this library never run a flow
  // at the same time.
  std::string group_id;
  // group.instance.id, not in MM2: a name that only this process has. If it
  // restarts within the session, its shards wait for it and nothing moves.
  // Empty: its shards move when it stops.
  std::string group_instance_id;
  // session.timeout.ms: how long after a process has died its shards move. At
  // least 1 s, and group.min.session.timeout.ms of the brokers, 6 s by default.
  absl::Duration session_timeout = absl::Seconds(10);
  // No property: how soon a process learns that shards move. Shorter than the
  // session.
  absl::Duration heartbeat_interval = absl::Milliseconds(500);
};

// -- Memory and threads --

struct MemoryOptions {
  // tasks.max: how many shards the flow is cut into when it runs for the first
  // time; later runs use that number. Four of them share a thread, a consumer
  // and a producer. Raise it before the first run if one such thread needs a
  // whole core.
  int shards = 4;
  // Not in MM2. Bytes of values of records in flight, for all shards together;
  // at least 1 MiB. Raise it if the target acknowledges slowly and a flow with
  // many partitions does not reach the bandwidth.
  int64_t max_buffered_bytes = 64 << 20;
};

}  // namespace mirror

#endif  // MIRROR_FLOW_OPTIONS_H_
