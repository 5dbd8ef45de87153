// SPDX-License-Identifier: Apache-2.0
//
// Reads stretches of target partitions, to learn what they hold. It has a
// client only while there is something to read.
//
//   reader.Add(requests, now);
//   // In every run of the loop:
//   reader.SetHeld(records_that_are_compared);
//   reader.Step(now);
//   for (const TargetReader::Answer& answer : reader.TakeAnswers()) ...

#ifndef MIRROR_REPLICATION_TARGET_READER_H_
#define MIRROR_REPLICATION_TARGET_READER_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/cluster/record_source.h"
#include "mirror/model/topic_partition.h"
#include "mirror/replication/copy_comparison.h"
#include "mirror/replication/partition_event.h"

namespace mirror::internal {

struct TargetReaderOptions {
  std::string client_id;
  // Of all partitions together, as long as what they hold is compared; more is
  // not read.
  int64_t max_records = 200000;
  // Keys, values and headers of one partition.
  int64_t max_bytes = 64 << 20;
  // What is not read after this time is not read at all.
  absl::Duration patience = absl::Seconds(30);
};

// It sees what a read_committed reader sees: a record of an aborted transaction
// is no copy, and one of an open transaction may become none.
// Thread safety: used by one thread. Step() may take some 10 ms, and calls the
// host when it makes a client: call it without locks. The rest calls nothing.
// Lifetime: the cluster must outlive it.
class TargetReader {
 public:
  struct Request {
    TopicPartition source;
    TopicPartition target;
    effect::ReadBack range;
  };
  // ResourceExhausted: there is more than the options allow. DeadlineExceeded:
  // it took too long. Others as PartitionEvent::kError.
  struct Answer {
    TopicPartition source;
    absl::StatusOr<std::vector<TargetRecord>> records;
  };

  TargetReader(TargetReaderOptions options, Cluster* target)
      : options_(std::move(options)), cluster_(target) {}

  void Add(std::vector<Request> requests, absl::Time now);
  // The source partition is another process's business now.
  void Forget(const TopicPartition& source);
  // Whether something is to be read.
  bool idle() const { return waiting_.empty() && reading_.empty(); }
  // So many records of earlier answers are kept still.
  void SetHeld(int64_t records) { held_ = records; }
  // Reads on.
  void Step(absl::Time now);
  std::vector<Answer> TakeAnswers() { return std::exchange(answers_, {}); }

 private:
  struct Waiting {
    Request request;
    absl::Time give_up;
  };
  struct Reading {
    Request request;
    std::vector<TargetRecord> records;
    int64_t bytes = 0;
    absl::Time give_up;
  };

  // Begins to read those for which there is room.
  absl::Status Begin(absl::Time now);
  // Records that are read, and are to be read as far as known.
  int64_t Expected() const;
  void Poll(absl::Time now);
  void Take(const RecordBatch& batch);
  void Take(const PartitionEvent& event);
  void Finish(const TopicPartition& target, const absl::Status& status);
  void FinishAll(const absl::Status& status);

  const TargetReaderOptions options_;
  Cluster* const cluster_;
  std::deque<Waiting> waiting_;
  std::map<TopicPartition, Reading> reading_;  // by target
  std::unique_ptr<RecordSource> client_;       // null if nothing is read
  std::vector<Answer> answers_;
  int64_t held_ = 0;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_TARGET_READER_H_
