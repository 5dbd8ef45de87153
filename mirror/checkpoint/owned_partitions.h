// SPDX-License-Identifier: Apache-2.0
//
// Which checkpoints are this process's, if several share a flow: those of the
// source partitions that it owns, of all groups. MM2 deals groups over its
// tasks instead, so each of them reads the offset syncs of all partitions.
//
//   OwnedPartitions owned(options.owns, &translator);
//   do {
//     topic.Read();
//   } while (owned.Ask(topic.Partitions()));
//   if (owned.Has({"A.orders", 3})) ...

#ifndef MIRROR_CHECKPOINT_OWNED_PARTITIONS_H_
#define MIRROR_CHECKPOINT_OWNED_PARTITIONS_H_

#include <functional>
#include <map>
#include <set>
#include <utility>

#include "mirror/checkpoint/checkpoint.h"
#include "mirror/checkpoint/checkpoint_translator.h"
#include "mirror/cluster/group_admin.h"
#include "mirror/model/topic_partition.h"

namespace mirror::internal {

// What was answered since it was made: each partition is asked about once.
// Partitions go by their names on the target, as checkpoints do. One whose name
// on the source the policy does not tell is not owned.
// Thread safety: thread-compatible, a value type.
// Lifetime: `translator` must outlive it and its copies.
class OwnedPartitions {
 public:
  using Owns = std::function<bool(const TopicPartition& source)>;

  // `owns` null: all are owned.
  OwnedPartitions(Owns owns, const CheckpointTranslator* translator)
      : owns_(std::move(owns)), translator_(translator) {}

  // Asks about those that were not asked about yet. Whether one of them is
  // owned: what its former owner wrote until then may not be read yet.
  bool Ask(const std::set<TopicPartition>& targets);
  // The same for where a group stands on the source, in topics that count.
  bool AskOffsets(const GroupOffsets& offsets);

  // Whether it is owned, as far as it was asked about.
  bool Has(const TopicPartition& target) const;
  // Those of the checkpoints that are owned.
  GroupCheckpoints Of(GroupCheckpoints checkpoints) const;

  // Those that are still owned: asks again.
  OwnedPartitions AskAgain() const;

 private:
  Owns owns_;
  const CheckpointTranslator* translator_;
  std::map<TopicPartition, bool> answers_;
};

}  // namespace mirror::internal

#endif  // MIRROR_CHECKPOINT_OWNED_PARTITIONS_H_
