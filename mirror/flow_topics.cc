// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow_topics.h"

#include "absl/strings/str_cat.h"
#include "mirror/metadata/acl_ledger_record.h"
#include "mirror/replication/dead_letter.h"
#include "mirror/sync/index_segment.h"

namespace mirror::internal {
namespace {

// As EnsureInternalTopic() creates it.
FlowTopic Internal(InternalTopicKind kind, std::string name, int32_t partitions,
                   int32_t replication_factor) {
  return {false,
          {std::move(name), partitions, replication_factor,
           InternalTopicConfigs(kind)},
          kind};
}

std::string NameOfDeadLetterTopic(const Flow& flow) {
  return flow.dead_letter_topic.empty()
             ? DeadLetterTopic(flow.source.cluster_name())
             : flow.dead_letter_topic;
}

}  // namespace

TopicSelection SelectionOf(const Flow& flow) {
  return {flow.policy, flow.topics, flow.source.alias, flow.target.alias,
          flow.replicate_heartbeats};
}

AclRules AclRulesOf(const Flow& flow) {
  // Dead letters also if there are none now: the topic may be there.
  return {SelectionOf(flow),
          flow.source.alias,
          {ProgressTopic(flow), OffsetIndexTopic(flow.source.alias),
           NameOfDeadLetterTopic(flow)},
          flow.groups,
          flow.acls};
}

std::string ProgressTopic(const Flow& flow) {
  if (!flow.offset_storage_topic.empty()) return flow.offset_storage_topic;
  // MM2 names its worker topics after the cluster, whatever its alias.
  return absl::StrCat("mm2-offsets.", flow.source.cluster_name(), ".internal");
}

bool SyncsOnSource(const Flow& flow) {
  return flow.offset_syncs.location == ClusterSide::kSource;
}

// Named after the cluster that it is not on.
std::string OffsetSyncsTopic(const Flow& flow) {
  return flow.policy->OffsetSyncsTopic(SyncsOnSource(flow) ? flow.target.alias
                                                           : flow.source.alias);
}

std::string WorkerGroup(const Flow& flow) {
  return flow.group_id.empty()
             ? absl::StrCat(flow.source.cluster_name(), "-mm2")
             : flow.group_id;
}

std::string DeadLetterTopicOf(const Flow& flow) {
  return flow.on_rejected_record == RejectedRecordPolicy::kDeadLetter
             ? NameOfDeadLetterTopic(flow)
             : "";
}

std::vector<FlowTopic> InternalTopics(const Flow& flow) {
  using Kind = InternalTopicKind;
  std::vector<FlowTopic> topics;
  if (flow.heartbeats.enabled) {
    topics.push_back(Internal(Kind::kHeartbeats, flow.policy->HeartbeatsTopic(),
                              1, flow.heartbeats.replication_factor));
  }
  if (!flow.replicate) return topics;
  topics.push_back(Internal(Kind::kProgress, ProgressTopic(flow),
                            flow.offset_storage_partitions,
                            flow.offset_storage_replication_factor));
  topics.push_back(Internal(Kind::kOffsetIndex,
                            OffsetIndexTopic(flow.source.alias), flow.shards,
                            flow.offset_storage_replication_factor));
  if (flow.offset_syncs.enabled) {
    topics.push_back(Internal(Kind::kOffsetSyncs, OffsetSyncsTopic(flow), 1,
                              flow.offset_syncs.replication_factor));
    topics.back().on_source = SyncsOnSource(flow);
  }
  if (flow.checkpoints.enabled) {
    topics.push_back(Internal(Kind::kCheckpoints,
                              flow.policy->CheckpointsTopic(flow.source.alias),
                              1, flow.checkpoints.replication_factor));
  }
  if (flow.acls.enabled && flow.acls.remove) {
    topics.push_back(Internal(Kind::kAclLedger,
                              AclLedgerTopic(flow.source.alias), 1,
                              flow.offset_storage_replication_factor));
  }
  if (const std::string name = DeadLetterTopicOf(flow); !name.empty()) {
    topics.push_back(
        {false,
         {name, 1, flow.replication_factor, DeadLetterTopicConfigs()},
         std::nullopt});
  }
  return topics;
}

}  // namespace mirror::internal
