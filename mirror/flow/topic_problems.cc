// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/topic_problems.h"

#include "absl/strings/str_cat.h"

namespace mirror::internal {

void TopicProblems::Note(const std::string& topic, const absl::Status& status) {
  {
    MutexLock lock(&mu_);
    if (status.ok()) {
      failed_.erase(topic);
      return;
    }
    std::string& reason = failed_[topic];
    if (reason == status.message()) return;
    reason = std::string(status.message());
  }
  Report(LogLevel::kError, topic,
         absl::StrCat(status.message(), "; retried every ",
                      absl::FormatDuration(retry_interval_)));
}

void TopicProblems::NoteRefused(const std::vector<RefusedTopic>& refused) {
  std::map<std::string, std::string> now;
  for (const RefusedTopic& topic : refused) now[topic.source] = topic.reason;
  std::map<std::string, std::string> before;
  {
    MutexLock lock(&mu_);
    before = std::exchange(refused_, now);
  }
  for (const auto& [topic, reason] : now) {
    if (before[topic] != reason) Report(LogLevel::kWarning, topic, reason);
  }
}

void TopicProblems::FillStatus(FlowStatus* status) const {
  MutexLock lock(&mu_);
  for (const auto* problems : {&failed_, &refused_}) {
    for (const auto& [topic, reason] : *problems) {
      TopicProblem* problem = status->add_topic_problems();
      problem->set_topic(topic);
      problem->set_reason(reason);
    }
  }
}

void TopicProblems::Report(LogLevel level, const std::string& topic,
                           std::string message) {
  if (!on_event_) return;
  on_event_(EngineEvent(EngineEvent::Kind::kTopicProblem, level, flow_,
                        std::move(message))
                .WithTopic(topic));
}

}  // namespace mirror::internal
