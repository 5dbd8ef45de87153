// SPDX-License-Identifier: Apache-2.0
//
// What a partition asks the offset index about its own copies. An interface, so
// that the state machine does no I/O and needs no index in tests.

#ifndef MIRROR_REPLICATION_COPY_INDEX_H_
#define MIRROR_REPLICATION_COPY_INDEX_H_

#include <optional>

#include "mirror/model/offset.h"
#include "mirror/model/position.h"
#include "mirror/model/topic_partition.h"

namespace mirror::internal {

// Thread safety: as its user's. Answers cover every copy reported so far.
class CopyIndex {
 public:
  virtual ~CopyIndex() = default;

  // Where the copies of `source` end on the target, as far as the index knows.
  virtual DownstreamOffset IndexedEnd(const TopicPartition& source) = 0;
  // From there on no copy of a record before `first` is on the target, unless
  // another client wrote it; nullopt if that is not certain, or if the index
  // knows nothing about `source`.
  virtual std::optional<DownstreamOffset> CopiesFrom(
      const TopicPartition& source, UpstreamOffset first) = 0;
  // As OffsetSyncStore::TranslateBack.
  virtual BackTranslation TranslateBack(const TopicPartition& source,
                                        DownstreamOffset target) = 0;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_COPY_INDEX_H_
