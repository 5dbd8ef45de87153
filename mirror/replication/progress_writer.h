// SPDX-License-Identifier: Apache-2.0
//
// Makes a shard's progress durable: first what the offset index lacks, then how
// far each partition is copied (Connect's offset commit). In this order, as an
// index behind the progress would leave a hole after a kill.
//
//   Begin: index segments --acks--> progress records --acks--> committed
//                         \--refused 31 times----^

#ifndef MIRROR_REPLICATION_PROGRESS_WRITER_H_
#define MIRROR_REPLICATION_PROGRESS_WRITER_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/cluster/topic_queue.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"
#include "mirror/sync/offset_sync_store.h"

namespace mirror {

struct ProgressWriterOptions {
  std::string source_alias;
  std::string target_alias;
  // mm2-offsets.S.internal and mm2-offset-index.S.internal on the target.
  std::string progress_topic;
  std::string index_topic;
};

// The last source offset of a partition that is done with; -1: copying begins
// at the log's start again.
struct CopiedThrough {
  TopicPartition source;
  UpstreamOffset offset;
};

// Thread safety: thread-compatible. Lifetime: `index` must outlive it.
class ProgressWriter {
 public:
  ProgressWriter(ProgressWriterOptions options, OffsetSyncStore* index)
      : options_(std::move(options)),
        store_(index),
        index_(options_.index_topic),
        progress_(options_.progress_topic) {}

  // How many partitions the two topics have; before the first Begin().
  void SetPartitions(int32_t progress, int32_t index);

  // Stores `copied`, and what the index topic lacks about `partitions`. Only
  // when ready(): the last call's index is dealt with. A partition of which an
  // older offset is still on its way is left out.
  void Begin(std::vector<CopiedThrough> copied,
             absl::Span<const TopicPartition> partitions, absl::Time now);
  bool ready() const { return waiting_.empty() && index_.idle(); }

  // Moves things on; call every turn, after the acks.
  void Step(RecordSink* sink, absl::Time now);
  bool Owns(const Ack& ack) const {
    return progress_.Owns(ack) || index_.Owns(ack);
  }
  void OnAck(const Ack& ack);

  // What was stored since the last call.
  std::vector<CopiedThrough> TakeCommitted() {
    return std::exchange(committed_, {});
  }
  // Troubles that began since the last call.
  std::vector<absl::Status> TakeTroubles() {
    return std::exchange(troubles_, {});
  }

  // Whether nothing is on its way.
  bool idle() const { return ready() && progress_.idle() && index_.idle(); }
  // The sink is gone, and with it what was not acknowledged.
  void OnSinkLost();

 private:
  void QueueIndex(absl::Span<const TopicPartition> partitions, absl::Time now);
  void QueueProgress(absl::Time now);
  void CollectIndex();
  void CollectProgress();
  // Reports a trouble of one of the topics when it begins.
  void Note(const std::string& topic, const absl::Status& status,
            absl::string_view consequence, bool* failing);

  const ProgressWriterOptions options_;
  OffsetSyncStore* const store_;
  int32_t progress_partitions_ = 0;
  int32_t index_partitions_ = 0;

  // Waits for the index.
  std::vector<CopiedThrough> waiting_;
  TopicQueue index_;
  IndexFlush flush_;
  absl::Status flush_status_;
  int refusals_ = 0;  // of the index, in a row

  TopicQueue progress_;
  std::map<int64_t, CopiedThrough> under_way_;  // by id in progress_
  std::set<TopicPartition> busy_;               // the partitions of under_way_
  std::vector<CopiedThrough> committed_;
  std::vector<absl::Status> troubles_;
  bool index_failing_ = false;
  bool progress_failing_ = false;
};

}  // namespace mirror

#endif  // MIRROR_REPLICATION_PROGRESS_WRITER_H_
