// SPDX-License-Identifier: Apache-2.0
//
// A RecordTransform that leaves out marked records, for instance those another
// mirror wrote or those that must not leave a region.
//
//   std::make_shared<mirror::DropByHeader>("region-locked");
//   std::make_shared<mirror::DropByHeader>("origin", "standby");

#ifndef MIRROR_TRANSFORM_DROP_BY_HEADER_H_
#define MIRROR_TRANSFORM_DROP_BY_HEADER_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "mirror/model/record.h"
#include "mirror/model/topic_partition.h"
#include "mirror/transform/record_transform.h"

namespace mirror {

// Drops a record if one of its headers has the key and, where a value is given,
// exactly that value. A null header value equals no value, not even the empty
// one. Never alters a record, never fails.
//
// Thread safety and lifetime: as RecordTransform.
class DropByHeader final : public RecordTransform {
 public:
  // No value: any value of the header drops the record, null too.
  explicit DropByHeader(std::string key,
                        std::optional<std::string> value = std::nullopt);

  absl::StatusOr<RecordVerdict> Transform(const TopicPartition& source,
                                          Record& record) const override;

 private:
  const std::string key_;
  const std::optional<std::string> value_;
};

}  // namespace mirror

#endif  // MIRROR_TRANSFORM_DROP_BY_HEADER_H_
