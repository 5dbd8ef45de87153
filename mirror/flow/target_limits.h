// SPDX-License-Identifier: Apache-2.0
//
// Finds out what the target's topics take: asks for new topics, for those that
// did not do what was known of them, and occasionally for all.
//
//   limits.Want("A.orders");
//   for (CopyLoop* loop : loops) loop->SetLimits(limits.Ask(now));

#ifndef MIRROR_FLOW_TARGET_LIMITS_H_
#define MIRROR_FLOW_TARGET_LIMITS_H_

#include <map>
#include <set>
#include <string>

#include "absl/time/time.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/cluster/topic_limits.h"

namespace mirror::internal {

// Thread safety: thread-compatible.
// Lifetime: `target` must outlive it.
class TargetLimits {
 public:
  explicit TargetLimits(ClusterAdmin* target) : target_(target) {}

  // Asks for the topic next time, unless that was done before.
  void Want(const std::string& topic) {
    if (next_.count(topic) == 0) wanted_.insert(topic);
  }
  // Asks for it next time.
  void Doubt(const std::string& topic) { wanted_.insert(topic); }
  // Asks for it no more.
  void Forget(const std::string& topic) {
    wanted_.erase(topic);
    next_.erase(topic);
  }
  bool HasWanted() const { return !wanted_.empty(); }

  // Asks for as many as one request should hold. What may not be described
  // keeps Kafka's defaults, and is not reported.
  std::map<std::string, TopicLimits> Ask(absl::Time now);

 private:
  ClusterAdmin* const target_;
  std::set<std::string> wanted_;
  std::map<std::string, absl::Time> next_;  // when to ask again
};

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_TARGET_LIMITS_H_
