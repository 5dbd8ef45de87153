// SPDX-License-Identifier: Apache-2.0

#include "mirror/client/offset_view.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/sync/offset_sync.h"

namespace mirror::internal {
namespace {

absl::Status ApplySync(const RecordView& record, OffsetSyncStore* store) {
  const absl::StatusOr<std::optional<OffsetSync>> sync =
      OffsetSync::Decode(record.key.value_or(""), record.value);
  // A sync that is deleted was still true; MM2 itself deletes none.
  if (sync.ok() && sync->has_value()) store->ApplySync(**sync);
  return sync.status();
}

}  // namespace

OffsetView::OffsetView(Cluster* cluster, std::string index_topic,
                       std::string offset_syncs_topic, Clock* clock,
                       const Logger& log)
    : turn_(clock),
      index_(cluster, std::move(index_topic), clock, log),
      syncs_(cluster, std::move(offset_syncs_topic), clock, log),
      store_(std::make_shared<OffsetSyncStore>()) {}

void OffsetView::Cancel() {
  index_.Cancel();
  syncs_.Cancel();
}

void OffsetView::StartOver() {
  store_ = std::make_shared<OffsetSyncStore>();
  index_.ReadAgain();
  syncs_.ReadAgain();
  stale_ = false;
}

absl::StatusOr<std::shared_ptr<const OffsetSyncStore>> OffsetView::CatchUp(
    absl::Time deadline) {
  if (!turn_.Take(deadline)) {
    return absl::DeadlineExceededError(
        absl::StrCat("topic ", index_.topic(),
                     ": another call was still reading it; give it more time"));
  }
  absl::Status status;
  do {
    if (stale_) StartOver();
    status = ReadBoth(deadline);
  } while (stale_ && status.ok());
  std::shared_ptr<const OffsetSyncStore> store = store_;
  turn_.Give();
  if (!status.ok()) return status;
  return store;
}

absl::Status OffsetView::ReadBoth(absl::Time deadline) {
  OffsetSyncStore* const store = store_.get();
  bool* const stale = &stale_;
  const auto on_reset = [stale] { *stale = true; };
  const absl::Status index = index_.CatchUp(
      deadline,
      [store](const RecordView& record) {
        return store->ApplyIndexRecord(record.key.value_or(""), record.value);
      },
      on_reset);
  if (!index.ok() && !absl::IsNotFound(index)) return index;
  const absl::Status syncs = syncs_.CatchUp(
      deadline,
      [store](const RecordView& record) { return ApplySync(record, store); },
      on_reset);
  if (syncs.ok()) return syncs;
  // The index is enough. Of a topic that is not there, brokers with ACLs say
  // that it may not be read.
  const bool there =
      !absl::IsNotFound(syncs) && !absl::IsPermissionDenied(syncs);
  return there ? syncs : index;
}

}  // namespace mirror::internal
