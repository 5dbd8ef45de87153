// SPDX-License-Identifier: Apache-2.0
//
// Which topics of the source a flow replicates: MM2's shouldReplicateTopic,
// which asks the filter, then leaves out internal topics and topics that came
// from the target (cycles). Heartbeats pass the filter on their own (KIP-1089).
//
//   TopicSelection selection{policy, filter, "standby"};
//   ShouldReplicateTopic(selection, "orders");          // true
//   ShouldReplicateTopic(selection, "standby.orders");  // false: a cycle

#ifndef MIRROR_POLICY_TOPIC_SELECTION_H_
#define MIRROR_POLICY_TOPIC_SELECTION_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "mirror/policy/replication_policy.h"
#include "mirror/policy/topic_filter.h"

namespace mirror {

// What decides for one flow. A value type; thread-compatible.
struct TopicSelection {
  std::shared_ptr<const ReplicationPolicy> policy;  // Not null.
  std::shared_ptr<const TopicFilter> filter;        // Not null.
  std::string target_alias;
  // heartbeats.replication.enabled: heartbeats topics are replicated even if
  // the filter refuses them, since hops are counted by their names.
  bool replicate_heartbeats = true;
};

// Why a topic is or is not replicated; status and events show it, so that no
// topic is left out silently.
enum class TopicVerdict {
  kReplicate,
  kFiltered,  // The filter refuses it.
  kInternal,  // The policy counts it as internal.
  kCycle,     // Its name says it has already been on the target.
};

// Judges one topic of the source. Terminates for any policy.
TopicVerdict JudgeTopic(const TopicSelection& selection,
                        absl::string_view topic);

// Whether the verdict is kReplicate.
bool ShouldReplicateTopic(const TopicSelection& selection,
                          absl::string_view topic);

// "replicate", "filtered", "internal", "cycle".
absl::string_view ToString(TopicVerdict verdict);

}  // namespace mirror

#endif  // MIRROR_POLICY_TOPIC_SELECTION_H_
