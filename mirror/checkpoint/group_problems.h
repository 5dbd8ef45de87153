// SPDX-License-Identifier: Apache-2.0
//
// Which groups have a problem, and why. Events come when it begins and when it
// ends, and of no more than a few groups at a time.

#ifndef MIRROR_CHECKPOINT_GROUP_PROBLEMS_H_
#define MIRROR_CHECKPOINT_GROUP_PROBLEMS_H_

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

// Thread safety: thread-compatible.
class GroupProblems {
 public:
  using Reasons = std::map<std::string, std::string>;

  // `flow` is "S->T".
  explicit GroupProblems(std::string flow) : flow_(std::move(flow)) {}

  // The group's problem now; empty: none. `solved` is said when one ends.
  void Note(const std::string& group, const std::string& reason,
            const std::string& solved);

  // The flow no longer mirrors other groups.
  void ForgetAllBut(const std::set<std::string>& groups);

  // What began and ended since the last call.
  std::vector<EngineEvent> TakeEvents();

  // The groups that have a problem.
  const Reasons& reasons() const { return reasons_; }
  // The first hundred, and how many there are.
  void FillStatus(CheckpointStatus* status) const;

 private:
  const std::string flow_;
  Reasons reasons_;
  std::vector<EngineEvent> events_;
};

}  // namespace mirror::internal

#endif  // MIRROR_CHECKPOINT_GROUP_PROBLEMS_H_
