// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow_check.h"

#include <string>
#include <typeinfo>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "mirror/cluster/errors.h"
#include "mirror/flow_cluster.h"
#include "mirror/flow_topics.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/mm2_replication_policies.h"

namespace mirror::internal {
namespace {

constexpr absl::string_view kProbe = "probe";

absl::Status Wrong(const Flow& flow, absl::string_view field,
                   absl::string_view problem) {
  return absl::InvalidArgumentError(
      absl::StrCat("flow ", flow.name(), ", ", field, ": ", problem));
}

// Whether the policy gives back the alias that it was given. It need not tell
// the source of ordinary topics (Identity does not), but that of heartbeats.
absl::Status CheckAlias(const Flow& flow) {
  const std::string remote = flow.policy->FormatRemoteTopic(
      flow.source.alias, flow.policy->HeartbeatsTopic());
  if (flow.policy->TopicSource(remote) == flow.source.alias) {
    return absl::OkStatus();
  }
  return Wrong(flow, "source.alias",
               absl::StrCat("the replication policy does not find \"",
                            flow.source.alias, "\" in \"", remote,
                            "\" again; the alias must not contain the "
                            "separator"));
}

absl::Status CheckOwnership(const Flow& flow) {
  if (flow.session_timeout < absl::Seconds(1)) {
    return Wrong(flow, "session_timeout", "must be at least 1 s");
  }
  if (flow.heartbeat_interval <= absl::ZeroDuration() ||
      flow.heartbeat_interval >= flow.session_timeout) {
    return Wrong(flow, "heartbeat_interval",
                 "must be above zero and shorter than session_timeout");
  }
  return absl::OkStatus();
}

// Whether one group would divide the shards of both.
bool ShareGroup(const Flow& a, const Flow& b) {
  return a.replicate && b.replicate && a.ownership == Ownership::kGroup &&
         b.ownership == Ownership::kGroup &&
         a.target.cluster_name() == b.target.cluster_name() &&
         WorkerGroup(a) == WorkerGroup(b);
}

// Whether both keep their checkpoints and offset index in the same topics.
bool ShareBookkeeping(const Flow& a, const Flow& b) {
  return a.replicate && b.replicate &&
         a.target.cluster_name() == b.target.cluster_name() &&
         a.source.alias == b.source.alias;
}

// Whether topics have the same names with both.
bool SameNames(const Flow& now, const Flow& next) {
  const ReplicationPolicy& a = *now.policy;
  const ReplicationPolicy& b = *next.policy;
  const std::string& alias = now.source.alias;
  const std::string remote = a.FormatRemoteTopic(alias, kProbe);
  return typeid(a) == typeid(b) &&
         remote == b.FormatRemoteTopic(alias, kProbe) &&
         a.TopicSource(remote) == b.TopicSource(remote) &&
         a.HeartbeatsTopic() == b.HeartbeatsTopic() &&
         a.CheckpointsTopic(alias) == b.CheckpointsTopic(alias) &&
         OffsetSyncsTopic(now) == OffsetSyncsTopic(next);
}

struct Field {
  absl::string_view name;
  bool same;
};

absl::Status CheckSame(const Flow& flow, absl::Span<const Field> fields) {
  for (const Field& field : fields) {
    if (field.same) continue;
    return Wrong(flow, field.name,
                 "cannot change while the flow exists: remove the flow and "
                 "add it again");
  }
  return absl::OkStatus();
}

absl::Status CheckSameOwnership(const Flow& now, const Flow& next) {
  return CheckSame(
      now,
      {{"ownership", now.ownership == next.ownership},
       {"group_id", WorkerGroup(now) == WorkerGroup(next)},
       {"group_instance_id", now.group_instance_id == next.group_instance_id},
       {"session_timeout", now.session_timeout == next.session_timeout},
       {"heartbeat_interval",
        now.heartbeat_interval == next.heartbeat_interval}});
}

absl::Status CheckSameCluster(const Flow& flow, const std::string& side,
                              const FlowCluster& now, const FlowCluster& next) {
  const auto name = [&](absl::string_view field) {
    return absl::StrCat(side, ".", field);
  };
  const std::string names[] = {name("alias"),
                               name("name"),
                               name("properties"),
                               name("consumer_properties"),
                               name("producer_properties"),
                               name("admin_properties"),
                               name("cluster")};
  return CheckSame(
      flow, {{names[0], now.alias == next.alias},
             {names[1], now.cluster_name() == next.cluster_name()},
             {names[2], now.properties == next.properties},
             {names[3], now.consumer_properties == next.consumer_properties},
             {names[4], now.producer_properties == next.producer_properties},
             {names[5], now.admin_properties == next.admin_properties},
             {names[6], now.cluster == next.cluster}});
}

}  // namespace

absl::Status CheckFlow(const Flow& flow) {
  if (flow.source.alias.empty()) return Wrong(flow, "source.alias", "is empty");
  if (flow.target.alias.empty()) return Wrong(flow, "target.alias", "is empty");
  // MM2's files may give both sides of a pair without replication one alias.
  if (flow.replicate && flow.source.alias == flow.target.alias) {
    return Wrong(flow, "target.alias", "must differ from source.alias");
  }
  if (flow.shards < 1 || flow.shards > 1000) {
    return Wrong(flow, "shards", "must be 1 to 1000");
  }
  if (flow.max_buffered_bytes < (1 << 20)) {
    return Wrong(flow, "max_buffered_bytes", "must be at least 1 MiB");
  }
  if (flow.refresh_topics_interval <= absl::ZeroDuration()) {
    return Wrong(flow, "refresh_topics_interval", "must be above zero");
  }
  if (flow.offset_flush_interval <= absl::ZeroDuration()) {
    return Wrong(flow, "offset_flush_interval", "must be above zero");
  }
  if (flow.offset_flush_bytes < 1) {
    return Wrong(flow, "offset_flush_bytes", "must be at least 1");
  }
  if (flow.forget_deleted_topics_after < absl::ZeroDuration()) {
    return Wrong(flow, "forget_deleted_topics_after", "must not be negative");
  }
  if (flow.heartbeats.interval <= absl::ZeroDuration()) {
    return Wrong(flow, "heartbeats.interval", "must be above zero");
  }
  if (flow.checkpoints.interval <= absl::ZeroDuration()) {
    return Wrong(flow, "checkpoints.interval", "must be above zero");
  }
  if (flow.checkpoints.refresh_groups_interval <= absl::ZeroDuration()) {
    return Wrong(flow, "checkpoints.refresh_groups_interval",
                 "must be above zero");
  }
  if (flow.checkpoints.sync_group_offsets_interval <= absl::ZeroDuration()) {
    return Wrong(flow, "checkpoints.sync_group_offsets_interval",
                 "must be above zero");
  }
  if (flow.acls.interval <= absl::ZeroDuration()) {
    return Wrong(flow, "acls.interval", "must be above zero");
  }
  if (flow.topic_configs.interval <= absl::ZeroDuration()) {
    return Wrong(flow, "topic_configs.interval", "must be above zero");
  }
  if (flow.offset_syncs.lag_max < 0) {
    return Wrong(flow, "offset_syncs.lag_max", "must not be negative");
  }
  if (flow.offset_storage_partitions < 1) {
    return Wrong(flow, "offset_storage_partitions", "must be at least 1");
  }
  absl::Status status = CheckOwnership(flow);
  status.Update(CheckAlias(flow));
  return status;
}

// Whether both give their copies of a topic the same name in the same cluster.
bool ShareTopics(const Flow& a, const Flow& b) {
  return a.replicate && b.replicate &&
         a.target.cluster_name() == b.target.cluster_name() &&
         a.policy->FormatRemoteTopic(a.source.alias, kProbe) ==
             b.policy->FormatRemoteTopic(b.source.alias, kProbe);
}

absl::Status CheckBeside(const Flow& flow, const Flow& other) {
  if (flow.name() == other.name()) {
    return Wrong(flow, "source and target", "duplicate flow");
  }
  if (ShareGroup(flow, other)) {
    return Wrong(flow, "group_id",
                 absl::StrCat("\"", WorkerGroup(flow),
                              "\" is also the group of flow ", other.name(),
                              " on the same target, so each would fence the "
                              "other's producers; each flow needs a group of "
                              "its own"));
  }
  if (!ShareBookkeeping(flow, other)) return absl::OkStatus();
  return Wrong(flow, "source.alias",
               absl::StrCat("\"", flow.source.alias,
                            "\" is also the source of flow ", other.name(),
                            " into the same target, so their checkpoints and "
                            "offset index would mix; each source needs an "
                            "alias of its own"));
}

absl::Status CompleteFlow(Flow* flow, LogSink* log, Clock* clock) {
  if (flow->topics == nullptr) {
    auto filter = RegexTopicFilter::Create();
    if (!filter.ok()) return filter.status();
    flow->topics = *std::move(filter);
  }
  if (flow->groups == nullptr) {
    auto filter = RegexGroupFilter::Create();
    if (!filter.ok()) return filter.status();
    flow->groups = *std::move(filter);
  }
  if (flow->topic_configs.filter == nullptr) {
    auto filter = RegexConfigPropertyFilter::Create();
    if (!filter.ok()) return filter.status();
    flow->topic_configs.filter = *std::move(filter);
  }
  if (flow->policy == nullptr) {
    auto policy = DefaultReplicationPolicy::Create();
    if (!policy.ok()) return policy.status();
    flow->policy = *std::move(policy);
  }
  for (FlowCluster* side : {&flow->source, &flow->target}) {
    auto cluster = ConnectFlowCluster(*side, Logger(log, clock, flow->name()));
    if (!cluster.ok()) {
      return Annotate(cluster.status(), absl::StrCat("flow ", flow->name()));
    }
    side->cluster = *std::move(cluster);
  }
  return absl::OkStatus();
}

absl::Status CheckUpdate(const Flow& now, const Flow& next) {
  absl::Status status =
      CheckSameCluster(now, "source", now.source, next.source);
  status.Update(CheckSameCluster(now, "target", now.target, next.target));
  status.Update(CheckSameOwnership(now, next));
  if (!status.ok()) return status;
  const CheckpointOptions& checkpoints = next.checkpoints;
  return CheckSame(
      now,
      {{"replicate", now.replicate == next.replicate},
       {"policy", SameNames(now, next)},
       {"replicate_heartbeats",
        now.replicate_heartbeats == next.replicate_heartbeats},
       {"read_committed", now.read_committed == next.read_committed},
       {"start_at", now.start_at == next.start_at},
       {"on_rejected_record and dead_letter_topic",
        DeadLetterTopicOf(now) == DeadLetterTopicOf(next)},
       {"topic_configs.enabled",
        now.topic_configs.enabled == next.topic_configs.enabled},
       {"acls.enabled", now.acls.enabled == next.acls.enabled},
       {"acls.prefixed", now.acls.prefixed == next.acls.prefixed},
       {"acls.groups", now.acls.groups == next.acls.groups},
       {"acls.remove", now.acls.remove == next.acls.remove},
       {"checkpoints.enabled", now.checkpoints.enabled == checkpoints.enabled},
       {"checkpoints.replication_factor",
        now.checkpoints.replication_factor == checkpoints.replication_factor},
       {"checkpoints.sync_group_offsets",
        now.checkpoints.sync_group_offsets == checkpoints.sync_group_offsets},
       {"checkpoints.follow_rewinds",
        now.checkpoints.follow_rewinds == checkpoints.follow_rewinds},
       {"heartbeats.enabled",
        now.heartbeats.enabled == next.heartbeats.enabled},
       {"heartbeats.replication_factor",
        now.heartbeats.replication_factor ==
            next.heartbeats.replication_factor},
       {"offset_syncs.enabled",
        now.offset_syncs.enabled == next.offset_syncs.enabled},
       {"offset_syncs.location",
        now.offset_syncs.location == next.offset_syncs.location},
       {"offset_syncs.replication_factor",
        now.offset_syncs.replication_factor ==
            next.offset_syncs.replication_factor},
       {"offset_storage_topic",
        now.offset_storage_topic == next.offset_storage_topic},
       {"offset_storage_partitions",
        now.offset_storage_partitions == next.offset_storage_partitions},
       {"offset_storage_replication_factor",
        now.offset_storage_replication_factor ==
            next.offset_storage_replication_factor},
       {"shards", now.shards == next.shards},
       {"max_buffered_bytes",
        now.max_buffered_bytes == next.max_buffered_bytes}});
}

}  // namespace mirror::internal
