// SPDX-License-Identifier: Apache-2.0
//
// The record transforms that ship with the library, besides SchemaIdTransform.
// docs/transforms.md shows them at work.

#ifndef MIRROR_TRANSFORM_RECORD_TRANSFORMS_H_
#define MIRROR_TRANSFORM_RECORD_TRANSFORMS_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mirror/model/record.h"
#include "mirror/model/topic_partition.h"
#include "mirror/policy/filters.h"
#include "mirror/transform/record_transform.h"

namespace mirror {

namespace internal {
struct JsonValue;
}  // namespace internal

// Drops marked records, for instance those of another mirror, or those that
// must not leave a region:
//
//   std::make_shared<mirror::DropByHeader>("region-locked");
//   std::make_shared<mirror::DropByHeader>("origin", "standby");
//
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

// Keeps or drops records by their key, value and headers: Connect's Filter with
// predicates.
//
//   RecordFilter::Options options;  // what tests write is not copied
//   options.on_match = mirror::RecordVerdict::kDrop;
//   options.key = "test-.*";
//   flow.transforms.push_back(RecordFilter::Create(options).value());
//
// Gives records that match the one verdict and all others the opposite one. A
// record matches if everything that is asked for holds; for "or" use two
// filters. Never alters a record.
//
// Expressions are RE2's, for the whole text, and work on bytes: a dot stands
// for any single one, line ends too. Null matches no expression, not even the
// empty one. A value is searched from end to end for every record; where one
// does, prefer a header.
//
// Thread safety, lifetime and errors: as RecordTransform; Transform never
// fails. DropByHeader is for the plainest case.
class RecordFilter final : public RecordTransform {
 public:
  struct Options {
    // kDrop: what matches is not copied. kKeep: only what matches is copied.
    RecordVerdict on_match = RecordVerdict::kDrop;
    std::optional<std::string> key;
    std::optional<std::string> value;
    // A header of exactly this name must be there, and one of those must match
    // `header_value`, if given.
    std::optional<std::string> header;
    std::optional<std::string> header_value;
  };

  // InvalidArgument: nothing is asked for, a header value without its name, or
  // an expression that RE2 does not take.
  static absl::StatusOr<std::shared_ptr<const RecordFilter>> Create(
      Options options);

  ~RecordFilter() override;

  absl::StatusOr<RecordVerdict> Transform(const TopicPartition& source,
                                          Record& record) const override;

 private:
  struct Expressions;

  RecordFilter(Options options, std::unique_ptr<const Expressions> expressions);

  bool Matches(const Record& record) const;

  const Options options_;
  const std::unique_ptr<const Expressions> expressions_;
};

// Replaces fields of JSON values, so that what must not leave a region does
// not: Connect's MaskField, without a schema.
//
//   MaskField::Options options;
//   options.fields = {"customer.email", "items.note"};
//   options.hash_key = key_from_a_vault;  // or a fixed replacement
//   flow.transforms.push_back(MaskField::Create(options).value());
//
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
// its partition, since it may hide what must not be seen. Exclude topics
// with other values by ForTopics.
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
    // equal, and without the key no one can try out what they were. A string is
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
  // The names of each field.
  using Paths = std::vector<std::vector<std::string>>;

  MaskField(Options options, Paths paths);

  absl::StatusOr<std::string> Replacement(
      absl::string_view json, const internal::JsonValue& field) const;

  const Options options_;
  const Paths paths_;
};

// Limits another transform to some topics, as predicates do in Connect:
//
//   std::make_shared<mirror::ForTopics>(
//       mirror::RegexTopicFilter::Create("customers.*").value(), mask);
//
// Runs another transform on records of the source topics that a filter chooses.
//
// Thread safety, lifetime and errors: as RecordTransform.
class ForTopics final : public RecordTransform {
 public:
  // Neither may be null.
  ForTopics(std::shared_ptr<const TopicFilter> topics,
            std::shared_ptr<const RecordTransform> transform);

  absl::StatusOr<RecordVerdict> Transform(const TopicPartition& source,
                                          Record& record) const override;

 private:
  const std::shared_ptr<const TopicFilter> topics_;
  const std::shared_ptr<const RecordTransform> transform_;
};

}  // namespace mirror

#endif  // MIRROR_TRANSFORM_RECORD_TRANSFORMS_H_
