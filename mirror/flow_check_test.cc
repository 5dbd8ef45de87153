// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow_check.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/flow.h"
#include "mirror/flow_options.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using ::testing::HasSubstr;

Flow SharedFlow(std::string source = "A") {
  Flow flow(std::move(source), "B");
  flow.policy = DefaultReplicationPolicy::Create().value();
  flow.ownership = Ownership::kGroup;
  return flow;
}

auto Names(const std::string& field) {
  return StatusIs(absl::StatusCode::kInvalidArgument,
                  HasSubstr("flow A->B, " + field + ": "));
}

TEST(FlowCheckTest, ASessionLastsASecondAtLeast) {
  Flow flow = SharedFlow();
  EXPECT_THAT(CheckFlow(flow), IsOk());
  flow.session_timeout = absl::Seconds(1);
  EXPECT_THAT(CheckFlow(flow), IsOk());
  flow.session_timeout = absl::Milliseconds(999);
  EXPECT_THAT(CheckFlow(flow), Names("session_timeout"));
}

TEST(FlowCheckTest, HeartbeatsOfAProcessAreWithinItsSession) {
  Flow flow = SharedFlow();
  flow.heartbeat_interval = flow.session_timeout;
  EXPECT_THAT(CheckFlow(flow), Names("heartbeat_interval"));
  flow.heartbeat_interval = absl::ZeroDuration();
  EXPECT_THAT(CheckFlow(flow), Names("heartbeat_interval"));
}

TEST(FlowCheckTest, AnUpdateKeepsTheOwnership) {
  const Flow now = SharedFlow();
  EXPECT_THAT(CheckUpdate(now, SharedFlow()), IsOk());
  Flow next = SharedFlow();
  next.ownership = Ownership::kAlone;
  EXPECT_THAT(CheckUpdate(now, next), Names("ownership"));
  next = SharedFlow();
  next.group_id = "mirrors";
  EXPECT_THAT(CheckUpdate(now, next), Names("group_id"));
  next = SharedFlow();
  next.group_instance_id = "host-1";
  EXPECT_THAT(CheckUpdate(now, next), Names("group_instance_id"));
  next = SharedFlow();
  next.session_timeout = absl::Seconds(20);
  EXPECT_THAT(CheckUpdate(now, next), Names("session_timeout"));
  next = SharedFlow();
  next.heartbeat_interval = absl::Seconds(1);
  EXPECT_THAT(CheckUpdate(now, next), Names("heartbeat_interval"));
}

TEST(FlowCheckTest, AnUpdateMayWriteTheDefaultGroup) {
  Flow next = SharedFlow();
  next.group_id = "A-mm2";
  EXPECT_THAT(CheckUpdate(SharedFlow(), next), IsOk());
}

TEST(FlowCheckTest, FlowsIntoOneTargetNeedGroupsOfTheirOwn) {
  Flow first = SharedFlow();
  Flow second = SharedFlow("C");
  EXPECT_THAT(CheckBeside(first, second), IsOk());
  first.group_id = "mirrors";
  second.group_id = "mirrors";
  EXPECT_THAT(CheckBeside(first, second), Names("group_id"));
  second.ownership = Ownership::kAlone;
  EXPECT_THAT(CheckBeside(first, second), IsOk());
}

}  // namespace
}  // namespace mirror::internal
