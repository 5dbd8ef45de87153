// SPDX-License-Identifier: Apache-2.0
//
// The promises of mirror/cluster/group_membership.h.

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "mirror/cluster/group_membership.h"
#include "mirror/testing/matchers.h"
#include "tests/contract/cluster_contract.h"

namespace mirror::internal {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using Kind = GroupMembership::Change::Kind;
using Partitions = std::set<int32_t>;

const Partitions& AllOfThem() {
  static const auto* const kAll = new Partitions{0, 1, 2, 3};
  return *kAll;
}

// A process in a group, and what it knows.
class Member {
 public:
  Member(Cluster* cluster, const MembershipOptions& options)
      : membership_(cluster->NewMembership(options).value()) {}

  // One look at what is new.
  void Poll() {
    std::vector<GroupMembership::Change> changes;
    const absl::Status status =
        membership_->Poll(absl::Milliseconds(20), &changes);
    if (!status.ok()) error = status;
    for (const auto& change : changes) {
      EXPECT_THAT(change.partitions, Not(IsEmpty()));
      if (change.kind == Kind::kAssigned) {
        owned.insert(change.partitions.begin(), change.partitions.end());
        continue;
      }
      for (const int32_t p : change.partitions) EXPECT_EQ(owned.erase(p), 1u);
      auto& gone = change.kind == Kind::kRevoked ? revoked : lost;
      gone.insert(change.partitions.begin(), change.partitions.end());
    }
  }
  // Gives up what was revoked.
  void Release() {
    membership_->Release(revoked);
    revoked.clear();
  }
  void Leave() { membership_->Leave(); }
  absl::Status Prove() { return membership_->Prove(); }

  Partitions owned;
  Partitions revoked;
  Partitions lost;
  // The latest one.
  absl::Status error;

 private:
  const std::unique_ptr<GroupMembership> membership_;
};

class Group {
 public:
  Group(ContractEnvironment* environment, std::string name, std::string topic)
      : environment_(environment),
        name_(std::move(name)),
        topic_(std::move(topic)) {}

  const std::string& name() const { return name_; }

  std::unique_ptr<Member> Join(const std::string& client_id,
                               const std::string& instance_id = "") {
    MembershipOptions options;
    options.group = name_;
    options.topic = topic_;
    options.client_id = client_id;
    options.instance_id = instance_id;
    // The least that brokers take; the longest of these tests wait for it.
    options.session_timeout = absl::Seconds(6);
    options.heartbeat_interval = absl::Milliseconds(100);
    return std::make_unique<Member>(environment_->cluster(), options);
  }

  // Polls all of them until `done` holds; false if patience is at an end
  // before.
  bool PollUntil(const std::vector<Member*>& members,
                 absl::FunctionRef<bool()> done) {
    const absl::Time deadline = absl::Now() + environment_->patience();
    while (!done()) {
      if (absl::Now() > deadline) return false;
      for (Member* member : members) member->Poll();
    }
    return true;
  }
  // Polls until each owns two partitions, releasing what is revoked.
  void Share(Member* a, Member* b) {
    EXPECT_TRUE(PollUntil({a, b}, [&] {
      a->Release();
      b->Release();
      return a->owned.size() == 2 && b->owned.size() == 2;
    }));
    EXPECT_EQ(Both(*a, *b), AllOfThem());
  }

  static Partitions Both(const Member& a, const Member& b) {
    Partitions both = a.owned;
    both.insert(b.owned.begin(), b.owned.end());
    return both;
  }

 private:
  ContractEnvironment* const environment_;
  const std::string name_;
  const std::string topic_;
};

TEST_P(GroupMembershipContract, TheOnlyMemberOwnsAllPartitions) {
  Group group(environment(), UniqueName("group"), NewTopic(4));
  std::unique_ptr<Member> a;
  {
    Outage outage(environment());
    a = group.Join("a");
    EXPECT_THAT(a->Prove(), StatusIs(StatusCode::kFailedPrecondition,
                                     HasSubstr(group.name())));
  }
  EXPECT_TRUE(
      group.PollUntil({a.get()}, [&] { return a->owned == AllOfThem(); }));
  EXPECT_THAT(a->Prove(), IsOk());
  EXPECT_THAT(a->error, IsOk());
}

TEST_P(GroupMembershipContract,
       ARevokedPartitionHasNoOtherOwnerBeforeItIsReleased) {
  Group group(environment(), UniqueName("group"), NewTopic(4));
  auto a = group.Join("a");
  EXPECT_TRUE(
      group.PollUntil({a.get()}, [&] { return a->owned == AllOfThem(); }));
  auto b = group.Join("b");
  EXPECT_TRUE(group.PollUntil({a.get(), b.get()},
                              [&] { return a->revoked.size() == 2; }));
  const Partitions revoked = a->revoked;
  for (int i = 0; i < 50; ++i) {
    a->Poll();
    b->Poll();
  }
  EXPECT_THAT(b->owned, IsEmpty());
  EXPECT_THAT(a->owned, SizeIs(2));
  EXPECT_THAT(a->Prove(), IsOk());
  a->Release();
  EXPECT_TRUE(
      group.PollUntil({a.get(), b.get()}, [&] { return b->owned == revoked; }));
  // What was not moved has never been revoked.
  EXPECT_EQ(Group::Both(*a, *b), AllOfThem());
  EXPECT_THAT(b->Prove(), IsOk());
  EXPECT_THAT(a->lost, IsEmpty());
}

TEST_P(GroupMembershipContract, WhoLeavesHandsOverAll) {
  Group group(environment(), UniqueName("group"), NewTopic(4));
  for (const std::string instance : {"", "instance"}) {
    auto a = group.Join("a", instance);
    auto b = group.Join("b");
    group.Share(a.get(), b.get());
    a->Leave();
    EXPECT_TRUE(group.PollUntil({a.get(), b.get()}, [&] {
      a->Release();
      return a->owned.empty() && a->revoked.empty();
    }));
    a.reset();
    EXPECT_TRUE(
        group.PollUntil({b.get()}, [&] { return b->owned == AllOfThem(); }));
    EXPECT_THAT(b->lost, IsEmpty());
    b->Leave();
    EXPECT_TRUE(
        group.PollUntil({b.get()}, [&] { return b->revoked == AllOfThem(); }));
    b->Release();
  }
}

TEST_P(GroupMembershipContract, WhoIsDestroyedWhileLeavingGivesUpTheRest) {
  Group group(environment(), UniqueName("group"), NewTopic(4));
  auto a = group.Join("a");
  EXPECT_TRUE(
      group.PollUntil({a.get()}, [&] { return a->owned == AllOfThem(); }));
  a->Leave();
  a.reset();
  auto b = group.Join("b");
  EXPECT_TRUE(
      group.PollUntil({b.get()}, [&] { return b->owned == AllOfThem(); }));
}

TEST_P(GroupMembershipContract, TheGroupWaitsForTheSessionOfWhoDies) {
  Group group(environment(), UniqueName("group"), NewTopic(4));
  auto a = group.Join("a");
  auto b = group.Join("b");
  group.Share(a.get(), b.get());
  a.reset();
  for (int i = 0; i < 50; ++i) b->Poll();
  EXPECT_THAT(b->owned, SizeIs(2));
  environment()->EndSession(group.name(), "a");
  EXPECT_TRUE(
      group.PollUntil({b.get()}, [&] { return b->owned == AllOfThem(); }));
  EXPECT_THAT(b->revoked, IsEmpty());
}

TEST_P(GroupMembershipContract,
       AMemberWithAnInstanceIdIsBackWithoutARebalance) {
  Group group(environment(), UniqueName("group"), NewTopic(4));
  auto a = group.Join("a", "instance");
  auto b = group.Join("b");
  group.Share(a.get(), b.get());
  const Partitions before = a->owned;
  a.reset();
  a = group.Join("a", "instance");
  EXPECT_TRUE(
      group.PollUntil({a.get(), b.get()}, [&] { return a->owned == before; }));
  EXPECT_THAT(b->owned, SizeIs(2));
  EXPECT_THAT(b->revoked, IsEmpty());
}

TEST_P(GroupMembershipContract, AnotherWithItsInstanceIdTakesItsPlace) {
  Group group(environment(), UniqueName("group"), NewTopic(4));
  auto a = group.Join("a", "instance");
  EXPECT_TRUE(
      group.PollUntil({a.get()}, [&] { return a->owned == AllOfThem(); }));
  auto b = group.Join("b", "instance");
  EXPECT_TRUE(
      group.PollUntil({b.get()}, [&] { return b->owned == AllOfThem(); }));
  EXPECT_THAT(a->Prove(), StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_TRUE(group.PollUntil({a.get()}, [&] { return !a->error.ok(); }));
  EXPECT_THAT(a->error, StatusIs(StatusCode::kFailedPrecondition,
                                 HasSubstr(group.name())));
  EXPECT_EQ(a->lost, AllOfThem());
  EXPECT_THAT(a->owned, IsEmpty());
  // For good.
  a->error = absl::OkStatus();
  a->Poll();
  EXPECT_THAT(a->error, StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_THAT(b->Prove(), IsOk());
}

TEST_P(GroupMembershipContract, WhoHearsNothingForASessionHasLostAll) {
  Group group(environment(), UniqueName("group"), NewTopic(4));
  auto a = group.Join("a");
  EXPECT_TRUE(
      group.PollUntil({a.get()}, [&] { return a->owned == AllOfThem(); }));
  {
    Outage outage(environment());
    environment()->EndSession(group.name(), "a");
    EXPECT_TRUE(
        group.PollUntil({a.get()}, [&] { return a->lost == AllOfThem(); }));
    EXPECT_FALSE(a->Prove().ok());
    EXPECT_THAT(a->owned, IsEmpty());
  }
  EXPECT_TRUE(
      group.PollUntil({a.get()}, [&] { return a->owned == AllOfThem(); }));
  EXPECT_THAT(a->Prove(), IsOk());
}

TEST_P(GroupMembershipContract, AGroupOfAnotherKindIsNotJoined) {
  Group group(environment(), UniqueName("group"), NewTopic(4));
  auto others = NewTopic();
  environment()->SetGroupActive(group.name(), others, true);
  auto a = group.Join("a");
  EXPECT_TRUE(group.PollUntil({a.get()}, [&] { return !a->error.ok(); }));
  EXPECT_THAT(a->error, StatusIs(StatusCode::kUnavailable,
                                 AllOf(HasSubstr(group.name()),
                                       HasSubstr("another kind"))));
  // It lasts, and is not repeated all the time.
  a->error = absl::OkStatus();
  for (int i = 0; i < 150; ++i) a->Poll();
  EXPECT_THAT(a->error, IsOk());
  EXPECT_THAT(a->owned, IsEmpty());
  environment()->SetGroupActive(group.name(), others, false);
  EXPECT_TRUE(
      group.PollUntil({a.get()}, [&] { return a->owned == AllOfThem(); }));
}

TEST_P(GroupMembershipContract, AnOutageOfAMomentLosesNothing) {
  Group group(environment(), UniqueName("group"), NewTopic(4));
  auto a = group.Join("a");
  EXPECT_TRUE(
      group.PollUntil({a.get()}, [&] { return a->owned == AllOfThem(); }));
  {
    Outage outage(environment());
    for (int i = 0; i < 20; ++i) a->Poll();
  }
  EXPECT_TRUE(Eventually([&] { return a->Prove().ok(); }));
  a->Poll();
  EXPECT_EQ(a->owned, AllOfThem());
}

}  // namespace
}  // namespace mirror::internal
