// SPDX-License-Identifier: Apache-2.0
//
// What tests of an engine's permissions share: a source A and a target B where
// nothing is allowed that no ACL allows, and a flow with all features on.

#ifndef TESTS_INTEGRATION_PERMISSION_TEST_H_
#define TESTS_INTEGRATION_PERMISSION_TEST_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "mirror/flow.h"
#include "mirror/telemetry/engine_event.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/strict_cluster.h"

namespace mirror::internal::testing {

// The kinds of events that say that something is not as it should be.
inline constexpr EngineEvent::Kind kTroubles[] = {
    EngineEvent::Kind::kClusterTrouble,
    EngineEvent::Kind::kTopicProblem,
    EngineEvent::Kind::kPartitionProblem,
    EngineEvent::Kind::kPartitionStopped,
    EngineEvent::Kind::kGroupProblem,
    EngineEvent::Kind::kAclRefused,
    EngineEvent::Kind::kTopicConfigRefused,
    EngineEvent::Kind::kOffsetSyncsRefused};

// One pair of brokers for all tests of a program, as each costs seconds.
StrictCluster& A();
StrictCluster& B();
StrictCluster& ClusterOf(const Grant& grant);

// What is documented for the flow of AllFeatures().
std::vector<Grant> GrantsOfFlow(const std::vector<std::string>& topics,
                                const std::string& group);
// Topics of the target that it reads when it starts, and not later.
const std::set<std::string>& ReadAtStart();

// A->B for these topics and groups, with all features on, offset syncs on the
// target, and short intervals.
Flow AllFeatures(const std::string& topics, const std::string& groups);

// Writes to partition 0 of a topic of A.
void Append(const std::string& topic, int64_t count);
// Makes a topic of A with a record that no copy takes.
void CreateRefused(const std::string& topic);

// Waits for an event of kTroubles with all of `words`.
bool AwaitReported(RunningMirror* mirror,
                   const std::vector<std::string>& words);

}  // namespace mirror::internal::testing

#endif  // TESTS_INTEGRATION_PERMISSION_TEST_H_
