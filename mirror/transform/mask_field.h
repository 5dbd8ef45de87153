// SPDX-License-Identifier: Apache-2.0
//
// A RecordTransform that replaces fields of JSON values, so that what must not
// leave a region does not: Connect's MaskField, without a schema.
//
//   MaskField::Options options;
//   options.fields = {"customer.email", "items.note"};
//   options.hash_key = key_from_a_vault;  // or a fixed replacement
//   flow.transforms.push_back(MaskField::Create(options).value());

#ifndef MIRROR_TRANSFORM_MASK_FIELD_H_
#define MIRROR_TRANSFORM_MASK_FIELD_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mirror/model/record.h"
#include "mirror/model/topic_partition.h"
#include "mirror/transform/json_values.h"
#include "mirror/transform/record_transform.h"

namespace mirror {

// Replaces the fields wherever they occur, also in arrays and if a member is
// there twice, whatever their type; all other bytes of the value stay as they
// are. What has no such field passes, and so do null values (tombstones) and
// fields that are null. Keys and headers are not looked at.
//
// A value may begin with the five bytes of the Confluent wire format, which
// stay. The field's schema must allow a string, or whatever replaces it.
//
// Thread safety and lifetime: as RecordTransform.
// Errors: a value that is no JSON, or nested more than 500 levels deep, stops
// its partition, since it may hide what must not be seen. Topics with other
// values are left out by ForTopics.
class MaskField final : public RecordTransform {
 public:
  struct Options {
    // Names of members joined by dots, from the outermost on; "\." is a dot in
    // a name. At least one.
    std::vector<std::string> fields;
    // JSON that stands in place of the field.
    std::string replacement = "\"***\"";
    // If not empty, instead of `replacement`: a string, the HMAC-SHA256 in
    // hexadecimal of what the field says, under this key. Equal fields stay
    // equal, and nobody without the key can try out what they were. A string is
    // hashed as UTF-8 without quotes and escapes, everything else as written.
    std::string hash_key;
  };

  // InvalidArgument: no field, a path with an empty name, or a replacement that
  // is no JSON.
  static absl::StatusOr<std::shared_ptr<const MaskField>> Create(
      Options options);

  absl::StatusOr<RecordVerdict> Transform(const TopicPartition& source,
                                          Record& record) const override;

 private:
  MaskField(Options options, std::vector<internal::JsonPath> paths);

  absl::StatusOr<std::string> Replacement(
      absl::string_view json, const internal::JsonValue& field) const;

  const Options options_;
  const std::vector<internal::JsonPath> paths_;
};

}  // namespace mirror

#endif  // MIRROR_TRANSFORM_MASK_FIELD_H_
