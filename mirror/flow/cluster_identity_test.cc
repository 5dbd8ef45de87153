// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/cluster_identity.h"

#include <memory>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::HasSubstr;

class ClusterIdentityTest : public testing::Test {
 protected:
  FakeCluster cluster_{"B"};
  const std::unique_ptr<ClusterAdmin> admin_ =
      cluster_.NewAdmin("test").value();
  ClusterIdentity identity_{"B"};
};

TEST_F(ClusterIdentityTest, TheFirstIdIsTheRightOne) {
  EXPECT_FALSE(identity_.known());
  EXPECT_THAT(identity_.Check(admin_.get()), IsOk());
  EXPECT_TRUE(identity_.known());
  EXPECT_EQ(identity_.id(), "fake-B");
  EXPECT_THAT(identity_.Check(admin_.get()), IsOk());
}

TEST_F(ClusterIdentityTest, AnotherIdIsNamedBesideTheFirst) {
  ASSERT_THAT(identity_.Check(admin_.get()), IsOk());
  cluster_.Rebuild("new-id");
  EXPECT_THAT(
      identity_.Check(admin_.get()),
      StatusIs(StatusCode::kFailedPrecondition,
               AllOf(HasSubstr("cluster B has another cluster id (new-id) than "
                               "when the flow started (fake-B): it was rebuilt "
                               "or the address leads elsewhere"))));
  EXPECT_EQ(identity_.id(), "fake-B");
  cluster_.Rebuild("fake-B");
  EXPECT_THAT(identity_.Check(admin_.get()), IsOk());
}

TEST_F(ClusterIdentityTest, AClusterThatDoesNotAnswerIsNotAnotherOne) {
  cluster_.SetDown(true);
  EXPECT_THAT(identity_.Check(admin_.get()),
              StatusIs(StatusCode::kUnavailable, HasSubstr("cluster B")));
  EXPECT_FALSE(identity_.known());
}

}  // namespace
}  // namespace mirror::internal
