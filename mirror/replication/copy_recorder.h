// SPDX-License-Identifier: Apache-2.0
//
// Gives copies to the offset index, those of one partition together, and
// answers what partitions ask it.

#ifndef MIRROR_REPLICATION_COPY_RECORDER_H_
#define MIRROR_REPLICATION_COPY_RECORDER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"
#include "mirror/replication/copy_index.h"
#include "mirror/replication/partition_event.h"
#include "mirror/sync/offset_sync_store.h"

namespace mirror::internal {

// Thread safety: thread-compatible. Lifetime: the index must outlive it.
class CopyRecorder final : public CopyIndex {
 public:
  // Records first, first+1, ... were copied to base, base+1, ...; in order for
  // one partition.
  using OnCopied =
      std::function<void(const TopicPartition& source, UpstreamOffset first,
                         DownstreamOffset base, int64_t count)>;

  // `on_copied` may be null.
  CopyRecorder(OffsetSyncStore* index, OnCopied on_copied)
      : index_(index), on_copied_(std::move(on_copied)) {}

  // The effects of a partition, in their order. `source` must stay until
  // Flush().
  void Copied(const TopicPartition& source, const effect::Copied& copied);
  void BeginRun(const TopicPartition& source, const effect::BeginRun& run);
  void ForgetCopies(const TopicPartition& source);
  void Skipped(const TopicPartition& source, SkippedRange range);
  // Gives the index what it lacks.
  void Flush();

  DownstreamOffset IndexedEnd(const TopicPartition& source) override;
  std::optional<DownstreamOffset> CopiesFrom(const TopicPartition& source,
                                             UpstreamOffset first) override;
  BackTranslation TranslateBack(const TopicPartition& source,
                                DownstreamOffset target) override;

 private:
  OffsetSyncStore* const index_;
  const OnCopied on_copied_;
  // Not given to the index yet, all of one partition.
  const TopicPartition* source_ = nullptr;
  std::vector<CopiedRange> copied_;
  UpstreamOffset source_end_;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_COPY_RECORDER_H_
