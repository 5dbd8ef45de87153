// SPDX-License-Identifier: Apache-2.0
//
// Settles records that cannot be copied, as on.rejected.record wants: they are
// skipped, or a dead letter takes their place. Connect's errors.tolerance and
// dead-letter queue, for one partition. What finds such a record is
// RecordIsolation.

#ifndef MIRROR_REPLICATION_REJECTED_RECORDS_H_
#define MIRROR_REPLICATION_REJECTED_RECORDS_H_

#include <optional>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "mirror/model/offset.h"
#include "mirror/model/record.h"
#include "mirror/replication/partition_options.h"
#include "mirror/replication/send_window.h"
#include "mirror/sync/skipped_range.h"

namespace mirror::internal {

// Thread safety: thread-compatible. Lifetime: `plan` and `options` must outlive
// it.
class RejectedRecords {
 public:
  struct Rejected {
    UpstreamOffset offset;
    std::string why;
  };

  RejectedRecords(const PartitionPlan* plan, const PartitionOptions* options)
      : plan_(plan), options_(options) {}

  // Whether a dead letter is in flight: the partition sends nothing meanwhile.
  bool letter_in_flight() const { return letter_.has_value(); }
  // The dead letter for a record that was sent alone and rejected. TakeLetter()
  // must follow when it is answered.
  Record BeginLetter(const SendWindow::Rejected& rejected, std::string why,
                     absl::Time wall);
  // The record whose dead letter was in flight, if there was one.
  std::optional<Rejected> TakeLetter() {
    return std::exchange(letter_, std::nullopt);
  }

  // Transforms cannot be shown the record, and the policy skips such: once all
  // before it is copied.
  void SkipWhenDrained(UpstreamOffset offset, std::string why) {
    hidden_ = Rejected{offset, std::move(why)};
  }
  // Returns it, if `resume` is what comes next.
  std::optional<Rejected> TakeHidden(UpstreamOffset resume) {
    const auto hidden = std::exchange(hidden_, std::nullopt);
    return hidden.has_value() && hidden->offset == resume ? hidden
                                                          : std::nullopt;
  }

  // Other records come next.
  void Clear() { letter_.reset(), hidden_.reset(); }

  // What is noted of a record that is skipped.
  SkippedRange RangeOf(const Rejected& rejected, SkipReason reason) const;

 private:
  const PartitionPlan* const plan_;
  const PartitionOptions* const options_;
  std::optional<Rejected> letter_;
  std::optional<Rejected> hidden_;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_REJECTED_RECORDS_H_
