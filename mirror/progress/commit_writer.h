// SPDX-License-Identifier: Apache-2.0
//
// Writes what one partition of the index topic and its source partitions'
// progress need: first what the offset index lacks, then how far each partition
// is copied (Connect's offset commit). In this order, as an index behind the
// progress would leave a hole after a kill. One writer per index partition, so
// one without a leader delays only its own source partitions.
//
//   Begin: index segments --acks--> progress records --acks--> committed
//                         \--rejected 31 times---^

#ifndef MIRROR_PROGRESS_COMMIT_WRITER_H_
#define MIRROR_PROGRESS_COMMIT_WRITER_H_

#include <cstdint>
#include <map>
#include <optional>
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
#include "mirror/model/record.h"
#include "mirror/model/topic_partition.h"
#include "mirror/runtime/clock.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/sync/run_growth.h"

namespace mirror::internal {

struct CommitWriterOptions {
  std::string source_alias;
  std::string target_alias;
  // mm2-offsets.S.internal and mm2-offset-index.S.internal on the target.
  std::string offset_storage_topic;
  std::string index_topic;
  int32_t offset_storage_partitions = 1;
  // The one that is written here.
  int32_t index_partition = 0;
  // The connector whose progress is written; empty: MirrorSourceConnector.
  std::string connector = {};
};

// The last source offset of a partition that is done with; -1: copying begins
// at the log's start.
struct CopiedThrough {
  TopicPartition source;
  UpstreamOffset offset;
  // False: copying begins behind it, and no copy was made yet.
  bool has_copies = true;
  // What the index topic lacks, if it is no more than this.
  std::optional<RunGrowth> growth = std::nullopt;
};

// Thread safety: thread-compatible. Lifetime: `index` and `clock` must outlive
// it.
class CommitWriter {
 public:
  CommitWriter(CommitWriterOptions options, OffsetSyncStore* index,
               Clock* clock);

  // Stores `copied`, and what the index topic lacks about `partitions`, all of
  // this index partition. Only when ready(): the last call's index is dealt
  // with. A partition of which an older offset is still in flight is skipped.
  void Begin(std::vector<CopiedThrough> copied,
             absl::Span<const TopicPartition> partitions, absl::Time now);
  bool ready() const {
    return waiting_.empty() && index_.idle() && flush_.records().empty();
  }

  // Deletes the progress of a partition that this partition of the topic keeps;
  // what Begin() stores later counts again. Tried once.
  void DeleteProgress(const TopicPartition& source, int32_t progress_partition,
                      absl::Time now);

  // Moves things on; call every turn, after the acks.
  void Step(RecordSink* sink, absl::Time now);
  // The index partition whose writer has sent what `ack` acknowledges, a record
  // of one of the two topics.
  static int32_t WriterOf(const Ack& ack, const std::string& index_topic);
  void OnAck(const Ack& ack);

  // What was stored since the last call.
  std::vector<CopiedThrough> TakeCommitted() {
    return std::exchange(committed_, {});
  }
  // Errors that began since the last call.
  std::vector<absl::Status> TakeErrors() { return std::exchange(errors_, {}); }

  // Whether a record about the partition is in flight, or will be.
  bool Writes(const TopicPartition& source) const;
  // Whether nothing is in flight.
  bool idle() const { return ready() && progress_.idle(); }
  // The sink is gone, and with it what was not acknowledged.
  void OnSinkLost();

 private:
  struct InFlight {
    CopiedThrough through;
    absl::Time since;
  };
  // Of one of the topics: what was reported and has not ended.
  struct Reported {
    bool rejected = false;
    bool silent = false;
  };

  void QueueIndex(absl::Span<const TopicPartition> partitions, absl::Time now);
  // A record of the progress topic, without its value.
  Record ProgressOf(const TopicPartition& source) const;
  void QueueProgress(absl::Time now);
  void CollectIndex();
  // Reports that the index was rejected, when that begins.
  void NoteIndex();
  void CollectProgress();
  // Reports an error of one of the topics when it begins.
  void Note(const std::string& topic, const absl::Status& status,
            absl::string_view consequence, bool* failing);
  // Reports that a topic has not answered since `since`, once.
  void NoteSilence(const std::string& topic, int32_t partition,
                   absl::Time since, absl::Time now, bool* silent);

  const CommitWriterOptions options_;
  OffsetSyncStore* const store_;
  Clock* const clock_;

  // Waits for the index.
  std::vector<CopiedThrough> waiting_;
  TopicQueue index_;
  absl::Time index_since_ = absl::InfiniteFuture();
  IndexFlush flush_;
  absl::Status flush_status_;
  int rejections_ = 0;  // of the index, in a row

  TopicQueue progress_;
  std::map<int64_t, InFlight> in_flight_;  // by id in progress_
  std::set<TopicPartition> busy_;          // the partitions of in_flight_
  std::vector<CopiedThrough> committed_;
  std::vector<absl::Status> errors_;
  Reported index_reported_;
  Reported progress_reported_;
};

}  // namespace mirror::internal

#endif  // MIRROR_PROGRESS_COMMIT_WRITER_H_
