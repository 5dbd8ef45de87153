// SPDX-License-Identifier: Apache-2.0
//
// What an engine reports to its host while it runs, beside the log: an
// EngineListener gets every event, for alarms, audit and dashboards. The facts
// are fields; the message is for people and may change with any version. MM2
// has log lines only.
//
//   void OnEvent(const EngineEvent& event) override {
//     if (event.kind == EngineEvent::Kind::kSourceGap) {
//       Alarm(*event.partition, event.skipped->records());
//     }
//   }

#ifndef MIRROR_TELEMETRY_ENGINE_EVENT_H_
#define MIRROR_TELEMETRY_ENGINE_EVENT_H_

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "mirror/model/topic_partition.h"
#include "mirror/runtime/log.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror {

// A value type.
struct EngineEvent {
  // With each: what is set beside `kind`, `level`, `flow` and `message`.
  enum class Kind {
    kFlowStarted,  // connected, internal topics there, progress read
    kFlowFailed,   // cannot run until the host changes something; cause
    // `partition` begins, or resumes after a problem or a pause.
    kPartitionRunning,
    kPartitionPaused,   // by MirrorEngine::PauseTopic(); partition
    kPartitionProblem,  // retried automatically; partition, problem, cause
    kPartitionStopped,  // waits for the operator; partition, problem
    kSourceGap,         // records can never be copied; partition, skipped
    kTopicCreated,      // on the target; topic, cluster
    kPartitionsAdded,   // on the target; topic, cluster
    kTopicProblem,      // a selected topic cannot be mirrored; topic
    // A cluster as a whole, e.g. no broker reachable, or a job that cannot
    // write; cause; cluster where it is about one.
    kClusterTrouble,
    kClusterRecovered,
    // The cluster that keeps MM2's offset syncs rejects them; cause.
    kOffsetSyncsRefused,
    kGroupProblem,  // offsets are not translated or not synced; group
    kGroupRecovered,
    kSourceTruncated,  // the source's log lost its end; as kSourceGap
    kSourceRecreated,  // topic deleted and created again; as kSourceGap
    // Copies are gone from the target, copying continues; partition, and
    // skipped if records are lost for good. With topic: its checkpoints.
    kTargetChanged,
    kTargetWrittenByOthers,  // records among the copies; partition
    kRecordSkipped,          // rejected by the target; as kSourceGap
    kAclsChanged,            // on the target: created, or removed; cluster
    // Not copied, by the target or by a rule: acl; or none at all: cluster.
    kAclRefused,
    kTopicConfigsChanged,  // on the target, as on the source; topic, cluster
    // A change that the engine did not make is about to be undone; topic,
    // cluster.
    kTopicConfigOverwritten,
    kTopicConfigRefused,  // cannot be read, or set on the target; topic
    kTimestampChanged,    // of copies: librdkafka cannot write 0; partition
    // Deleted on the source for long: progress and index, too; topic.
    kTopicForgotten,
    // Of processes that share a flow: this one copies a shard from now on, has
    // given it up, or must have lost it.
    kShardTaken,
    kShardReleased,
    kShardLost
  };

  EngineEvent() = default;
  EngineEvent(Kind event_kind, LogLevel event_level, std::string flow_name,
              std::string text)
      : kind(event_kind),
        level(event_level),
        flow(std::move(flow_name)),
        message(std::move(text)) {}

  // The event with one more field, to be written in one expression.
  EngineEvent WithPartition(TopicPartition value) &&;
  EngineEvent WithTopic(std::string value) &&;
  EngineEvent WithGroup(std::string value) &&;
  EngineEvent WithCluster(std::string value) &&;
  EngineEvent WithCause(absl::Status value) &&;

  // What the event is about, as a line of the log shows it: the partition, else
  // the topic, the group, the ACL, the cluster. May be empty.
  std::string subject() const;

  Kind kind = Kind::kFlowStarted;
  LogLevel level = LogLevel::kInfo;
  // "S->T".
  std::string flow;

  // On the source.
  std::optional<TopicPartition> partition;
  // On the source, but for what happens on the target: there it is the target's
  // name of it.
  std::string topic;
  // A consumer group.
  std::string group;
  // "ALLOW READ for User:alice from * on TOPIC A.orders".
  std::string acl;
  // An alias.
  std::string cluster;
  PartitionProblem problem = PROBLEM_NONE;
  // Source records that were not copied and never will be.
  std::optional<SkippedRangeStatus> skipped;
  // Why, as the client or the broker said it; OK if that is not an error, or
  // not known.
  absl::Status cause;

  // What happened, and what to do where something is to be done.
  std::string message;
};

// Purpose: receives an engine's events.
// Thread safety: called by the engine's threads, by several at the same time,
// in order for one partition. No lock of the engine is held; what may be called
// of it is said at MirrorEngine. Lifetime: must outlive the engine. Errors:
// must not throw.
class EngineListener {
 public:
  virtual ~EngineListener() = default;
  virtual void OnEvent(const EngineEvent& event) = 0;
};

}  // namespace mirror

#endif  // MIRROR_TELEMETRY_ENGINE_EVENT_H_
