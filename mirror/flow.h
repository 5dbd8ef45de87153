// SPDX-License-Identifier: Apache-2.0
//
// What a host says about one flow: a source cluster, a target cluster, and how
// to copy. The plain-struct form of MM2's per-flow properties.
//
//   mirror::Flow flow("primary", "standby");
//   flow.source.properties = {{"bootstrap.servers", "a:9092"}};
//   flow.target.properties = {{"bootstrap.servers", "b:9092"}};
//   flow.topics = mirror::RegexTopicFilter::Create("orders.*").value();
//   flow.on_source_gap = mirror::LossPolicy::kSkip;

#ifndef MIRROR_FLOW_H_
#define MIRROR_FLOW_H_

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "mirror/cluster/cluster.h"
#include "mirror/flow_options.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/replication_policy.h"
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

// All there is to say about a flow. The fields of the base structs are
// described in mirror/flow_options.h, like those of the structs below.
struct Flow : CopyOptions,
              DeliveryOptions,
              TopicOptions,
              ProgressOptions,
              OwnershipOptions,
              MemoryOptions {
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

  TopicConfigSyncOptions topic_configs;
  AclSyncOptions acls;
  CheckpointOptions checkpoints;
  HeartbeatOptions heartbeats;
  OffsetSyncOptions offset_syncs;
};

}  // namespace mirror

#endif  // MIRROR_FLOW_H_
