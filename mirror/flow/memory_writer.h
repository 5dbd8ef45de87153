// SPDX-License-Identifier: Apache-2.0
//
// Writes into a flow's progress and index topics what no loop writes: where
// partitions begin, notes of the flow, and what is to be forgotten. Such
// records are rare, so the client that writes them comes and goes. What
// Connect's offset commit is to the loops' records, this is to these.
//
//   writer.Write({{{note.EncodeKey(), note.EncodeValue()}}, {}},
//                [&] { looked = true; });
//   writer.Step();  // every turn

#ifndef MIRROR_FLOW_MEMORY_WRITER_H_
#define MIRROR_FLOW_MEMORY_WRITER_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/cluster/topic_queue.h"
#include "mirror/runtime/clock.h"
#include "mirror/sync/offset_sync_store.h"

namespace mirror::internal {

struct MemoryWriterOptions {
  std::string client_id;
  std::string offset_storage_topic;
  std::string index_topic;
};

// A record of the progress topic; no value: a tombstone.
struct ProgressRecord {
  std::string key;
  std::optional<std::string> value;
};

struct MemoryRecords {
  std::vector<ProgressRecord> progress;
  std::vector<IndexRecord> index;
};

// Purpose: makes records durable, those of the index before those of the
// progress, however often it takes.
// Thread safety: thread-compatible; never waits for a cluster.
// Lifetime: `target` and `clock` must outlive the writer. What is not written
// when it is destroyed may or may not be.
class MemoryWriter {
 public:
  MemoryWriter(MemoryWriterOptions options, Cluster* target, Clock* clock);

  // How many partitions the two topics have; before the first Write().
  void SetPartitions(int32_t progress, int32_t index);

  // Writes the records, after all that was given before; a record that is
  // refused is written again, with all of its call. Step() then calls `written`
  // (may be null).
  void Write(MemoryRecords records, std::function<void()> written);

  // Moves things on.
  void Step();

  // Why records are not written; OK if all is well. Names cluster and topic.
  const absl::Status& status() const { return status_; }
  bool idle() const { return jobs_.empty(); }

 private:
  struct Job {
    MemoryRecords records;
    std::function<void()> written;
  };

  void Start();
  // Hands over what the client takes and collects what became of it.
  absl::Status Move();
  void CollectOutcomes(TopicQueue* queue);
  void Retry(const absl::Status& status);

  const MemoryWriterOptions options_;
  Cluster* const target_;
  Clock* const clock_;
  int32_t progress_partitions_ = 0;
  int32_t index_partitions_ = 0;

  std::deque<Job> jobs_;
  // Of the first job.
  bool started_ = false;
  bool index_is_written_ = false;
  absl::Status job_status_;

  std::unique_ptr<RecordSink> sink_;
  TopicQueue index_;
  TopicQueue progress_;
  absl::Time retry_at_ = absl::InfinitePast();
  absl::Time last_use_ = absl::InfinitePast();
  absl::Status status_;
};

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_MEMORY_WRITER_H_
