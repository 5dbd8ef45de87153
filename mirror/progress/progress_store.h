// SPDX-License-Identifier: Apache-2.0
//
// The progress of a flow as stored on the target in MM2's own topic
// (mm2-offsets.S.internal), so that this engine continues where MM2 stopped and
// the other way round; and the flow's notes, which are in the same topic. Read
// here; written by the shards and by MemoryWriter.

#ifndef MIRROR_PROGRESS_PROGRESS_STORE_H_
#define MIRROR_PROGRESS_PROGRESS_STORE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"
#include "mirror/progress/connect_offset.h"
#include "mirror/sync/run_growth.h"

namespace mirror::internal {

// Progress of a source partition that a partition of the topic has kept from
// before the topic got more partitions, and that counts no more.
struct SupersededProgress {
  TopicPartition source;
  int32_t progress_partition = 0;
};

// Collects the records of a progress topic. The last one of a key in its
// partition wins; of two partitions that both have the key, since the topic got
// more partitions in between, the one with the later record.
// Thread safety: thread-compatible.
class ProgressStore {
 public:
  // For the flow from `source_alias`. Only progress of `connector` is read, if
  // it is not empty; else that of any.
  explicit ProgressStore(std::string source_alias, std::string connector = "")
      : source_alias_(std::move(source_alias)),
        connector_(std::move(connector)) {}

  // Takes a record, those of one partition of the topic in order. Records of
  // other flows and connectors are skipped; garbage is counted.
  void Apply(const RecordView& record);

  // The last source offset copied, by source partition; -1: all is to be copied
  // from the log's start.
  const std::map<TopicPartition, UpstreamOffset>& offsets() const {
    return offsets_;
  }
  // Whether copies of the partition stand on the target, as far as is known.
  bool HasCopies(const TopicPartition& source) const {
    return offsets_.count(source) > 0 && starts_.count(source) == 0;
  }
  // The flow has looked at its source once: see FlowNote.
  bool has_looked() const { return has_looked_; }

  // Topics that are gone from the source, and since when, in calendar time: see
  // FlowNote.
  const std::map<std::string, absl::Time>& gone() const { return gone_; }

  // The same, for what was written by others than the shards.
  void SetStart(const TopicPartition& source, UpstreamOffset start);
  // And by a shard that has the partition no longer: the last offset copied.
  void SetCopied(const TopicPartition& source, UpstreamOffset last);
  void SetLooked() { has_looked_ = true; }
  // nullopt: the topic is there again, or forgotten.
  void SetGone(const std::string& topic, std::optional<absl::Time> since);

  // The key under which the progress of the partition is written.
  SourceOffsetKey KeyOf(const TopicPartition& source) const;
  // The keys of all records that the topic may hold of the partition: our own,
  // and others that were read.
  std::vector<std::string> KeysOf(const TopicPartition& source) const;
  // Those records were deleted.
  void Forget(const TopicPartition& source);

  // Partitions of which another process takes care, or did so.
  using Selection = absl::FunctionRef<bool(const TopicPartition&)>;
  // Drops what is known of them; their records stay.
  void Drop(Selection selection);
  // The same, and takes over what `from` knows of them, and its notes.
  void Adopt(const ProgressStore& from, Selection selection);

  // What the index topic may lack of the same.
  const std::map<TopicPartition, RunGrowth>& growths() const {
    return growths_;
  }
  std::vector<SupersededProgress> superseded() const;
  // Records that are no progress records at all.
  int64_t unreadable() const { return unreadable_; }

 private:
  // Whether it is a note of some flow.
  bool ApplyNote(const RecordView& record);
  struct Stored {
    int32_t progress_partition = 0;
    int64_t timestamp_ms = -1;
    UpstreamOffset offset;
    bool copied = true;
    std::optional<RunGrowth> growth;
  };
  // The one that counts.
  static const Stored& Newest(const std::vector<Stored>& stored);
  void Update(const TopicPartition& source, const std::vector<Stored>& stored);

  std::string source_alias_;
  std::string connector_;
  // One for each partition of the topic that has the key.
  std::map<TopicPartition, std::vector<Stored>> stored_;
  std::map<TopicPartition, UpstreamOffset> offsets_;
  // Of these, the partitions of which nothing was copied yet.
  std::set<TopicPartition> starts_;
  bool has_looked_ = false;
  std::map<std::string, absl::Time> gone_;
  // Keys other than ours: MM2's connector may have another name.
  std::map<TopicPartition, std::set<std::string>> other_keys_;
  std::map<TopicPartition, RunGrowth> growths_;
  int64_t unreadable_ = 0;
};

}  // namespace mirror::internal

#endif  // MIRROR_PROGRESS_PROGRESS_STORE_H_
