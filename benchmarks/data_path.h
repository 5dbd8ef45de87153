// SPDX-License-Identifier: Apache-2.0
//
// What `tools/bench data-path` is made of: ways to copy a topic from one
// cluster to another, one per process so that CPU and memory are its own, and
// what they are given to copy. Plain functions; each blocks until it is done.

#ifndef BENCHMARKS_DATA_PATH_H_
#define BENCHMARKS_DATA_PATH_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster.h"

namespace mirror::benchmark {

struct CopyJob {
  // Bootstrap servers.
  std::string source;
  std::string target;
  std::string topic;
  int32_t partitions = 8;
  // How many records the topic has.
  int64_t records = 0;
  // The copy is called `alias`.`topic`.
  std::string alias;

  std::string target_topic() const { return alias + "." + topic; }
};

// When a copy began and ended. Start-up is told apart from the rate.
class Stopwatch {
 public:
  // To be called with the number of records acknowledged so far.
  void Note(int64_t records);
  int64_t records() const { return records_; }
  absl::Duration to_first() const { return first_ - start_; }
  // From the first to the last record.
  double seconds() const { return absl::ToDoubleSeconds(last_ - first_); }
  double records_per_second() const;

 private:
  absl::Time start_ = absl::Now();
  absl::Time first_ = absl::InfiniteFuture();
  absl::Time last_ = absl::InfinitePast();
  int64_t first_records_ = 0;
  int64_t records_ = 0;
};

// A cluster of whose producers `producer` are settings.
absl::StatusOr<std::unique_ptr<Cluster>> Connect(
    const std::string& servers,
    const std::map<std::string, std::string>& producer = {});
// Waits until the cluster answers.
absl::Status AwaitCluster(const std::string& servers);
// Unless it is there. Returns when every partition can be written to.
absl::Status CreateTopic(const std::string& servers, const std::string& name,
                         int32_t partitions);
// Frees its disk space, too.
absl::Status DeleteTopic(const std::string& servers, const std::string& name);

// How records stand in the source topic.
struct RecordShape {
  int64_t bytes = 100;
  std::string compression = "none";
  // At most so many in one batch.
  int batch = 10'000;
};

// Writes job.records records to the source topic, the same number to each
// partition.
absl::Status Fill(const CopyJob& job, const RecordShape& shape);

// How records are produced while they are copied.
struct Traffic {
  // Records a second, of 100 bytes each.
  int64_t rate = 1000;
  // So many to a partition at a time, before it is the next one's turn.
  int64_t burst = 1;
  // So many records at first are not measured.
  int64_t warm_up = 5000;
};

// Writes job.records records to the source topic once the target topic is
// there, and reads their copies. How long each took from being handed to the
// producer of the source to being received from the target, ascending.
absl::StatusOr<std::vector<absl::Duration>> MeasureDelays(
    const CopyJob& job, const Traffic& traffic);

// Watches the copy that another program makes.
absl::StatusOr<Stopwatch> AwaitCopy(const CopyJob& job);

// The floor: librdkafka's consumer and producer with the engine's settings, and
// between them a loop that does nothing else. Creates the target topic.
absl::StatusOr<Stopwatch> CopyBare(const CopyJob& job);

// MirrorEngine with its default settings.
absl::StatusOr<Stopwatch> CopyWithEngine(const CopyJob& job);

}  // namespace mirror::benchmark

#endif  // BENCHMARKS_DATA_PATH_H_
