// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/copy_state.h"

#include <algorithm>
#include <utility>

namespace mirror::internal {

CopyState::CopyState() : state_(Resolving()) {}

bool CopyState::may_read() const {
  if (is<Comparing>()) return true;
  const Running* const running = get<Running>();
  return running != nullptr && !running->stalled &&
         !running->choked_above.has_value();
}

bool CopyState::AwaitsDecision() const {
  const Stopped* const stopped = get<Stopped>();
  return stopped != nullptr && stopped->cause != PROBLEM_SOURCE_TOPIC_MISSING;
}

PartitionState CopyState::kind() const {
  if (is<Resolving>() || is<ReadingBack>()) return PARTITION_RESOLVING;
  if (is<Running>() || is<Comparing>()) return PARTITION_RUNNING;
  if (is<Draining>()) return PARTITION_DRAINING;
  if (is<BackingOff>()) return PARTITION_BACKING_OFF;
  return PARTITION_STOPPED;
}

bool CopyState::Fail(UpstreamOffset resume,
                     std::variant<absl::Time, Question> next) {
  if (is<Stopped>()) return false;
  if (Draining* const draining = get<Draining>()) {
    // Records behind the first that failed fail in its wake. The wait, or the
    // question, is the first one's.
    if (resume >= draining->resume) return false;
    draining->resume = resume;
    return true;
  }
  state_ = Draining{resume, std::move(next)};
  return true;
}

void CopyState::LoseInFlight(UpstreamOffset resume, absl::Time until) {
  if (Draining* const draining = get<Draining>()) {
    draining->resume = resume;
    auto* const time = std::get_if<absl::Time>(&draining->next);
    if (time != nullptr) *time = until;
  } else if (is<Running>()) {
    state_ = Draining{resume, until};
  }
}

UpstreamOffset CopyState::Drained(absl::Time now) {
  const Draining drained = std::move(std::get<Draining>(state_));
  if (const auto* question = std::get_if<Question>(&drained.next)) {
    state_ = Resolving{*question};
  } else if (const absl::Time until = std::get<absl::Time>(drained.next);
             until > now) {
    state_ = BackingOff{until};
  } else {
    state_ = Running();
  }
  return drained.resume;
}

void CopyState::TimePasses(absl::Time now) {
  const BackingOff* const waiting = get<BackingOff>();
  if (waiting != nullptr && now >= waiting->until) state_ = Running();
}

bool CopyState::Stop(PartitionProblem cause) {
  if (Stopped* const stopped = get<Stopped>()) {
    // An operator is to decide already, so it changes nothing that the topic is
    // missing.
    if (stopped->cause == cause || cause == PROBLEM_SOURCE_TOPIC_MISSING) {
      return false;
    }
    stopped->cause = cause;
    return true;
  }
  Question question{Question::Kind::kNext};
  if (const Resolving* const resolving = get<Resolving>()) {
    question = resolving->question;
  } else if (const Draining* const draining = get<Draining>()) {
    const auto* const asked = std::get_if<Question>(&draining->next);
    if (asked != nullptr) question = *asked;
  }
  state_ = Stopped{cause, question};
  return true;
}

void CopyState::LeaveStopped(UpstreamOffset next,
                             std::optional<LossPolicy> decision) {
  Question question = std::get<Stopped>(state_).question;
  // Much may have happened to the source meanwhile.
  if (question.kind == Question::Kind::kFirst) {
    question.kind = Question::Kind::kNext;
  }
  if (decision.has_value()) question.decision = decision;
  state_ = Draining{next, question};
}

void CopyState::StartOver() {
  state_ = Draining{UpstreamOffset(0), Question{Question::Kind::kFromStart}};
}

}  // namespace mirror::internal
