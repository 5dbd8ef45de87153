// SPDX-License-Identifier: Apache-2.0

#include "tests/integration/permission_test.h"

#include <algorithm>
#include <iterator>

#include "absl/time/time.h"
#include "mirror/policy/filters.h"
#include "tests/integration/test_cluster.h"

namespace mirror::internal::testing {

std::vector<Grant> GrantsOfFlow(const std::vector<std::string>& topics,
                                const std::string& group) {
  std::vector<Grant> grants = GrantsFor(topics, group);
  grants.erase(std::remove_if(grants.begin(), grants.end(),
                              [](const Grant& grant) {
                                return grant.side == kApplication ||
                                       grant.feature == "several processes" ||
                                       grant.feature ==
                                           "offset syncs on the source";
                              }),
               grants.end());
  return grants;
}

StrictCluster& A() {
  static StrictCluster cluster("A");
  return cluster;
}

StrictCluster& B() {
  static StrictCluster cluster("B");
  return cluster;
}

StrictCluster& ClusterOf(const Grant& grant) {
  return grant.side == "A" ? A() : B();
}

const std::set<std::string>& ReadAtStart() {
  static const auto* topics = new std::set<std::string>{
      "mm2-offsets.A.internal", "mm2-offset-index.A.internal",
      "mm2-offset-syncs.A.internal"};
  return *topics;
}

Flow AllFeatures(const std::string& topics, const std::string& groups) {
  Flow flow("A", "B");
  flow.source.properties = A().Properties("A");
  flow.target.properties = B().Properties("B");
  flow.topics = RegexTopicFilter::Create(topics).value();
  flow.groups = RegexGroupFilter::Create(groups).value();
  flow.shards = 2;
  flow.refresh_topics_interval = absl::Seconds(1);
  flow.offset_flush_interval = absl::Milliseconds(100);
  flow.on_rejected_record = RejectedRecordPolicy::kDeadLetter;
  flow.offset_syncs.location = ClusterSide::kTarget;
  flow.checkpoints.interval = absl::Seconds(1);
  flow.checkpoints.refresh_groups_interval = absl::Seconds(1);
  flow.checkpoints.sync_group_offsets = true;
  flow.checkpoints.sync_group_offsets_interval = absl::Seconds(1);
  flow.topic_configs.interval = absl::Seconds(1);
  flow.acls.interval = absl::Seconds(1);
  flow.acls.groups = true;
  flow.acls.remove = true;
  return flow;
}

void Append(const std::string& topic, int64_t count) {
  A()->AppendNumbers({topic, 0}, A()->End({topic, 0}), count);
}

void CreateRefused(const std::string& topic) {
  A()->CreateTopic(topic, 1);
  Append(topic, 1);
  // Compacted topics take no records without keys.
  A().SetConfig(topic, "cleanup.policy", "compact");
}

bool AwaitReported(RunningMirror* mirror,
                   const std::vector<std::string>& words) {
  return Eventually([&] {
    return std::any_of(std::begin(kTroubles), std::end(kTroubles),
                       [&](EngineEvent::Kind kind) {
                         return mirror->AwaitEvent(kind, words,
                                                   absl::ZeroDuration());
                       });
  });
}

}  // namespace mirror::internal::testing
