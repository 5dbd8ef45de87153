// SPDX-License-Identifier: Apache-2.0
//
// What a partition is doing, and the only ways from one state to another. Each
// state has its own data, so nothing is left over from a state that has ended.
//
//   in         | on           | to
//   -----------+--------------+------------------------------------------------
//   Resolving  | StartAt      | Running: the source said where to read
//   Resolving  | AskTarget    | ReadingBack: the target may hold unknown
//              |              | copies
//   BackingOff | AskTarget    | the same, if a producer was lost
//   ReadingBack| StartAt      | Running: there are none, or they are not known
//   ReadingBack| Compare      | Comparing
//   Comparing  | StartAt      | Running: the next record is not copied
//   Comparing  | Fail         | Draining: an earlier one is not
//   Running    | Fail         | Draining
//   Running    | LoseInFlight | Draining
//   Draining   | Fail         | Draining: the lower offset to resume from wins
//   Draining   | LoseInFlight | Draining: resumes from the offset given
//   Draining   | Drained      | Resolving, if it is to ask the source;
//              |              | BackingOff, if it is to wait; else Running
//   BackingOff | TimePasses   | Running, when it is time
//   any other  | Stop         | Stopped, with the question that is still open
//   Stopped    | Stop         | Stopped: another cause replaces the first,
//              |              | but a missing topic replaces none
//   Stopped    | LeaveStopped | Draining, then Resolving: the operator decided,
//              |              | or the topic is there again
//   any        | StartOver    | Draining, then Resolving: from the log's start
//
// What is not in the table changes nothing.

#ifndef MIRROR_REPLICATION_COPY_STATE_H_
#define MIRROR_REPLICATION_COPY_STATE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/time/time.h"
#include "mirror/model/offset.h"
#include "mirror/replication/copy_comparison.h"
#include "mirror/replication/gap_policy.h"
#include "mirror/replication/target_change.h"
#include "mirror/sync/skipped_range.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

// Thread safety: thread-compatible.
class CopyState {
 public:
  // What the source's bounds are to answer.
  struct Question {
    enum class Kind {
      kFirst,      // nothing was copied: where does the log begin?
      kNext,       // is the next record there?
      kFromStart,  // where does the log begin, to copy it again?
    };
    Kind kind = Kind::kFirst;
    // From there on the log is known to differ from what was read.
    std::optional<UpstreamOffset> diverged_at = std::nullopt;
    // The operator's, in place of on.source.gap.
    std::optional<LossPolicy> decision = std::nullopt;
  };

  // Waits for the source's bounds.
  struct Resolving {
    Question question;
  };
  // Waits for what the target holds.
  struct ReadingBack {};
  // Reads, and takes for copied what the target holds.
  struct Comparing {
    CopyComparison comparison;
  };
  struct Running {
    // No acknowledgement for a while, so nothing more is read.
    bool stalled = false;
    // Holds too much: not read until it holds no more than this.
    std::optional<int64_t> choked_above = std::nullopt;
  };
  // Waits for what is in flight.
  struct Draining {
    // Where to read on afterwards, and whether to ask the source first or to
    // wait until a time.
    UpstreamOffset resume;
    std::variant<absl::Time, Question> next;
  };
  struct BackingOff {
    absl::Time until;
  };
  // The source topic is another one than the one that was copied.
  struct Recreated {
    std::string topic_id;
    SkippedRange lost;  // of the old one
  };
  // Waits for an operator, or for a missing topic.
  struct Stopped {
    PartitionProblem cause = PROBLEM_NONE;
    Question question;  // when it continues
    // What the decision is about, beside the cause.
    std::optional<SkippedRange> lost_copies = std::nullopt;
    std::optional<Recreated> recreated = std::nullopt;
    // To be decided after that.
    std::optional<TargetChange> target_change = std::nullopt;
  };

  CopyState();  // Resolving, with the question where the log begins

  template <typename State>
  bool is() const {
    return std::holds_alternative<State>(state_);
  }
  // Null if it is in another state.
  template <typename State>
  const State* get() const {
    return std::get_if<State>(&state_);
  }
  template <typename State>
  State* get() {
    return std::get_if<State>(&state_);
  }

  bool may_read() const;
  // Whether an operator must decide.
  bool AwaitsDecision() const;
  // As Status() shows it.
  PartitionState kind() const;

  // Reading starts without a question: the position is known.
  void StartAt() { state_ = Running(); }
  void AskTarget() { state_ = ReadingBack(); }
  void Compare(CopyComparison comparison) {
    state_ = Comparing{std::move(comparison)};
  }
  // Something failed, and `resume` comes next. Returns false if that changes
  // nothing: what is to be resumed from is not behind it.
  bool Fail(UpstreamOffset resume, std::variant<absl::Time, Question> next);
  // All that was in flight is lost: one that reads or drains resumes exactly
  // there, not before `until` unless it has to ask first.
  void LoseInFlight(UpstreamOffset resume, absl::Time until);
  // What was in flight is answered: returns where to resume; only if Draining.
  UpstreamOffset Drained(absl::Time now);
  void TimePasses(absl::Time now);
  // Returns false if it is stopped already, and `cause` replaces nothing.
  bool Stop(PartitionProblem cause);
  // Only if Stopped. `next`: the record that comes next.
  void LeaveStopped(UpstreamOffset next, std::optional<LossPolicy> decision);
  void StartOver();

 private:
  std::variant<Resolving, ReadingBack, Comparing, Running, Draining, BackingOff,
               Stopped>
      state_;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_COPY_STATE_H_
