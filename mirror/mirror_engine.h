// SPDX-License-Identifier: Apache-2.0
//
// The mirror as an object: runs flows between Kafka clusters inside a host
// program, as MirrorMaker 2's dedicated mode runs them in a process of its own.
//
//   mirror::Flow flow("primary", "standby");
//   flow.source.properties = {{"bootstrap.servers", "a:9092"}};
//   flow.target.properties = {{"bootstrap.servers", "b:9092"}};
//   auto engine = mirror::MirrorEngine::Create({std::move(flow)});
//   if (!engine.ok()) return engine.status();
//   (*engine)->Start();
//   ...
//   (*engine)->Stop();

#ifndef MIRROR_MIRROR_ENGINE_H_
#define MIRROR_MIRROR_ENGINE_H_

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/flow.h"
#include "mirror/flow_options.h"
#include "mirror/model/topic_partition.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/log.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror {

struct MirrorEngineOptions {
  MirrorEngineOptions() = default;
  MirrorEngineOptions(std::vector<Flow> all)  // NOLINT: lists convert
      : flows(std::move(all)) {}
  // {std::move(a), std::move(b)} copies no flow, as an initializer_list would.
  template <typename... More,
            typename = std::enable_if_t<(std::is_same_v<More, Flow> && ...)>>
  MirrorEngineOptions(Flow first, More... more) {  // NOLINT: as above
    flows.reserve(1 + sizeof...(more));
    flows.push_back(std::move(first));
    (flows.push_back(std::move(more)), ...);
  }

  // No two with the same source and target. AddFlow() adds more.
  std::vector<Flow> flows;
  // Receives log lines. Null: the engine is silent.
  LogSink* log = nullptr;
  // Receives events. May be null.
  EngineListener* listener = nullptr;
  Clock* clock = Clock::System();
  // How long Stop() waits for records in flight to be acknowledged and
  // committed. It takes a few seconds more where a cluster does not answer.
  absl::Duration stop_timeout = absl::Seconds(5);
};

// Purpose: copies topics, writes heartbeats and offset syncs, and keeps doing
// so through whatever the clusters do. Several engines may run in one process.
// It has no globals, installs no signal handlers and writes to no stream.
// Thread safety: thread-safe. What the host implements
// (EngineListener, LogSink, RecordTransform) is called with no lock of the
// library held, and may call everything but Start(), Stop(), AddFlow(),
// RemoveFlow() and the destructor, which wait for the thread that it is on, or
// for a call that does. Lifetime: the destructor calls Stop(). What the options
// point to must outlive the engine. No fork() after Create() without exec() at
// once: from then on there are threads, and the child would have none of them.
// Errors: Create() checks everything that can be checked without a cluster.
// Afterwards errors are states, events and log lines, never a failed engine:
// see Status().
class MirrorEngine {
 public:
  // InvalidArgument: a flow is wrong; the message names flow and field, or the
  // client setting. Contacts no cluster.
  static absl::StatusOr<std::unique_ptr<MirrorEngine>> Create(
      MirrorEngineOptions options);
  ~MirrorEngine();
  MirrorEngine(const MirrorEngine&) = delete;
  MirrorEngine& operator=(const MirrorEngine&) = delete;

  // Starts all flows and returns at once. FailedPrecondition after Stop(); a
  // second call does nothing. ResourceExhausted: the process may have no more
  // threads; what was started is stopped, as by Stop().
  absl::Status Start();

  // Stops reading, waits for acknowledgements (at most stop_timeout), commits
  // progress, joins all threads and closes all connections: nothing is
  // written after it. Idempotent; a stopped engine stays stopped, and Status()
  // still says how it ended. DeadlineExceeded: some records were not
  // acknowledged in time; nothing is lost, they are copied again at the next
  // start.
  absl::Status Stop();

  // A snapshot. Never waits for a cluster.
  EngineStatus Status() const;

  // The calls below are about one flow, and disturb no other. NotFound: there
  // is no such flow ("S->T"). FailedPrecondition: the engine was stopped.
  // Nothing of it is kept over restarts.

  // Adds a flow, and starts it if the engine is started. Errors as Create() and
  // Start(); then it is not added. Two flows into the same topics both become
  // `target_is_shared`.
  absl::Status AddFlow(Flow flow);

  // Stops a flow as Stop() does all, and closes its clients. What it has copied
  // stays, and a flow of that name that is added later continues there.
  // DeadlineExceeded: as Stop(); it is removed nevertheless.
  absl::Status RemoveFlow(const std::string& flow);

  // Changes a flow without stopping it: nothing is read again, and topics that
  // stay selected are not interrupted. `flow` is as for AddFlow(), complete;
  // clusters that are null stay, and so do credentials. InvalidArgument: a
  // field is wrong or cannot change, and the message names it; nothing has
  // changed. These can:
  //   - `topics`: what is no longer selected stops once what is in flight has
  //     arrived, and leaves the status; if selected again, it continues there.
  //   - `groups`, `topic_configs.filter`; `transforms`, for records read from
  //     then on.
  //   - All intervals, `offset_flush_bytes`, `offset_syncs.lag_max`,
  //     `forget_deleted_topics_after`, `replication_factor`. Each job runs at
  //     once.
  //   - `on_source_gap`, `on_target_change`, `on_rejected_record` (but from and
  //     to kDeadLetter). Partitions that wait already are for
  //     ResolvePartition().
  //   - `target_is_shared`, to true.
  absl::Status UpdateFlow(Flow flow);

  // Stops and resumes reading all topics of a flow; what is in flight arrives.
  // All else continues: heartbeats, checkpoints, topic configs, ACLs, and the
  // creation of topics.
  absl::Status PauseFlow(const std::string& flow);
  absl::Status ResumeFlow(const std::string& flow);

  // The same for one source topic, which stays paused over ResumeFlow(). One
  // that is not mirrored (yet) is remembered.
  absl::Status PauseTopic(const std::string& flow, const std::string& topic);
  absl::Status ResumeTopic(const std::string& flow, const std::string& topic);

  // The operator's decision for a partition that waits for one
  // (PARTITION_STOPPED), without a restart: kSkip or kReseed, as on.source.gap
  // and on.target.change would have had it. InvalidArgument: kStop. NotFound,
  // too: no such partition. FailedPrecondition, too: it is not stopped.
  absl::Status ResolvePartition(const std::string& flow,
                                const TopicPartition& source,
                                LossPolicy decision);

 private:
  struct Impl;
  explicit MirrorEngine(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace mirror

#endif  // MIRROR_MIRROR_ENGINE_H_
