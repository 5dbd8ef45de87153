// SPDX-License-Identifier: Apache-2.0
//
// A periodic job of a flow as its runner sees it: heartbeats, offset syncs,
// flow control, topic configs, ACLs, checkpoints, group offsets. What they have
// in common, and no more: each is a class of its own room, which knows nothing
// of this. MM2's Scheduler and its tasks.
//
//   std::vector<std::unique_ptr<FlowJob>> jobs;
//   PeriodicWorker worker(job->name(), clock, [job] {
//     if (!job->ready()) return absl::Milliseconds(100);
//     Report(job->Run());
//     return job->TimeToNextRun();
//   });

#ifndef MIRROR_FLOW_JOB_H_
#define MIRROR_FLOW_JOB_H_

#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mirror/flow.h"
#include "mirror/metadata/topic_creator.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

// Thread safety: ready(), Run() and TimeToNextRun() belong to one thread; the
// rest is thread-safe and waits for no cluster.
class FlowJob {
 public:
  // `name` is the thread's; `what` it writes, as in "checkpoints are not
  // written", and `problem` the kind of the event that says so.
  FlowJob(std::string name, std::string what, EngineEvent::Kind problem)
      : name_(std::move(name)), what_(std::move(what)), problem_(problem) {}
  virtual ~FlowJob() = default;
  FlowJob(const FlowJob&) = delete;
  FlowJob& operator=(const FlowJob&) = delete;

  const std::string& name() const { return name_; }
  const std::string& what() const { return what_; }
  EngineEvent::Kind problem() const { return problem_; }

  // Whether Run() may be called yet.
  virtual bool ready() const { return true; }
  // Does what is due, and returns whether that could be done.
  virtual absl::Status Run() = 0;
  // When Run() wants to be called next.
  virtual absl::Duration TimeToNextRun() const = 0;
  // Makes Run() return soon, now and later.
  virtual void Cancel() = 0;
  virtual void FillStatus(FlowStatus* status) const = 0;
  // The flow has other options, of those that CheckUpdate() lets change;
  // filters have been replaced already. A job that waits is due.
  virtual void Update(const Flow& flow) = 0;

  // What flow control has done: a target topic was created; a source topic was
  // deleted for long, and is forgotten.
  virtual void OnCreated(const TopicCreator::Created&) {}
  virtual void OnForgotten(const std::string& /*topic*/,
                           const std::set<int32_t>& /*partitions*/) {}

 private:
  const std::string name_;
  const std::string what_;
  const EngineEvent::Kind problem_;
};

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_JOB_H_
