// SPDX-License-Identifier: Apache-2.0
//
// Which topics of the source a flow replicates: MM2's shouldReplicateTopic,
// which asks the filter, then excludes internal topics and topics that came
// from the target or from the source itself (cycles, KAFKA-9914). Heartbeats
// pass the filter on their own (KIP-1089).
//
//   TopicSelection selection{policy, filter, "primary", "standby"};
//   ShouldReplicateTopic(selection, "orders");          // true
//   ShouldReplicateTopic(selection, "standby.orders");  // false: a cycle
//   ShouldReplicateTopic(selection, "primary.orders");  // false: a cycle

#ifndef MIRROR_POLICY_TOPIC_SELECTION_H_
#define MIRROR_POLICY_TOPIC_SELECTION_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/replication_policy.h"

namespace mirror::internal {

// What decides for one flow. A value type; thread-compatible.
struct TopicSelection {
  std::shared_ptr<const ReplicationPolicy> policy;  // Not null.
  std::shared_ptr<const TopicFilter> filter;        // Not null.
  std::string source_alias;
  std::string target_alias;
  // heartbeats.replication.enabled: heartbeats topics are replicated even if
  // the filter refuses them, since hops are counted by their names.
  bool replicate_heartbeats = true;
};

// Why a topic is or is not replicated; status and events show it, so that no
// topic is skipped silently.
enum class TopicVerdict {
  kReplicate,
  kFiltered,  // The filter refuses it.
  kInternal,  // The policy counts it as internal.
  kCycle,     // Its name says it has already been on the target.
  // Its name says it was copied out of the source cluster already: the cluster
  // has another alias somewhere. Copied again, it would grow by a prefix at
  // every turn.
  kSourceCycle,
  kNameTooLong,  // Its name on the target would be.
};

// Judges one topic of the source. Terminates for any policy.
TopicVerdict JudgeTopic(const TopicSelection& selection,
                        absl::string_view topic);

// Whether the verdict is kReplicate.
bool ShouldReplicateTopic(const TopicSelection& selection,
                          absl::string_view topic);

// Why the verdict needs an operator to act, and what to do; empty for verdicts
// that are as they should be.
std::string Complaint(const TopicSelection& selection, absl::string_view topic,
                      TopicVerdict verdict);

// "replicate", "filtered", "internal", "cycle", "source-cycle",
// "name-too-long".
absl::string_view ToString(TopicVerdict verdict);

}  // namespace mirror::internal

#endif  // MIRROR_POLICY_TOPIC_SELECTION_H_
