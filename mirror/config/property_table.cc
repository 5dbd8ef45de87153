// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/property_table.h"

#include "mirror/config/property_row.h"

namespace mirror::internal {
namespace {

using absl::string_view;

// Topics of the Connect worker, which MM2 reads at the top level first.
constexpr unsigned kStorage = kTopLevel | kTarget;
// What MM2 gives to the Connect worker that serves the flow.
constexpr unsigned kWorker = kTopLevel | kTarget | kFlow;

std::vector<PropertySpec> ClusterAndFlowProperties() {
  return {
      List("clusters", kTopLevel, "",
           "Required. The names of the clusters, and their aliases unless "
           "source.cluster.alias, target.cluster.alias or alias says "
           "otherwise: letters, digits, '.', '_' and '-'."),
      Servers(
          "bootstrap.servers", kTopLevel | kSource | kTarget,
          "Required for every cluster: host:port of some brokers. At the top "
          "level a default for all clusters."),
      Text("source.cluster.alias", kTopAndFlow, "S",
           "The alias of the source in names of topics, progress, checkpoints "
           "and heartbeats. Worker topics keep the name of the cluster."),
      Text("target.cluster.alias", kTopAndFlow, "T", "The same of the target."),
      Text("alias", kSource | kTarget, "",
           "The same of the cluster, on either side: S.alias stands for "
           "source.cluster.alias, T.alias for target.cluster.alias, and "
           "overrides it at the top level."),
      Bool("enabled", kTopAndFlow, "false",
           "Replicate topics and checkpoints of this flow. Heartbeats of a "
           "pair run without it."),
      Mm2Default(
          "1", Int("tasks.max", kTopAndFlow, "4", 1, kMaxInt,
                   "Shards of the flow: the most ways in which its partitions "
                   "are distributed over threads.")),
      Plugin("replication.policy.class",
             {"DefaultReplicationPolicy", "IdentityReplicationPolicy"},
             "How topics are named on the target. Your own class: a "
             "mirror::ReplicationPolicy in a PluginRegistry."),
      Text("replication.policy.separator", kTopAndFlow, ".",
           "The text between alias and topic: A.orders. Letters, digits, '.', "
           "'_', '-' only."),
      Bool("replication.policy.internal.topic.separator.enabled", kTopAndFlow,
           "true",
           "Use the separator in the names of internal topics too; false: "
           "always '.'."),
      Text("replication.policy.rename", kTopAndFlow, "",
           "Not in MM2. Renames topics before the policy adds its prefix: "
           "FROM:TO, separated by commas. A source topic that already has "
           "the name TO is copied as TO-unrenamed."),
      Millis("admin.timeout.ms", kTopAndFlow, "60000", 1,
             "How long one administrative request may take."),
      List("config.providers", kTopLevel, "",
           "Names of config providers. ${env:NAME}, ${file:/path:key} and "
           "${dir:/path:file} work without."),
      Text("config.providers.*", kTopLevel, "",
           "config.providers.NAME.class: EnvVarConfigProvider, "
           "FileConfigProvider or DirectoryConfigProvider."),
  };
}

std::vector<PropertySpec> LossProperties() {
  return {
      Choice("on.source.gap", kTopAndFlow, "stop", {"stop", "skip", "reseed"},
             "Not in MM2, which skips silently. What a partition does when "
             "records are missing on the source (retention, truncation, topic "
             "recreated): stop; skip what is missing and record it; or reseed "
             "from the beginning of the source."),
      Choice("on.target.change", kTopAndFlow, "stop",
             {"stop", "skip", "reseed"},
             "Not in MM2, which does not check. What a partition does when its "
             "copies are gone from the target (topic deleted or truncated) or "
             "another producer writes between them: stop; skip, continue and "
             "record it; or reseed from the beginning of the source."),
      Choice("on.rejected.record", kTopAndFlow, "stop",
             {"stop", "skip", "dead-letter"},
             "Not in MM2, which fails the task. What happens to a record that "
             "the target rejects (too large, invalid): stop before it and "
             "retry; skip it and record that; or write it to the dead-letter "
             "topic."),
      Text("dead.letter.topic", kTopAndFlow, "mm2-dead-letters.S.internal",
           "Not in MM2. The topic on the target for on.rejected.record = "
           "dead-letter."),
  };
}

std::vector<PropertySpec> TopicProperties() {
  return {
      Patterns(
          "topics", kTopAndFlow, ".*",
          "Regular expressions (RE2) of the topics to replicate; the whole "
          "name must match. An empty list matches nothing. Unlike in MM2, a "
          "comma inside {} is part of the expression."),
      Patterns("topics.exclude", kTopAndFlow,
               R"(.*[\-\.]internal,.*\.replica,__.*)",
               "Topics that are not replicated although `topics` matches."),
      Plugin("topic.filter.class", {"DefaultTopicFilter"},
             "Your own class: a mirror::TopicFilter in a PluginRegistry."),
      Mm2Default("600", Seconds("refresh.topics.interval.seconds", "5",
                                "How often new topics and partitions are "
                                "looked for.")),
      Bool("refresh.topics.enabled", kTopAndFlow, "true",
           "Look for new topics and partitions."),
      ReplicationFactor("replication.factor", kTopAndFlow, "2",
                        "Replicas of topics created on the target; -1: the "
                        "target broker's default."),
      Seconds("sync.topic.configs.interval.seconds", "600",
              "How often topic configs are compared and copied."),
      Bool("sync.topic.configs.enabled", kTopAndFlow, "true",
           "Copy changes of topic configs to the target."),
      Patterns("config.properties.exclude", kTopAndFlow,
               R"(follower\.replication\.throttled\.replicas,)"
               R"(leader\.replication\.throttled\.replicas,)"
               R"(message\.timestamp\.difference\.max\.ms,)"
               R"(message\.timestamp\.type,unclean\.leader\.election\.enable,)"
               R"(min\.insync\.replicas)",
               "Regular expressions of topic configs that are not copied."),
      Plugin("config.property.filter.class", {"DefaultConfigPropertyFilter"},
             "Your own class: a mirror::ConfigPropertyFilter in a "
             "PluginRegistry."),
      List("transforms", kTopAndFlow, "",
           "Aliases of mirror::RecordTransform classes in a PluginRegistry, in "
           "their order. Kafka's own transforms are Java."),
      Text("transforms.*", kTopAndFlow, "",
           "transforms.ALIAS.type: the class; the others are its properties."),
      Choice(
          "use.defaults.from", kTopAndFlow, "target", {"target", "source"},
          "The cluster whose default a topic config takes if it is not set on "
          "the source topic. MM2 reads it only as S->T.use.defaults.from."),
      Bool("heartbeats.replication.enabled", kTopAndFlow, "true",
           "Replicate the source's heartbeats topic even if `topics` does not "
           "match it."),
  };
}

std::vector<PropertySpec> AclProperties() {
  return {
      Seconds("sync.topic.acls.interval.seconds", "600",
              "How often topic ACLs are compared and copied."),
      Bool("sync.topic.acls.enabled", kTopAndFlow, "true",
           "Copy the ACLs of topics to the target. None allows writing there: "
           "ALL on the source topic becomes READ on the copy."),
      Bool("sync.topic.acls.prefixed.enabled", kTopAndFlow, "false",
           "Not in MM2. Copy prefixed ACLs too, where the replication policy "
           "maps prefixes to prefixes."),
      Bool("sync.topic.acls.remove.enabled", kTopAndFlow, "false",
           "Not in MM2. Delete ACLs on the target that were created while "
           "this was enabled and that the source no longer has. They are "
           "stored in mm2-acls.S.internal on the target. If two sources have "
           "the same ACL under one name, it is deleted when the source that "
           "created it drops it, and created again by the other's next sync."),
      Bool("sync.group.acls.enabled", kTopAndFlow, "false",
           "Not in MM2. Copy the ACLs of the consumer groups that `groups` "
           "selects too, under the same names. Enable it in one direction "
           "only: two flows in opposite directions would each restore what "
           "is removed from the other's source."),
  };
}

std::vector<PropertySpec> OffsetProperties() {
  return {
      Patterns("groups", kTopAndFlow, ".*",
               "Regular expressions of the consumer groups to checkpoint."),
      Patterns("groups.exclude", kTopAndFlow,
               "console-consumer-.*,connect-.*,__.*",
               "Groups that are not checkpointed although `groups` matches."),
      Plugin("group.filter.class", {"DefaultGroupFilter"},
             "Your own class: a mirror::GroupFilter in a PluginRegistry."),
      Mm2Default("600",
                 Seconds("refresh.groups.interval.seconds", "5",
                         "How often new consumer groups are looked for.")),
      Bool("refresh.groups.enabled", kTopAndFlow, "true",
           "Look for new consumer groups."),
      Seconds("emit.checkpoints.interval.seconds", "60",
              "How often checkpoints are written."),
      Bool("emit.checkpoints.enabled", kTopAndFlow, "true",
           "Write checkpoints of consumer groups to the target."),
      ReplicationFactor("checkpoints.topic.replication.factor", kTopAndFlow,
                        "3", "Replicas of the checkpoints topic."),
      Seconds("sync.group.offsets.interval.seconds", "60",
              "How often translated offsets are committed on the target."),
      Bool("sync.group.offsets.enabled", kTopAndFlow, "false",
           "Commit translated offsets for groups that are empty or absent on "
           "the target."),
      Bool("sync.group.offsets.follow.rewinds", kTopAndFlow, "false",
           "Not in MM2, which never moves a group backwards. Reset a group on "
           "the target too when it was reset to earlier offsets on the source: "
           "once, if the new position is translated exactly, and only if the "
           "target's position is not past the furthest one of the source."),
      Bool("emit.offset-syncs.enabled", kTopAndFlow, "true",
           "Write offset syncs as MM2 does, for MM2's own tools. Translation "
           "here does not need them."),
      Choice("offset-syncs.topic.location", kTopAndFlow, "source",
             {"source", "target"},
             "The cluster that holds the offset-syncs topic. `target` needs "
             "no write access to the source."),
      ReplicationFactor("offset-syncs.topic.replication.factor", kTopAndFlow,
                        "3", "Replicas of the offset-syncs topic."),
      Int("offset.lag.max", kTopAndFlow, "100", 0, kMaxLong,
          "How far offsets may drift before MM2's next offset sync."),
      Seconds("emit.heartbeats.interval.seconds", "1",
              "How often a heartbeat is written."),
      Bool("emit.heartbeats.enabled", kTopAndFlow, "true",
           "Write heartbeats to the target, also for pairs that do not "
           "replicate."),
      ReplicationFactor("heartbeats.topic.replication.factor", kTopAndFlow, "3",
                        "Replicas of the heartbeats topic."),
  };
}

std::vector<PropertySpec> WorkerProperties() {
  return {
      Mm2Default("60000",
                 Millis("offset.flush.interval.ms", kWorker, "1000", 1,
                        "How often progress is committed: what a crash copies "
                        "again. MM2 reads it only as T.NAME.")),
      Int("offset.flush.bytes", kWorker, "16777216", 1, kMaxLong,
          "Progress is committed before that once this much is acknowledged: "
          "bytes of values, and 64 more for each record. Not in MM2."),
      Int("forget.deleted.topics.after.ms", kTopAndFlow, "86400000", -1,
          kMaxSeconds * 1000,
          "How long a source topic must be deleted until what is stored of it "
          "is deleted, too; -1: it is kept. Its copy stays. Not in MM2."),
      Choice("exactly.once.source.support", kWorker, "disabled",
             {"disabled", "preparing", "enabled"},
             "`enabled`: records and progress in one transaction. "
             "`preparing` counts as disabled. MM2 reads it only as T.NAME."),
      Text("offset.storage.topic", kStorage, "mm2-offsets.S.internal",
           "The topic on the target that stores the progress. The top level "
           "overrides T, as in MM2."),
      ReplicationFactor("offset.storage.replication.factor", kStorage, "3",
                        "Replicas of that topic."),
      Int("offset.storage.partitions", kStorage, "25", 1, 10000,
          "Partitions of that topic, when it is created."),
      Text("offset.storage.connector", kTopAndFlow, "",
           "Not in MM2. The connector on Kafka Connect whose progress it is."),
      Text("config.storage.topic", kStorage, "mm2-configs.S.internal",
           "MM2's topic of connector configurations, which is never "
           "replicated."),
      Text("status.storage.topic", kStorage, "mm2-status.S.internal",
           "MM2's topic of task states, which is never replicated."),
  };
}

std::vector<PropertySpec> OwnershipProperties() {
  return {
      Choice("mirror.ownership", kTopAndFlow, "alone", {"alone", "group"},
             "Not in MM2, whose workers always form a group. `alone`: this "
             "process copies the whole flow, and no other may run it. `group`: "
             "processes with the same flow share its shards, and take over "
             "those of a process that ends."),
      Text("group.id", kTarget, "S-mm2",
           "The consumer group on the target that divides the shards if "
           "mirror.ownership = group. The default is the group of MM2's "
           "Connect workers, so that MM2 and the mirror never run a flow at "
           "the same time."),
      Text("group.instance.id", kTopAndFlow, "",
           "Not in MM2. A name that only this process has in the group, such "
           "as ${env:HOSTNAME}: its shards wait for it if it is back within "
           "session.timeout.ms. Without it they move when it stops."),
      Millis("session.timeout.ms", kWorker, "10000", 1000,
             "How long after a process of the group has died its shards move. "
             "At least group.min.session.timeout.ms of the target's brokers, "
             "which is 6000 by default. MM2 reads it only as T.NAME."),
  };
}

std::vector<PropertySpec> IgnoredWorkerProperties() {
  return {
      Ignored("config.storage.replication.factor", kStorage,
              "No connector configurations are stored."),
      Ignored("status.storage.replication.factor", kStorage,
              "No task states are stored."),
      Ignored("status.storage.partitions", kStorage,
              "No task states are stored."),
      Ignored("config.storage.*", kAnywhere,
              "No connector configurations are stored."),
      Ignored("status.storage.*", kAnywhere, "No task states are stored."),
      Ignored("offset.storage.*", kAnywhere,
              "The offsets topic is always compacted."),
      Ignored("dedicated.mode.enable.internal.rest", kTopLevel,
              "Processes do not talk to each other."),
      Ignored("listeners", kTopLevel | kTarget, "There is no REST server."),
      Ignored("listeners.*", kTopLevel | kTarget, "There is no REST server."),
      Ignored("rest.*", kTopLevel | kTarget, "There is no REST server."),
      Ignored("admin.listeners", kTopLevel | kTarget,
              "There is no REST server."),
      Ignored("plugin.*", kTopLevel | kTarget, "There are no Java plugins."),
      Ignored("metric.reporters", kAnywhere,
              "Metrics are read from the engine."),
      Ignored("metrics.*", kAnywhere, "Metrics are read from the engine."),
      Ignored("task.*", kAnywhere, "There are no Connect tasks."),
      Ignored("worker.*", kAnywhere, "There are no Connect workers."),
      Ignored("heartbeat.interval.ms", kTopLevel | kTarget,
              "Every half second, in a group of processes."),
      Ignored("scheduled.rebalance.max.delay.ms", kTopLevel | kTarget,
              "Shards move at once."),
      Ignored("offset.flush.timeout.ms", kTopLevel | kTarget,
              "A commit is retried until it succeeds."),
      Ignored("connector.client.config.override.policy", kTopLevel | kTarget,
              "All client settings may be overridden."),
      Ignored("connect.protocol", kTopLevel | kTarget,
              "There are no Connect workers."),
      Ignored("client.id", kTarget, "Clients are named as in MM2."),
  };
}

std::vector<PropertySpec> IgnoredProperties() {
  return {
      Ignored("consumer.poll.timeout.ms", kTopAndFlow,
              "Polling adapts automatically."),
      Ignored("tasks.max.enforce", kTopAndFlow,
              "tasks.max is always enforced."),
      Ignored("name", kTopAndFlow,
              "MM2 stores progress under the names of its connectors, "
              "whatever this says."),
      Ignored("config.action.reload", kTopAndFlow,
              "Variables are read at start, and again while a cluster rejects "
              "the credentials."),
      Ignored("exactly.once.support", kTopAndFlow,
              "See exactly.once.source.support."),
      Ignored("transaction.boundary", kTopAndFlow,
              "Nothing is written in transactions."),
      Ignored("transaction.boundary.*", kTopAndFlow,
              "Nothing is written in transactions."),
      Ignored("errors.*", kTopAndFlow,
              "A record that the target rejects is retried, or skipped with "
              "on.rejected.record = skip."),
      Ignored("topic.creation.*", kTopLevel | kTarget | kFlow,
              "Topics are created with the source's partition count."),
      Ignored("use.incremental.alter.configs", kTopAndFlow,
              "Config changes are always incremental."),
      Ignored("add.source.alias.to.metrics", kTopAndFlow,
              "Metrics always name the source."),
  };
}

std::vector<PropertySpec> RefusedProperties() {
  constexpr string_view kBytes = "Records are copied byte for byte.";
  return {
      Class("key.converter", kAnywhere, "ByteArrayConverter", kBytes),
      Class("value.converter", kAnywhere, "ByteArrayConverter", kBytes),
      Class("header.converter", kAnywhere, "ByteArrayConverter", kBytes),
      Ignored("key.converter.*", kAnywhere, kBytes),
      Ignored("value.converter.*", kAnywhere, kBytes),
      Ignored("header.converter.*", kAnywhere, kBytes),
      Ignored("predicates", kTopAndFlow, "A transform has no predicate here."),
      Ignored("predicates.*", kTopAndFlow, "See predicates."),
      Class("forwarding.admin.class", kTopAndFlow, "ForwardingAdmin",
            "A Java admin client cannot be loaded here: implement "
            "mirror::ClusterAdmin in C++."),
      Refused("connector.class", kTopAndFlow, "",
              "MM2 runs this class in place of each of its three connectors; "
              "here there are no connectors: remove it."),
      Refused("offsets.storage.topic", kTopAndFlow, "offset.storage.topic",
              "MM2 keeps progress in this topic and in that of its worker; "
              "here there is one topic: write offset.storage.topic."),
      Refused("topics.blacklist", kTopAndFlow, "topics.exclude",
              "Removed in Kafka 4.0: write topics.exclude."),
      Refused("groups.blacklist", kTopAndFlow, "groups.exclude",
              "Removed in Kafka 4.0: write groups.exclude."),
      Refused("config.properties.blacklist", kTopAndFlow,
              "config.properties.exclude",
              "Removed in Kafka 4.0: write config.properties.exclude."),
      Refused("topics.whitelist", kTopAndFlow, "topics", "Write topics."),
      Refused("groups.whitelist", kTopAndFlow, "groups", "Write groups."),
  };
}

}  // namespace

const std::vector<PropertySpec>& AllProperties() {
  static const auto* const kAll = [] {
    auto* all = new std::vector<PropertySpec>;
    for (auto rows :
         {ClusterAndFlowProperties(), LossProperties(), TopicProperties(),
          AclProperties(), OffsetProperties(), WorkerProperties(),
          OwnershipProperties(), IgnoredWorkerProperties(), IgnoredProperties(),
          RefusedProperties()}) {
      all->insert(all->end(), rows.begin(), rows.end());
    }
    return all;
  }();
  return *kAll;
}

bool TopLevelOverrides(const PropertySpec& spec) {
  return spec.use == PropertyUse::kUsed && spec.scopes == kStorage;
}

const PropertySpec* FindProperty(absl::string_view name) {
  const PropertySpec* family = nullptr;
  for (const PropertySpec& spec : AllProperties()) {
    if (spec.name == name) return &spec;
    if (!spec.IsFamily()) continue;
    const string_view prefix = spec.name.substr(0, spec.name.size() - 1);
    if (name.size() > prefix.size() &&
        name.substr(0, prefix.size()) == prefix) {
      family = &spec;
    }
  }
  return family;
}

}  // namespace mirror::internal
