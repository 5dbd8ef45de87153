// SPDX-License-Identifier: Apache-2.0
//
// Shows how a mirror catches up: a table that is redrawn in place on a
// terminal, one line per second elsewhere.
//
//   topic        source end      copied         lag   records/s
//   orders          350,000     212,000     138,000     201,400

#ifndef TOOLS_DEMO_DATA_WATCHER_H_
#define TOOLS_DEMO_DATA_WATCHER_H_

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster.h"
#include "tools/demo_data/sample.h"

namespace mirror::demo {

struct WatchOptions {
  // The copies are called `prefix` + topic.
  std::string prefix = "primary.";
  // From when the mirror is measured.
  absl::Time start;
  // Without a new record for this long the mirror counts as stuck.
  absl::Duration patience = absl::Seconds(30);
};

struct WatchResult {
  int64_t records = 0;
  absl::Duration to_first_record;
  absl::Duration to_last_record;
};

// Thread safety: thread-compatible. Lifetime: `out` must outlive it.
class Watcher {
 public:
  // What the clients and their settings say.
  static absl::StatusOr<std::unique_ptr<Watcher>> Create(
      Cluster* source, Cluster* target, std::vector<SampleTopic> topics,
      WatchOptions options, std::FILE* out);

  // Waits until the target has as many records of every topic as the sample.
  // DeadlineExceeded: nothing has come for a while, with what is missing.
  absl::StatusOr<WatchResult> AwaitCopies();

 private:
  struct Row {
    SampleTopic topic;
    int64_t source_end = 0;
    int64_t copied = 0;
    // Of a second or more ago, for the rate.
    int64_t copied_before = 0;
    double rate = 0;
  };

  Watcher(std::vector<SampleTopic> topics, WatchOptions options,
          std::FILE* out);
  // Asks the target how far it is. Topics that are not there have nothing.
  void Refresh();
  void UpdateRates(absl::Time now);
  void Print(absl::Time now);
  void PrintTable();
  void PrintLine(absl::Time now);
  int64_t Total(int64_t Row::* column) const;
  bool Complete() const;

  const WatchOptions options_;
  std::FILE* const out_;
  const bool terminal_;
  std::unique_ptr<ClusterAdmin> source_;
  std::unique_ptr<ClusterAdmin> target_;
  std::vector<Row> rows_;
  int64_t expected_ = 0;
  bool drawn_ = false;
  absl::Time rated_ = absl::InfinitePast();
  absl::Time printed_ = absl::InfinitePast();
};

}  // namespace mirror::demo

#endif  // TOOLS_DEMO_DATA_WATCHER_H_
