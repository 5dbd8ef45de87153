// SPDX-License-Identifier: Apache-2.0
//
// A host's own code between fetch and produce, one record at a time: what
// Connect's single message transforms are to MM2. A flow without transforms
// moves batches and never looks at records, so a transform has a price.
//
//   class MaskKey final : public mirror::RecordTransform {
//     absl::StatusOr<mirror::RecordVerdict> Transform(
//         const mirror::TopicPartition& source,
//         mirror::Record& record) const override {
//       record.key = Hash(record.key);
//       return mirror::RecordVerdict::kKeep;
//     }
//   };

#ifndef MIRROR_TRANSFORM_RECORD_TRANSFORM_H_
#define MIRROR_TRANSFORM_RECORD_TRANSFORM_H_

#include "absl/status/statusor.h"
#include "mirror/model/record.h"
#include "mirror/model/topic_partition.h"

namespace mirror {

enum class RecordVerdict {
  kKeep,  // Produce the record as it now is.
  kDrop,  // Produce nothing for it; replication continues behind it.
};

// Sees, alters or drops records. A flow runs its transforms in order; a dropped
// record reaches no later one. Heartbeats reach none: they are the mirror's
// own.
//
// A transform must answer the same for the same record: after a restart or a
// retry it sees records again, and copies that differ would betray which run
// wrote them.
//
// Thread safety: an implementation is immutable or synchronised; it is called
// for different partitions at the same time, and in offset order within one,
// with no lock of the library held. What it may call of the engine is said at
// MirrorEngine.
// Lifetime: shared as std::shared_ptr<const RecordTransform>.
// Errors: see Transform. It never throws. Blocking holds up its shard.
class RecordTransform {
 public:
  virtual ~RecordTransform() = default;

  // Judges the record read from `source`, and may change its key, value,
  // headers and timestamp. It is produced to the same partition number
  // whatever its key becomes.
  //
  // An error means "this record cannot be judged", never "skip it": `source`
  // stops before the record with the status as its reason, its progress stays
  // there, and other partitions continue. The record is retried with backoff,
  // at most a minute apart. To skip a poisonous record, return kDrop.
  virtual absl::StatusOr<RecordVerdict> Transform(const TopicPartition& source,
                                                  Record& record) const = 0;
};

}  // namespace mirror

#endif  // MIRROR_TRANSFORM_RECORD_TRANSFORM_H_
