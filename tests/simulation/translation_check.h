// SPDX-License-Identifier: Apache-2.0
//
// Holds what an OffsetSyncStore answers against what really stands on the
// target.

#ifndef TESTS_SIMULATION_TRANSLATION_CHECK_H_
#define TESTS_SIMULATION_TRANSLATION_CHECK_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "mirror/model/offset.h"
#include "mirror/model/record.h"
#include "mirror/model/topic_partition.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/testing/fake_cluster.h"

namespace mirror::internal {

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

// A client of the target, which reads what was added to the index topic and
// then to the offset syncs: as mirror/client/offset_view.cc does.
class ClientView {
 public:
  // `target` must outlive it. No `syncs_topic`: they are kept on the source.
  ClientView(const FakeCluster* target, std::string index_topic,
             std::string syncs_topic);

  void CatchUp();

  const OffsetSyncStore& store() const { return store_; }

 private:
  // What was added to the topic since the last call.
  std::vector<Record> ReadOn(const std::string& topic);

  const FakeCluster* const target_;
  const std::string index_topic_;
  const std::string syncs_topic_;
  OffsetSyncStore store_;
  std::map<TopicPartition, size_t> read_;
};

}  // namespace mirror::internal

#endif  // TESTS_SIMULATION_TRANSLATION_CHECK_H_
