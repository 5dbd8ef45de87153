// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/group_problems.h"

#include <cstddef>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

constexpr int kShownProblems = 100;

// A rule that forbids one group mostly forbids a thousand.
constexpr size_t kReportedAtOnce = 10;

}  // namespace

void GroupProblems::Note(const std::string& group, const std::string& reason,
                         const std::string& solved) {
  const auto it = reasons_.find(group);
  if (it == reasons_.end() ? reason.empty() : it->second == reason) return;
  EngineEvent event;
  event.kind = reason.empty() ? EngineEvent::Kind::kGroupRecovered
                              : EngineEvent::Kind::kGroupProblem;
  event.level = reason.empty() ? LogLevel::kInfo : LogLevel::kWarning;
  event.flow = flow_;
  event.group = group;
  event.message = reason.empty() ? solved : reason;
  events_.push_back(std::move(event));
  if (reason.empty()) {
    reasons_.erase(it);
  } else {
    reasons_[group] = reason;
  }
}

void GroupProblems::ForgetAllBut(const std::set<std::string>& groups) {
  for (auto it = reasons_.begin(); it != reasons_.end();) {
    it = groups.count(it->first) == 0 ? reasons_.erase(it) : std::next(it);
  }
}

std::vector<EngineEvent> GroupProblems::TakeEvents() {
  std::vector<EngineEvent> events = std::exchange(events_, {});
  if (events.size() <= kReportedAtOnce) return events;
  absl::StrAppend(&events[kReportedAtOnce - 1].message, "; ",
                  events.size() - kReportedAtOnce,
                  " other groups have news too: see the status");
  events.resize(kReportedAtOnce);
  return events;
}

void GroupProblems::FillStatus(CheckpointStatus* status) const {
  for (const auto& [group, reason] : reasons_) {
    if (status->problems_size() == kShownProblems) break;
    GroupProblem* problem = status->add_problems();
    problem->set_group(group);
    problem->set_reason(reason);
  }
  status->set_problem_count(static_cast<int64_t>(reasons_.size()));
}

}  // namespace mirror::internal
