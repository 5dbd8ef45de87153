// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/rejected_records.h"

#include "absl/strings/str_cat.h"
#include "mirror/replication/dead_letter.h"

namespace mirror::internal {

Record RejectedRecords::BeginLetter(const SendWindow::Rejected& rejected,
                                    std::string why, absl::Time wall) {
  const absl::Status shows = rejected.batch->Shows(rejected.index);
  if (!shows.ok()) absl::StrAppend(&why, "; kept in part: ", shows.message());
  Record letter = ToDeadLetter(rejected.batch->ToRecord(rejected.index),
                               plan_->source, why, wall);
  letter_ = Rejected{rejected.offset, std::move(why)};
  return letter;
}

SkippedRange RejectedRecords::RangeOf(const Rejected& rejected,
                                      SkipReason reason) const {
  SkippedRange range;
  range.first = rejected.offset;
  range.end = rejected.offset + 1;
  range.records = 1;
  range.reason = reason;
  range.detail = reason == SkipReason::kRefused
                     ? absl::StrCat("skipped: ", rejected.why)
                     : absl::StrCat("put into topic ",
                                    options_->delivery.dead_letter_topic, ": ",
                                    rejected.why);
  return range;
}

}  // namespace mirror::internal
