// SPDX-License-Identifier: Apache-2.0

#include "tests/integration/strict_cluster.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/topic_config.h"
#include "mirror/testing/matchers.h"
#include "tests/support/raw_client.h"

namespace mirror::internal::testing {
namespace {

using ::testing::_;
using ::testing::Each;
using ::testing::Pair;

constexpr char kPassword[] = "mirror-pw";

std::vector<std::string> Cells(absl::string_view line) {
  std::vector<std::string> cells;
  for (absl::string_view cell : absl::StrSplit(line, '|')) {
    cells.emplace_back(absl::StripAsciiWhitespace(cell));
  }
  return cells;
}

std::string SideOf(absl::string_view heading) {
  if (heading == "### On the source") return "A";
  return heading == "### On the target" ? "B" : kApplication;
}

}  // namespace

std::vector<Grant> DocumentedGrants() {
  std::ifstream file("docs/security.md");
  std::vector<Grant> grants;
  std::string side;
  for (std::string line; std::getline(file, line);) {
    if (absl::StartsWith(line, "### ")) side = SideOf(line);
    const std::vector<std::string> cells = Cells(line);
    if (cells.size() < 6 || !ParseAclResource(cells[2]).has_value()) continue;
    for (absl::string_view name : absl::StrSplit(cells[4], ", ")) {
      Grant grant{cells[1], side, {}};
      grant.acl.resource = *ParseAclResource(cells[2]);
      grant.acl.name = cells[3];
      grant.acl.principal = "User:mirror-" + side;
      grant.acl.operation = ParseAclOperation(name).value();
      grants.push_back(std::move(grant));
    }
  }
  return grants;
}

std::vector<Grant> GrantsFor(const std::vector<std::string>& topics,
                             const std::string& group) {
  std::vector<Grant> grants;
  for (Grant& grant : DocumentedGrants()) {
    const std::string name = grant.acl.name;
    if (name == "payments") grant.acl.name = group;
    if (!absl::EndsWith(name, "orders")) {
      grants.push_back(grant);
      continue;
    }
    for (const std::string& topic : topics) {
      grant.acl.name = absl::StrReplaceAll(name, {{"orders", topic}});
      grants.push_back(grant);
    }
  }
  return grants;
}

StrictCluster::StrictCluster(const std::string& alias)
    : secure_({{{"mirror-" + alias, kPassword},
                {absl::StrCat("mirror-", kApplication), kPassword}},
               /*allow_without_acl=*/false}),
      cluster_(TestCluster::Start(alias, secure_.settings(), secure_.host())
                   .value()),
      acls_(cluster_->cluster()->NewAclAdmin("operator").value()),
      topics_(cluster_->cluster()->NewAdmin("operator").value()),
      groups_(cluster_->cluster()->NewGroupAdmin("operator").value()) {
  AwaitGroupCoordinators(cluster_->servers());
}

std::map<std::string, std::string> StrictCluster::Properties(
    const std::string& side) const {
  return secure_.Properties(SecureListeners::kPlain, "mirror-" + side,
                            kPassword);
}

void StrictCluster::Allow(const AclBinding& acl) {
  EXPECT_THAT(acls_->CreateAcls({acl}), Each(IsOk()));
  EXPECT_TRUE(Eventually([&] { return Holds(acl); }));
}

void StrictCluster::Forbid(const AclBinding& acl) {
  EXPECT_THAT(acls_->DeleteAcls({acl}), Each(IsOk()));
  EXPECT_TRUE(Eventually([&] { return !Holds(acl); }));
}

bool StrictCluster::Holds(const AclBinding& acl) {
  const std::vector<AclBinding> acls = AclsOf(acl.principal);
  return std::find(acls.begin(), acls.end(), acl) != acls.end();
}

std::vector<AclBinding> StrictCluster::AclsOf(const std::string& principal) {
  const auto all = acls_->DescribeAcls(
      {AclResource::kTopic, AclResource::kGroup, AclResource::kCluster});
  EXPECT_THAT(all, IsOk());
  std::vector<AclBinding> acls;
  if (!all.ok()) return acls;
  std::copy_if(
      all->begin(), all->end(), std::back_inserter(acls),
      [&](const AclBinding& acl) { return acl.principal == principal; });
  return acls;
}

void StrictCluster::SetConfig(const std::string& topic, const std::string& name,
                              const std::string& value) {
  EXPECT_THAT(topics_->AlterTopicConfigs({{topic, {{name, value}}}}),
              Each(IsOk()));
}

std::string StrictCluster::Config(const std::string& topic,
                                  const std::string& name) {
  const auto configs = topics_->DescribeTopicConfigs({topic}).front();
  if (!configs.ok()) return "";
  for (const TopicConfig& config : *configs) {
    if (config.name == name && config.source == ConfigSource::kTopic) {
      return config.value.value_or("");
    }
  }
  return "";
}

void StrictCluster::Commit(const std::string& group, const std::string& topic,
                           int64_t offset) {
  EXPECT_THAT(groups_->AlterGroupOffsets(group, {{{topic, 0}, {offset, ""}}}),
              IsOkAndHolds(Each(Pair(_, IsOk()))));
}

int64_t StrictCluster::Committed(const std::string& group,
                                 const std::string& topic) {
  const auto offsets = groups_->ListGroupOffsets({group}).front();
  if (!offsets.ok() || offsets->count({topic, 0}) == 0) return -1;
  return offsets->at({topic, 0}).offset;
}

}  // namespace mirror::internal::testing
