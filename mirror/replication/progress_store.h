// SPDX-License-Identifier: Apache-2.0
//
// The progress of a flow as stored on the target in MM2's own topic
// (mm2-offsets.S.internal), so that this engine goes on where MM2 stopped and
// the other way round. Read here; written by the shards.

#ifndef MIRROR_REPLICATION_PROGRESS_STORE_H_
#define MIRROR_REPLICATION_PROGRESS_STORE_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "mirror/model/offset.h"
#include "mirror/model/record.h"
#include "mirror/model/topic_partition.h"

namespace mirror {

// Collects the records of a progress topic; the last one of a key wins.
// Thread safety: thread-compatible.
class ProgressStore {
 public:
  // For the flow from `source_alias`.
  explicit ProgressStore(std::string source_alias)
      : source_alias_(std::move(source_alias)) {}

  // Takes a record. Records of other flows and connectors are passed over;
  // garbage is counted.
  void Apply(const Record& record);

  // The last source offset copied, by source partition; -1: all is to be copied
  // from the log's start.
  const std::map<TopicPartition, UpstreamOffset>& offsets() const {
    return offsets_;
  }
  // Records that are no progress records at all.
  int64_t unreadable() const { return unreadable_; }

 private:
  std::string source_alias_;
  std::map<TopicPartition, UpstreamOffset> offsets_;
  int64_t unreadable_ = 0;
};

}  // namespace mirror

#endif  // MIRROR_REPLICATION_PROGRESS_STORE_H_
