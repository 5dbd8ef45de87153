// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/target_guard.h"

#include <algorithm>
#include <utility>

namespace mirror::internal {

TargetGuard::TargetGuard(const PartitionPlan* plan,
                         const PartitionOptions* options, CopyIndex* index)
    : plan_(plan),
      options_(options),
      index_(index),
      log_(plan->target_log),
      index_is_void_(plan->from_log_start) {}

std::optional<TargetChange> TargetGuard::OnCopied(DownstreamOffset base,
                                                  int64_t count,
                                                  bool first_of_run) {
  const auto expected = std::exchange(end_, base + count);
  if (expected.has_value()) return CheckEnd(*expected, base);
  if (!first_of_run || std::exchange(index_is_void_, false)) {
    return std::nullopt;
  }
  // No acknowledgement came before that would tell what the target has lost
  // since the index was written. More may be there than the index says, by our
  // own requests that were not answered; less may not.
  const DownstreamOffset indexed = index_->IndexedEnd(plan_->source);
  return base < indexed ? CheckEnd(indexed, base) : std::nullopt;
}

std::optional<TargetChange> TargetGuard::CheckEnd(DownstreamOffset expected,
                                                  DownstreamOffset end) const {
  auto change =
      CompareTargetEnd(plan_->target, options_->target_alias, expected, end);
  const bool intended = change.has_value() && change->foreign() &&
                        options_->delivery.target_is_shared;
  return intended ? std::nullopt : change;
}

std::optional<SkippedRange> TargetGuard::LostCopies(
    const TargetChange& change,
    std::optional<UpstreamOffset> last_copied) const {
  if (change.foreign() || !last_copied.has_value()) return std::nullopt;
  // Copies that the index does not know may be among the lost ones.
  const BackTranslation kept =
      index_->TranslateBack(plan_->source, change.kept_below);
  SkippedRange lost;
  lost.end = *last_copied + 1;
  lost.first =
      kept.known() ? std::min(kept.offset, lost.end) : UpstreamOffset(0);
  lost.records = lost.end - lost.first;
  lost.reason = SkipReason::kTargetLost;
  lost.detail = change.what;
  return lost;
}

TargetGuard::Decision TargetGuard::Decide(const TargetChange& change,
                                          absl::Time now) {
  if (change.foreign() && !OthersKeepWriting(now)) {
    // Late requests of a previous run look alike, so the first time only warns.
    return foreign_since_ < now ? Decision::kNothing : Decision::kWarn;
  }
  if (options_->delivery.on_target_change == LossPolicy::kStop)
    return Decision::kStop;
  // Other writers took no copy away, so there is nothing to copy again.
  return options_->delivery.on_target_change == LossPolicy::kReseed &&
                 !change.foreign()
             ? Decision::kReseed
             : Decision::kContinue;
}

bool TargetGuard::OthersKeepWriting(absl::Time now) {
  if (now - foreign_last_ > options_->foreign_memory) foreign_since_ = now;
  foreign_last_ = now;
  return now - foreign_since_ >= options_->foreign_grace;
}

}  // namespace mirror::internal
