// SPDX-License-Identifier: Apache-2.0
//
// Which settings of which topics cannot be kept in step, and why. Events come
// when that begins, changes and ends, and of no more than a few at a time.

#ifndef MIRROR_METADATA_TOPIC_CONFIG_PROBLEMS_H_
#define MIRROR_METADATA_TOPIC_CONFIG_PROBLEMS_H_

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "mirror/metadata/topic_config_plan.h"
#include "mirror/metadata/topic_config_writer.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

// Thread safety: thread-compatible.
class TopicConfigProblems {
 public:
  // By target topic and setting, which is empty if it is all of them.
  using Reasons = std::map<TopicConfigName, std::string>;

  // `flow` is "S->T".
  explicit TopicConfigProblems(std::string flow) : flow_(std::move(flow)) {}

  // The problems after a round, and what is news about them.
  std::vector<EngineEvent> Update(Reasons reasons);

  // A problem that was reported elsewhere.
  void NoteReported(const TopicConfigName& name, std::string reason) {
    reasons_[name] = std::move(reason);
  }

  const Reasons& reasons() const { return reasons_; }
  // The first hundred, and how many there are.
  void FillStatus(TopicConfigSyncStatus* status) const;
  // The settings among them.
  std::set<TopicConfigName> Configs() const;

 private:
  const std::string flow_;
  Reasons reasons_;
};

// What is said of a topic whose configs cannot be read, or not be written, on
// the cluster that returns `status`; with what to do, where that is known.
std::string NotDescribed(const absl::Status& status, const std::string& topic,
                         const std::string& cluster);
std::string NotAltered(const absl::Status& status, const std::string& topic,
                       const std::string& cluster);
// The same for one setting that is refused.
std::string NotChanged(const absl::Status& status, const ConfigChange& change);

}  // namespace mirror::internal

#endif  // MIRROR_METADATA_TOPIC_CONFIG_PROBLEMS_H_
