// SPDX-License-Identifier: Apache-2.0
//
// A daemon with a policy of its own, before it meets a cluster. The rest is in
// tests/integration/mirror_maker_test.cc.

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/mirror_maker.h"

namespace mirror::internal::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// Two clusters that do not answer; `lines` begin in line 5.
std::string File(const std::string& lines) {
  return WriteProperties(
      absl::StrCat("clusters = A, B\n"
                   "A.bootstrap.servers = 127.0.0.1:1\n"
                   "B.bootstrap.servers = 127.0.0.1:2\n"
                   "A->B.enabled = true\n",
                   lines));
}

TEST(MyMirrorMakerTest, RunsItsOwnPolicyByTheNameInTheFile) {
  const Ended ended =
      RunMirrorMaker({File("replication.policy.class = com.acme.SuffixPolicy\n"
                           "replication.policy.suffix = -of-\n"),
                      "--print-config"},
                     "my_mirror_maker");
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_THAT(
      ended.output,
      AllOf(HasSubstr("replication.policy.class = com.acme.SuffixPolicy"),
            Not(HasSubstr("unknown property"))));
}

TEST(MyMirrorMakerTest, NamesPropertyThatThePolicyDoesNotAccept) {
  const Ended ended = RunMirrorMaker(
      {"--check", File("A->B.replication.policy.class = com.acme.SuffixPolicy\n"
                       "A->B.replication.policy.suffix =\n")},
      "my_mirror_maker");
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.output,
              HasSubstr(":5: A->B.replication.policy.class = "
                        "com.acme.SuffixPolicy: replication.policy.suffix: "
                        "must not be empty"));
}

TEST(MyMirrorMakerTest, AnUnknownClassListsTheKnownOnes) {
  const Ended ended = RunMirrorMaker(
      {File("replication.policy.class = com.acme.SufixPolicy\n")},
      "my_mirror_maker");
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.output,
              HasSubstr(":5: replication.policy.class = com.acme.SufixPolicy: "
                        "unknown class; known: DefaultReplicationPolicy, "
                        "IdentityReplicationPolicy, com.acme.SuffixPolicy"));
}

}  // namespace
}  // namespace mirror::internal::testing
