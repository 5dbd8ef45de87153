// SPDX-License-Identifier: Apache-2.0
//
// The promises of mirror/cluster/acl_admin.h.

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "mirror/cluster/acl_admin.h"
#include "mirror/cluster/errors.h"
#include "mirror/testing/matchers.h"
#include "tests/contract/cluster_contract.h"

namespace mirror::internal {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAreArray;

AclBinding Acl(const std::string& name, AclOperation operation,
               AclPermission permission = AclPermission::kAllow) {
  AclBinding acl;
  acl.name = name;
  acl.principal = "User:alice";
  acl.operation = operation;
  acl.permission = permission;
  return acl;
}

AclBinding Acl(AclResource resource, const std::string& name,
               AclOperation operation) {
  AclBinding acl = Acl(name, operation);
  acl.resource = resource;
  return acl;
}

constexpr AclResource kAllTypes[] = {AclResource::kTopic, AclResource::kGroup,
                                     AclResource::kCluster,
                                     AclResource::kTransactionalId};

// The ACLs about resources whose names have `mark` in them, of all types.
std::vector<AclBinding> Listed(AclAdmin* admin, const std::string& mark) {
  auto acls = admin->DescribeAcls(kAllTypes);
  EXPECT_THAT(acls, IsOk());
  if (!acls.ok()) return {};
  acls->erase(std::remove_if(acls->begin(), acls->end(),
                             [&mark](const AclBinding& acl) {
                               return !absl::StrContains(acl.name, mark);
                             }),
              acls->end());
  return *std::move(acls);
}

class WithAdmin {
 public:
  explicit WithAdmin(Cluster* cluster)
      : admin_(cluster->NewAclAdmin("acls").value()) {}
  ~WithAdmin() { admin_->Cancel(); }
  AclAdmin* operator->() const { return admin_.get(); }
  AclAdmin* get() const { return admin_.get(); }

 private:
  const std::unique_ptr<AclAdmin> admin_;
};

TEST_P(AclAdminContract, CreatesListsAndDeletesEveryShape) {
  const WithAdmin acls(cluster());
  const std::string name = UniqueName("acl");
  std::vector<AclBinding> all;
  for (int i = 0; i <= static_cast<int>(AclOperation::kAlterConfigs); ++i) {
    if (i == static_cast<int>(AclOperation::kClusterAction)) continue;
    const auto operation = static_cast<AclOperation>(i);
    all.push_back(Acl(name, operation));
    all.push_back(Acl(name, operation, AclPermission::kDeny));
  }
  all.push_back(Acl(AclResource::kGroup, name, AclOperation::kRead));
  all.push_back(Acl(AclResource::kTransactionalId, name, AclOperation::kWrite));
  all.push_back(Acl(name, AclOperation::kRead));
  all.back().pattern = AclPattern::kPrefixed;
  EXPECT_THAT(acls->CreateAcls(all), Each(IsOk()));
  EXPECT_TRUE(Eventually(
      [&] { return Listed(acls.get(), name).size() == all.size(); }));
  EXPECT_THAT(Listed(acls.get(), name), UnorderedElementsAreArray(all));
  EXPECT_THAT(acls->DeleteAcls(all), Each(IsOk()));
  EXPECT_TRUE(Eventually([&] { return Listed(acls.get(), name).empty(); }));
}

TEST_P(AclAdminContract, ListsSortedAndSpeaksOfTheCluster) {
  const WithAdmin acls(cluster());
  const std::vector<AclBinding> wanted = {
      Acl(AclResource::kCluster, std::string(kClusterResource),
          AclOperation::kClusterAction),
      Acl(AclResource::kCluster, std::string(kClusterResource),
          AclOperation::kIdempotentWrite)};
  EXPECT_THAT(acls->CreateAcls({wanted[1], wanted[0]}), Each(IsOk()));
  EXPECT_TRUE(Eventually([&] {
    return acls->DescribeAcls({AclResource::kCluster}).value() == wanted;
  }));
  EXPECT_THAT(acls->DeleteAcls(wanted), Each(IsOk()));
}

TEST_P(AclAdminContract, ListsTheTypesAskedFor) {
  const WithAdmin acls(cluster());
  const std::string name = UniqueName("acl");
  const AclBinding topic = Acl(name, AclOperation::kRead);
  const AclBinding group = Acl(AclResource::kGroup, name, AclOperation::kRead);
  EXPECT_THAT(acls->CreateAcls({topic, group}), Each(IsOk()));
  EXPECT_TRUE(Eventually([&] { return Listed(acls.get(), name).size() == 2; }));
  EXPECT_THAT(acls->DescribeAcls({AclResource::kGroup}),
              IsOkAndHolds(AllOf(Contains(group), Not(Contains(topic)))));
  EXPECT_THAT(acls->DescribeAcls({}), IsOkAndHolds(IsEmpty()));
}

TEST_P(AclAdminContract, NamesArriveAsTheyAre) {
  const WithAdmin acls(cluster());
  const std::string name = UniqueName("acl");
  std::vector<AclBinding> all(3, Acl(name, AclOperation::kRead));
  all[0].name = absl::StrCat(name, " \"q\" \xc3\xa4*");
  all[1].principal = "User:CN=alice,OU=\"x, y\",O=\xc3\xa4";
  all[1].host = "10.0.0.1";
  all[2].principal = "Group:*";
  EXPECT_THAT(acls->CreateAcls(all), Each(IsOk()));
  EXPECT_TRUE(Eventually([&] { return Listed(acls.get(), name).size() == 3; }));
  EXPECT_THAT(Listed(acls.get(), name), UnorderedElementsAreArray(all));
}

TEST_P(AclAdminContract, WhatIsThereMayBeCreatedAgain) {
  const WithAdmin acls(cluster());
  const AclBinding acl = Acl(UniqueName("acl"), AclOperation::kRead);
  EXPECT_THAT(acls->CreateAcls({acl}), ElementsAre(IsOk()));
  EXPECT_THAT(acls->CreateAcls({acl}), ElementsAre(IsOk()));
  EXPECT_TRUE(
      Eventually([&] { return Listed(acls.get(), acl.name).size() == 1; }));
}

TEST_P(AclAdminContract, DeletesExactlyWhatIsAsked) {
  const WithAdmin acls(cluster());
  const std::string name = UniqueName("acl");
  const AclBinding acl = Acl(name, AclOperation::kRead);
  std::vector<AclBinding> others(5, acl);
  others[0].host = "10.0.0.1";
  others[1].principal = "User:*";
  others[2].operation = AclOperation::kAll;
  others[3].pattern = AclPattern::kPrefixed;
  others[4].permission = AclPermission::kDeny;
  std::vector<AclBinding> all = others;
  all.push_back(acl);
  EXPECT_THAT(acls->CreateAcls(all), Each(IsOk()));
  EXPECT_TRUE(Eventually([&] { return Listed(acls.get(), name).size() == 6; }));
  AclBinding missing = acl;
  missing.principal = "User:bob";
  EXPECT_THAT(
      acls->DeleteAcls({missing, acl}),
      ElementsAre(StatusIs(StatusCode::kNotFound,
                           AllOf(HasSubstr(cluster()->alias()), HasSubstr(name),
                                 HasSubstr("User:bob"))),
                  IsOk()));
  EXPECT_TRUE(Eventually([&] { return Listed(acls.get(), name).size() == 5; }));
  EXPECT_THAT(Listed(acls.get(), name), UnorderedElementsAreArray(others));
}

TEST_P(AclAdminContract, OneThatIsRefusedSpoilsNoOther) {
  const WithAdmin acls(cluster());
  const AclBinding good = Acl(UniqueName("acl"), AclOperation::kRead);
  AclBinding bad = good;
  bad.principal = "no-type";
  EXPECT_THAT(acls->CreateAcls({bad, good}),
              ElementsAre(StatusIs(StatusCode::kInvalidArgument,
                                   AllOf(HasSubstr(cluster()->alias()),
                                         HasSubstr("for no-type"))),
                          IsOk()));
  EXPECT_TRUE(
      Eventually([&] { return Listed(acls.get(), good.name).size() == 1; }));
}

TEST_P(AclAdminContract, ManyAtOnceSucceed) {
  const WithAdmin acls(cluster());
  const std::string name = UniqueName("acl");
  std::vector<AclBinding> all(2500, Acl(name, AclOperation::kRead));
  for (size_t i = 0; i < all.size(); ++i) absl::StrAppend(&all[i].name, "-", i);
  EXPECT_THAT(acls->CreateAcls(all), Each(IsOk()));
  EXPECT_TRUE(
      Eventually([&] { return Listed(acls.get(), name).size() == 2500; }));
  EXPECT_THAT(acls->DeleteAcls(all), Each(IsOk()));
  EXPECT_TRUE(Eventually([&] { return Listed(acls.get(), name).empty(); }));
}

TEST_P(AclAdminContract, NoAclsAreNoWork) {
  const WithAdmin acls(cluster());
  EXPECT_THAT(acls->CreateAcls({}), IsEmpty());
  EXPECT_THAT(acls->DeleteAcls({}), IsEmpty());
}

TEST_P(AclAdminContract, WithoutAnAuthorizerThereAreNoAcls) {
  Cluster* open = environment()->cluster_without_authorizer();
  const WithAdmin acls(open);
  const AclBinding acl = Acl(UniqueName("acl"), AclOperation::kRead);
  const auto unimplemented =
      StatusIs(StatusCode::kUnimplemented, HasSubstr(open->alias()));
  EXPECT_THAT(acls->DescribeAcls({AclResource::kTopic}), unimplemented);
  EXPECT_THAT(acls->CreateAcls({acl}), ElementsAre(unimplemented));
  EXPECT_THAT(acls->DeleteAcls({acl}), ElementsAre(unimplemented));
}

TEST_P(AclAdminContract, AnOutageIsWorthARetry) {
  const WithAdmin acls(cluster());
  EXPECT_THAT(acls->DescribeAcls({AclResource::kTopic}), IsOk());
  {
    Outage outage(environment());
    const absl::Status status =
        acls->DescribeAcls({AclResource::kTopic}).status();
    EXPECT_TRUE(IsRetriable(status)) << status;
  }
  EXPECT_TRUE(Eventually(
      [&] { return acls->DescribeAcls({AclResource::kTopic}).ok(); }));
}

TEST_P(AclAdminContract, CancelEndsARunningCallAndAllLaterOnes) {
  const WithAdmin acls(cluster());
  {
    Outage outage(environment());
    absl::Status status;
    std::thread caller(
        [&] { status = acls->DescribeAcls({AclResource::kTopic}).status(); });
    const absl::Time start = absl::Now();
    acls->Cancel();
    caller.join();
    EXPECT_LT(absl::Now() - start, absl::Seconds(5));
    EXPECT_FALSE(status.ok());
  }
  const AclBinding acl = Acl(UniqueName("acl"), AclOperation::kRead);
  const auto cancelled = StatusIs(StatusCode::kCancelled);
  EXPECT_THAT(acls->DescribeAcls({AclResource::kTopic}), cancelled);
  EXPECT_THAT(acls->CreateAcls({acl}), ElementsAre(cancelled));
  EXPECT_THAT(acls->DeleteAcls({acl}), ElementsAre(cancelled));
}

}  // namespace
}  // namespace mirror::internal
