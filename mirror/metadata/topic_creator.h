// SPDX-License-Identifier: Apache-2.0
//
// Creates and extends topics on the target as a TopicPlan says, with the
// settings of their source topics: the acting half of MirrorSourceConnector's
// topic refresh.
//
//   TopicCreator creator(options, source_admin, target_admin);
//   const TopicCreator::Outcome outcome = creator.Apply(plan.create, plan.add);

#ifndef MIRROR_METADATA_TOPIC_CREATOR_H_
#define MIRROR_METADATA_TOPIC_CREATOR_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/metadata/topic_plan.h"
#include "mirror/policy/filters.h"
#include "mirror/telemetry/engine_event.h"

namespace mirror::internal {

struct TopicCreatorOptions {
  std::string flow;    // "S->T"
  std::string source;  // aliases
  std::string target;
  // Which settings a topic is created with.
  std::shared_ptr<const ConfigPropertyFilter> filter;
  // Called by Apply(); may be null.
  std::function<void(EngineEvent)> on_event;
};

// Purpose: see above. A topic whose settings cannot be read, or are refused, is
// created without them, as copying is what matters; which they are is reported.
// Thread safety: Apply() belongs to one thread.
// Lifetime: the admins must outlive the creator.
class TopicCreator {
 public:
  struct Created {
    // With the configs that it has got.
    NewTopic topic;
    // Why it has not got the others, by name; reported.
    std::map<std::string, std::string> refused;
  };
  struct Outcome {
    std::vector<Created> created;
    // Whether the target has changed, or others have changed it.
    bool changed = false;
    // By target topic that was to be created or extended; OK: it was.
    std::map<std::string, absl::Status> results;
  };

  TopicCreator(TopicCreatorOptions options, ClusterAdmin* source,
               ClusterAdmin* target);

  Outcome Apply(std::vector<TopicToCreate> create,
                const std::vector<PartitionsToAdd>& add);

 private:
  void Create(const std::vector<TopicToCreate>& create, Outcome* outcome);
  // In requests of a size that brokers take.
  std::vector<absl::Status> CreateOnTarget(const std::vector<NewTopic>& topics);
  // Finds out about topics that are there although they were not listed.
  void NoteExisting(const std::vector<std::string>& topics, Outcome* outcome);
  // Asks the source for settings; takes out of `topics` those that have to wait
  // for its answer.
  void AddConfigs(std::vector<TopicToCreate>* topics, Outcome* outcome);
  // Creates without settings what was refused with them, and sets them one by
  // one.
  void CreateBare(std::vector<Created>* topics,
                  std::vector<absl::Status>* results);
  void SetConfigs(Created* created);
  void Extend(const PartitionsToAdd& add, Outcome* outcome);
  void Report(EngineEvent::Kind kind, LogLevel level, std::string topic,
              std::string message) const;

  const TopicCreatorOptions options_;
  ClusterAdmin* const source_;
  ClusterAdmin* const target_;
};

}  // namespace mirror::internal

#endif  // MIRROR_METADATA_TOPIC_CREATOR_H_
