// SPDX-License-Identifier: Apache-2.0
//
// Holds what an OffsetSyncStore answers against what really stands on the
// target.

#ifndef TESTS_SIMULATION_TRANSLATION_CHECK_H_
#define TESTS_SIMULATION_TRANSLATION_CHECK_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "mirror/model/offset.h"
#include "mirror/model/record.h"
#include "mirror/model/topic_partition.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/testing/fake_cluster.h"

namespace mirror {

// One partition on both sides. Records are told apart by their values.
class TranslationCheck {
 public:
  TranslationCheck(const TopicPartition& tp, const std::vector<Record>& source,
                   const std::vector<Record>& copies);

  // No answer lies past the true position (the lowest place among the newest
  // copies of the records at or above it), answers are monotonic, and from an
  // exact one on no earlier record is met.
  void ExpectSafe(const OffsetSyncStore& store) const;

  // As above, for one position: `d` does not lie past the true position of `u`.
  void ExpectSafe(UpstreamOffset u, DownstreamOffset d) const;

  // Every record's newest copy is found exactly.
  void ExpectExact(const OffsetSyncStore& store) const;

 private:
  const TopicPartition tp_;
  int64_t source_end_ = 0;
  // By source offset: where the newest copy stands.
  std::map<int64_t, int64_t> newest_;
  // By place on the target: the source offset of what stands there.
  std::map<int64_t, int64_t> upstream_;
};

// A store that read the index topic from its start, as a client does.
void LoadIndex(const FakeCluster& target, const std::string& topic,
               OffsetSyncStore* store);

}  // namespace mirror

#endif  // TESTS_SIMULATION_TRANSLATION_CHECK_H_
