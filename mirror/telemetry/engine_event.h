// SPDX-License-Identifier: Apache-2.0
//
// What an engine tells its host while it runs, beside the log: an
// EngineListener gets every event, for alarms, audit and dashboards.

#ifndef MIRROR_TELEMETRY_ENGINE_EVENT_H_
#define MIRROR_TELEMETRY_ENGINE_EVENT_H_

#include <string>

#include "mirror/model/topic_partition.h"
#include "mirror/runtime/log.h"

namespace mirror {

struct EngineEvent {
  enum class Kind {
    kFlowStarted,       // connected, internal topics there, progress read
    kFlowFailed,        // cannot run until the host changes something
    kPartitionRunning,  // begins, or goes on after a problem or a pause
    kPartitionPaused,   // by MirrorEngine::PauseTopic()
    kPartitionProblem,  // set aside; tried again by itself
    kPartitionStopped,  // set aside until the operator acts
    kSourceGap,         // records that can never be copied were passed over
    kTopicCreated,      // on the target
    kPartitionsAdded,   // to a topic on the target
    kTopicProblem,      // a selected topic cannot be mirrored
    kClusterTrouble,    // a cluster as a whole, e.g. no broker reachable
    kClusterRecovered,
    kOffsetSyncsRefused,  // by the cluster that keeps MM2's offset syncs
    kGroupProblem,        // a group's offsets are not translated or not synced
    kGroupRecovered,
    kSourceTruncated,        // the source's log lost its end; goes on
    kSourceRecreated,        // topic deleted and created again; goes on
    kTargetChanged,          // copies are gone from the target; goes on
    kTargetWrittenByOthers,  // records among the copies; goes on
    kRecordSkipped,          // refused by the target, and left out
    kAclsChanged,            // on the target: created, or removed
    kAclRefused,  // not copied, by the target or by a rule; or none at all
    kTopicConfigsChanged,     // on the target, as on the source
    kTopicConfigOverwritten,  // is about to be: a change not made by the engine
    kTopicConfigRefused,      // cannot be read, or set on the target
    kTimestampChanged,        // of copies: librdkafka cannot write 0
    kTopicForgotten  // deleted on the source for long: progress and index, too
  };

  Kind kind = Kind::kFlowStarted;
  LogLevel level = LogLevel::kInfo;
  // "S->T".
  std::string flow;
  // A source topic-partition, a topic, a consumer group, an ACL or a cluster's
  // alias; may be empty.
  std::string subject;
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
