// SPDX-License-Identifier: Apache-2.0

#include "mirror/testing/replication_policy_contract.h"

#include <memory>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/policy/mm2_replication_policies.h"

namespace mirror::internal {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ReplicationPolicyContract, DefaultPolicyKeepsIt) {
  for (const char* separator : {".", "_", "__", "-", "--from--"}) {
    for (bool internal : {true, false}) {
      const auto policy =
          DefaultReplicationPolicy::Create({separator, internal}).value();
      EXPECT_THAT(ReplicationPolicyViolations(*policy), IsEmpty()) << separator;
    }
  }
}

TEST(ReplicationPolicyContract, IdentityPolicyKeepsItForNamesThatTellNothing) {
  ReplicationPolicyContractOptions options;
  options.names_tell_source = false;
  for (const IdentityReplicationPolicy::Options& identity :
       {IdentityReplicationPolicy::Options{},
        IdentityReplicationPolicy::Options{"primary"},
        IdentityReplicationPolicy::Options{std::nullopt, "_"},
        IdentityReplicationPolicy::Options{"standby", ""}}) {
    const auto policy = IdentityReplicationPolicy::Create(identity);
    EXPECT_THAT(ReplicationPolicyViolations(*policy, options), IsEmpty());
  }
}

TEST(ReplicationPolicyContract, IdentityPolicyTellsNoSource) {
  EXPECT_THAT(ReplicationPolicyViolations(*IdentityReplicationPolicy::Create()),
              Contains("TopicSource(\"orders\") is nullopt, not \"primary\": "
                       "the alias it was formatted with"));
}

// Each Broken policy differs from a correct one in one answer.
class Correct : public DefaultReplicationPolicy {
 public:
  Correct() : DefaultReplicationPolicy(Options()) {}
};

void ExpectViolation(const ReplicationPolicy& policy,
                     const std::string& violation) {
  EXPECT_THAT(ReplicationPolicyViolations(policy),
              Contains(HasSubstr(violation)));
}

TEST(ReplicationPolicyContract, FindsNamesThatCollide) {
  struct Broken : Correct {
    std::string FormatRemoteTopic(absl::string_view alias,
                                  absl::string_view topic) const override {
      const std::string lower = absl::AsciiStrToLower(topic);
      return Correct::FormatRemoteTopic(alias, lower == "a-b" ? "a_b" : lower);
    }
  };
  ExpectViolation(Broken(), "would both be copied to \"primary.a_b\"");
  ExpectViolation(Broken(),
                  "UpstreamTopic(\"primary.events2\") is \"events2\"");
}

TEST(ReplicationPolicyContract, FindsIllegalNames) {
  struct Broken : Correct {
    std::string FormatRemoteTopic(absl::string_view alias,
                                  absl::string_view topic) const override {
      return absl::StrCat(alias, ".", topic, "@");
    }
  };
  ExpectViolation(Broken(), "\"primary.orders@\" is not a legal Kafka topic");
}

TEST(ReplicationPolicyContract, FindsHeartbeatsWithoutASource) {
  struct Broken : Correct {
    std::string FormatRemoteTopic(absl::string_view alias,
                                  absl::string_view topic) const override {
      return std::string(topic);
    }
  };
  ReplicationPolicyContractOptions options;
  options.names_tell_source = false;
  EXPECT_THAT(ReplicationPolicyViolations(Broken(), options),
              Contains(HasSubstr("TopicSource(\"heartbeats\") is nullopt")));
}

TEST(ReplicationPolicyContract, FindsAWrongHopCount) {
  struct Broken : Correct {
    std::optional<std::string> TopicSource(
        absl::string_view topic) const override {
      const size_t dot = topic.rfind('.');
      if (dot == absl::string_view::npos) return std::nullopt;
      return std::string(topic.substr(0, dot));
    }
  };
  ExpectViolation(Broken(),
                  "ReplicationHops(\"standby.primary.orders\") is nullopt, "
                  "not 1");
}

TEST(ReplicationPolicyContract, FindsInternalTopicsThatLookOrdinary) {
  struct Broken : Correct {
    bool IsInternalTopic(absl::string_view topic) const override {
      return IsMm2InternalTopic(topic);
    }
  };
  ExpectViolation(Broken(), "IsInternalTopic(\"__consumer_offsets\") is false");
}

TEST(ReplicationPolicyContract, FindsOrdinaryTopicsThatLookSpecial) {
  struct Broken : Correct {
    bool IsInternalTopic(absl::string_view topic) const override {
      return true;
    }
    bool IsHeartbeatsTopic(absl::string_view topic) const override {
      return true;
    }
    bool IsCheckpointsTopic(absl::string_view topic) const override {
      return true;
    }
  };
  ExpectViolation(Broken(), "IsInternalTopic(\"orders\") is true");
  ExpectViolation(Broken(), "IsHeartbeatsTopic(\"primary.orders\") is true");
  ExpectViolation(
      Broken(),
      "IsCheckpointsTopic(\"mm2-offset-syncs.primary.internal\") is true");
}

TEST(ReplicationPolicyContract, FindsInternalNamesThatCollide) {
  struct Broken : Correct {
    std::string CheckpointsTopic(absl::string_view alias) const override {
      return ".checkpoints.internal";
    }
  };
  ExpectViolation(Broken(), "\".checkpoints.internal\" is the name of 2");
}

TEST(ReplicationPolicyContract, FindsAWalkThatNeverEnds) {
  struct Broken : Correct {
    std::optional<std::string> UpstreamTopic(
        absl::string_view topic) const override {
      return topic == "x" ? "y" : "x";
    }
  };
  ExpectViolation(Broken(), "never comes to an end");
}

TEST(ReplicationPolicyContract, FindsAnswersThatChange) {
  struct Broken : Correct {
    std::optional<std::string> TopicSource(
        absl::string_view topic) const override {
      return absl::StrCat(++calls);
    }
    mutable int calls = 0;
  };
  ExpectViolation(Broken(), "asked twice");
}

}  // namespace
}  // namespace mirror::internal
