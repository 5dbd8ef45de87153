// SPDX-License-Identifier: Apache-2.0
//
// The way of topics from a TopicPlan to the loops, a slice at a time: created
// on the target, awaited until their partitions have leaders, handed out. What
// is ready need not wait for the other 50,000 partitions.
//
//   rollout.Plan(plan.create, plan.ready);
//   while (!rollout.idle()) {
//     Note(rollout.CreateSome());
//     for (const MirroredTopic& topic : rollout.TakeReady()) ...
//   }

#ifndef MIRROR_FLOW_TOPIC_ROLLOUT_H_
#define MIRROR_FLOW_TOPIC_ROLLOUT_H_

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/metadata/topic_creator.h"
#include "mirror/metadata/topic_plan.h"
#include "mirror/runtime/clock.h"

namespace mirror::internal {

// Thread safety: used by one thread.
// Lifetime: creator, admin and clock must outlive the rollout.
class TopicRollout {
 public:
  TopicRollout(TopicCreator* creator, ClusterAdmin* target, Clock* clock)
      : creator_(creator), target_(target), clock_(clock) {}

  // Takes the place of what is left of the plan before.
  void Plan(std::vector<TopicToCreate> create,
            std::vector<MirroredTopic> ready);
  // Creates as many topics as one request may have. Those that it creates are
  // handed out too.
  TopicCreator::Outcome CreateSome();
  // Topics to hand out now: those whose partitions on the target have leaders,
  // or have had the time to get them. May ask the target.
  std::vector<MirroredTopic> TakeReady();

  // Whether topics are left to be created.
  bool creating() const { return !create_.empty(); }
  // Whether topics wait for their leaders, or for their turn.
  bool handing_out() const { return !ready_.empty(); }

 private:
  std::vector<TopicToCreate> NextSlice();
  // Asks about all of `topics` at once; forgets those that have appeared.
  void LookForLeaders(const std::vector<MirroredTopic>& topics);

  TopicCreator* const creator_;
  ClusterAdmin* const target_;
  Clock* const clock_;
  std::deque<TopicToCreate> create_;
  std::deque<MirroredTopic> ready_;
  // Target topics that were created just now, and how long to wait for them.
  std::map<std::string, absl::Time> appearing_;
};

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_TOPIC_ROLLOUT_H_
