// SPDX-License-Identifier: Apache-2.0

#include "mirror/metadata/topic_config_problems.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "mirror/cluster/errors.h"

namespace mirror::internal {
namespace {

constexpr int kShownProblems = 100;

// A rule that forbids one topic mostly forbids a thousand.
constexpr size_t kReportedAtOnce = 10;

std::string Problem(absl::string_view what, const absl::Status& status,
                    absl::string_view operation, const std::string& topic,
                    const std::string& cluster) {
  return std::string(
      Annotate(WithGrant(status, absl::StrCat(operation, " on topic ", topic,
                                              " on cluster ", cluster)),
               what)
          .message());
}

}  // namespace

std::vector<EngineEvent> TopicConfigProblems::Update(Reasons reasons) {
  std::vector<EngineEvent> events;
  for (const auto& [name, reason] : reasons) {
    const auto before = reasons_.find(name);
    if (before != reasons_.end() && before->second == reason) continue;
    events.push_back(EngineEvent(EngineEvent::Kind::kTopicConfigRefused,
                                 LogLevel::kWarning, flow_, reason)
                         .WithTopic(name.first));
  }
  for (const auto& [name, reason] : reasons_) {
    // What became of a single setting is said when it is set.
    if (!name.second.empty() || reasons.count(name) > 0) continue;
    events.push_back(EngineEvent(EngineEvent::Kind::kTopicConfigsChanged,
                                 LogLevel::kInfo, flow_,
                                 "its configs are kept as on the source again")
                         .WithTopic(name.first));
  }
  reasons_ = std::move(reasons);
  if (events.size() <= kReportedAtOnce) return events;
  absl::StrAppend(&events[kReportedAtOnce - 1].message, "; ",
                  events.size() - kReportedAtOnce,
                  " other topics or configs have news too: see the status");
  events.resize(kReportedAtOnce);
  return events;
}

std::set<TopicConfigName> TopicConfigProblems::Configs() const {
  std::set<TopicConfigName> configs;
  for (const auto& [name, reason] : reasons_) {
    if (!name.second.empty()) configs.insert(name);
  }
  return configs;
}

void TopicConfigProblems::FillStatus(TopicConfigSyncStatus* status) const {
  status->set_problem_count(static_cast<int64_t>(reasons_.size()));
  for (const auto& [name, reason] : reasons_) {
    if (status->problems_size() == kShownProblems) break;
    TopicConfigProblem* problem = status->add_problems();
    problem->set_topic(name.first);
    problem->set_config(name.second);
    problem->set_reason(reason);
  }
}

std::string NotDescribed(const absl::Status& status, const std::string& topic,
                         const std::string& cluster) {
  return Problem("its configs cannot be read", status, "DESCRIBE_CONFIGS",
                 topic, cluster);
}

std::string NotAltered(const absl::Status& status, const std::string& topic,
                       const std::string& cluster) {
  return Problem("its configs cannot be set", status, "ALTER_CONFIGS", topic,
                 cluster);
}

std::string NotChanged(const absl::Status& status, const ConfigChange& change) {
  return absl::StrCat(
      change.name,
      change.after.has_value()
          ? absl::StrCat(" is not set to ", DescribeOverride(change.after))
          : " is not reset to the default",
      ": ", status.message(),
      "; make the cluster accept it, or name it in config.properties.exclude");
}

}  // namespace mirror::internal
