// SPDX-License-Identifier: Apache-2.0
//
// The source clients of a copy loop. Mostly it is one. A client that has read a
// topic cannot read another one of the same name: it takes the new one's
// leaders for outdated, forever. So topics that were recreated move to a second
// client, and all others stay where they are. MM2's consumer continues with a
// recreated topic and mixes the two.
//
//   clients.Recreated("orders");               // with the loop's lock
//   ... of each partition with LosesClient(): drop its batches ...
//   clients.Apply(changes);                    // without it

#ifndef MIRROR_REPLICATION_SOURCE_CLIENTS_H_
#define MIRROR_REPLICATION_SOURCE_CLIENTS_H_

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/record_source.h"
#include "mirror/model/topic_partition.h"

namespace mirror::internal {

// What partitions want of the clients.
struct SourceChanges {
  std::vector<TopicPartition> unassign;
  std::vector<StartPosition> assign;
};

// Thread safety: used by one thread. Open(), Poll() and Apply() may wait for
// seconds and call the host (log, credentials): call them without locks. The
// rest calls no host.
// Lifetime: batches must be gone before the client that they came from: before
// Apply() those of partitions with LosesClient(), before the destructor all.
class SourceClients {
 public:
  // `cluster` must outlive it.
  SourceClients(Cluster* cluster, SourceOptions options);

  // Makes the first client; InvalidArgument for settings that it rejects.
  absl::Status Open();
  // Whether there is a client to read with.
  bool open() const { return main_ != nullptr; }

  // As RecordSource::Poll, of all clients. FailedPrecondition: one failed
  // fatally; Lost() should follow.
  absl::Status Poll(absl::Duration timeout, Fetched* fetched);
  // As RecordSource::Bounds.
  std::optional<PartitionBounds> Bounds(const TopicPartition& partition);

  // The topic was recreated: from the next Apply() on, a client reads it that
  // has not read it before.
  void Recreated(const std::string& topic);
  // All clients are to be replaced.
  void Lost();
  // The second client ends once it has had nothing to read for a while.
  void EndIdle(absl::Time now);
  // Whether the next Apply() replaces a client; of the partition: then it has
  // to be assigned again.
  bool changing() const {
    return main_lost_ || second_lost_ || !moving_.empty();
  }
  bool LosesClient(const TopicPartition& partition) const;

  // Replaces what is to be replaced, unassigns and assigns. Returns once no
  // record of what is unassigned can come any more. After an error Lost()
  // should follow.
  absl::Status Apply(const SourceChanges& changes);

 private:
  absl::Status Make(const SourceOptions& options,
                    std::unique_ptr<RecordSource>* client);
  RecordSource* ClientOf(const TopicPartition& partition) const;
  absl::Status Assign(const std::vector<StartPosition>& positions);
  absl::Status Unassign(const std::vector<TopicPartition>& partitions);

  Cluster* const cluster_;
  const SourceOptions main_options_;
  SourceOptions second_options_;
  std::unique_ptr<RecordSource> main_;
  // For topics that were recreated after main_ was made; null while none of
  // them is read.
  std::unique_ptr<RecordSource> second_;
  std::set<std::string> second_topics_;
  // What second_ reads.
  std::set<TopicPartition> second_reads_;
  absl::Time idle_since_ = absl::InfiniteFuture();
  // Until the next Apply().
  std::set<std::string> moving_;
  bool main_lost_ = false;
  bool second_lost_ = false;
  bool second_is_next_ = false;  // to be waited for
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_SOURCE_CLIENTS_H_
