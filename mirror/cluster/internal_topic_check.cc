// SPDX-License-Identifier: Apache-2.0

#include "mirror/cluster/internal_topic_check.h"

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "mirror/cluster/errors.h"

namespace mirror::internal {
namespace {

constexpr char kPolicy[] = "cleanup.policy";

using Changes = std::vector<InternalConfigChange>;

// One topic of a cluster.
class Correction {
 public:
  Correction(ClusterAdmin* admin, const std::string& cluster,
             const std::string& topic, TopicWarnings* warnings)
      : admin_(admin), cluster_(cluster), topic_(topic), warnings_(warnings) {}

  absl::StatusOr<InternalTopicPlan> Plan(InternalTopicKind kind) {
    const auto configs = admin_->DescribeTopicConfigs({topic_}).front();
    if (configs.ok()) return PlanInternalTopic(kind, *configs);
    if (absl::IsNotFound(configs.status())) return InternalTopicPlan();
    if (MayHeal(configs.status())) return InContext(configs.status());
    Warn(absl::StrCat("its configs cannot be read (",
                      configs.status().message(), "); see that ", kPolicy,
                      " is compact, or allow DESCRIBE_CONFIGS on topic ",
                      topic_));
    return InternalTopicPlan();
  }

  absl::Status Correct(InternalTopicKind kind) {
    const absl::StatusOr<InternalTopicPlan> plan = Plan(kind);
    if (!plan.ok()) return plan.status();
    absl::Status status;
    if (plan->policy.has_value()) status = CorrectPolicy({*plan->policy});
    return status.ok() ? CorrectSegments(plan->segments) : status;
  }

  absl::StatusOr<InternalTopicPlan> Review(InternalTopicKind kind) {
    absl::StatusOr<InternalTopicPlan> plan = Plan(kind);
    if (!plan.ok()) return plan;
    if (plan->policy.has_value()) {
      const Changes changes = {*plan->policy};
      Warn(absl::StrCat(LosesRecords(changes),
                        "; the flow alters it when it starts, and does not "
                        "start if it may not: ",
                        Command(changes)));
    }
    if (!plan->segments.empty()) {
      Warn(absl::StrCat(Grows(plan->segments),
                        "; the flow alters it when it starts, if it may: ",
                        Command(plan->segments)));
    }
    return plan;
  }

 private:
  absl::Status CorrectPolicy(const Changes& changes) {
    const absl::Status altered = Alter(changes);
    if (MayHeal(altered)) return InContext(altered);
    if (altered.ok()) {
      Warn(absl::StrCat(LosesRecords(changes),
                        "; it was set to compact. What was deleted before is "
                        "lost"));
      return altered;
    }
    return InContext(absl::FailedPreconditionError(
        absl::StrCat(LosesRecords(changes), ", and it may not be altered (",
                     altered.message(),
                     "); the flow starts after this: ", Command(changes))));
  }

  absl::Status CorrectSegments(const Changes& changes) {
    if (changes.empty()) return absl::OkStatus();
    const absl::Status altered = Alter(changes);
    if (MayHeal(altered)) return InContext(altered);
    Warn(altered.ok()
             ? absl::StrCat(Grows(changes), "; it was altered")
             : absl::StrCat(Grows(changes), ", and it may not be altered (",
                            altered.message(), "): ", Command(changes)));
    return absl::OkStatus();
  }

  static std::string LosesRecords(const Changes& changes) {
    return absl::StrCat(Describe(changes),
                        ", so retention deletes what a restart needs");
  }
  static std::string Grows(const Changes& changes) {
    return absl::StrCat(Describe(changes),
                        ", with which the topic grows and is slow to read");
  }
  std::string Command(const Changes& changes) const {
    return AlterCommand(cluster_, topic_, changes);
  }

  absl::Status Alter(const Changes& changes) {
    TopicConfigOps ops{topic_, {}};
    for (const InternalConfigChange& change : changes) {
      ops.ops.push_back({change.name, change.then});
    }
    return admin_->AlterTopicConfigs(absl::MakeConstSpan(&ops, 1)).front();
  }

  static bool MayHeal(const absl::Status& status) {
    return IsRetriable(status) || absl::IsCancelled(status) ||
           absl::IsUnauthenticated(status);
  }

  absl::Status InContext(const absl::Status& status) const {
    return Annotate(status,
                    absl::StrCat("cluster ", cluster_, ", topic ", topic_));
  }

  void Warn(const std::string& message) {
    warnings_->emplace_back(topic_,
                            absl::StrCat("cluster ", cluster_, ": ", message));
  }

  ClusterAdmin* const admin_;
  const std::string& cluster_;
  const std::string& topic_;
  TopicWarnings* const warnings_;
};

}  // namespace

absl::Status CorrectInternalTopic(ClusterAdmin* admin,
                                  const std::string& cluster,
                                  const std::string& topic,
                                  InternalTopicKind kind,
                                  TopicWarnings* warnings) {
  return Correction(admin, cluster, topic, warnings).Correct(kind);
}

absl::StatusOr<InternalTopicPlan> ReviewInternalTopic(
    ClusterAdmin* admin, const std::string& cluster, const std::string& topic,
    InternalTopicKind kind, TopicWarnings* warnings) {
  return Correction(admin, cluster, topic, warnings).Review(kind);
}

}  // namespace mirror::internal
