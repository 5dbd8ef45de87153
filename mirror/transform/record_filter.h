// SPDX-License-Identifier: Apache-2.0
//
// A RecordTransform that keeps or drops records by what stands in key, value
// and headers: Connect's Filter with predicates.
//
//   RecordFilter::Options options;  // what tests write stays where it is
//   options.on_match = mirror::RecordVerdict::kDrop;
//   options.key = "test-.*";
//   flow.transforms.push_back(RecordFilter::Create(options).value());

#ifndef MIRROR_TRANSFORM_RECORD_FILTER_H_
#define MIRROR_TRANSFORM_RECORD_FILTER_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "mirror/model/record.h"
#include "mirror/model/topic_partition.h"
#include "mirror/transform/record_transform.h"

namespace mirror {

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
    // kDrop: what matches is left out. kKeep: only what matches is copied.
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

}  // namespace mirror

#endif  // MIRROR_TRANSFORM_RECORD_FILTER_H_
