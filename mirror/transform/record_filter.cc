// SPDX-License-Identifier: Apache-2.0

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "mirror/transform/record_transforms.h"
#include "re2/re2.h"

namespace mirror {
namespace {

// Null where nothing is asked for.
std::unique_ptr<const RE2> Compile(const std::optional<std::string>& pattern) {
  if (!pattern) return nullptr;
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);  // Any byte is a letter.
  options.set_dot_nl(true);
  options.set_never_capture(true);
  options.set_log_errors(false);  // They are in the Status.
  return std::make_unique<const RE2>(*pattern, options);
}

bool Holds(const RE2* expression, const std::optional<std::string>& text) {
  return expression == nullptr || (text && RE2::FullMatch(*text, *expression));
}

}  // namespace

struct RecordFilter::Expressions {
  std::unique_ptr<const RE2> key;
  std::unique_ptr<const RE2> value;
  std::unique_ptr<const RE2> header_value;
};

absl::StatusOr<std::shared_ptr<const RecordFilter>> RecordFilter::Create(
    Options options) {
  if (!options.key && !options.value && !options.header) {
    return absl::InvalidArgumentError(
        "a RecordFilter needs a key, value or header to look at; every record "
        "would match");
  }
  if (options.header_value && !options.header) {
    return absl::InvalidArgumentError(
        "a RecordFilter with a header_value needs the header's name");
  }
  auto expressions = std::make_unique<Expressions>();
  expressions->key = Compile(options.key);
  expressions->value = Compile(options.value);
  expressions->header_value = Compile(options.header_value);
  for (const RE2* expression :
       {expressions->key.get(), expressions->value.get(),
        expressions->header_value.get()}) {
    if (expression == nullptr || expression->ok()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("RecordFilter: \"", expression->pattern(),
                     "\" is no expression of RE2: ", expression->error()));
  }
  return std::shared_ptr<const RecordFilter>(
      new RecordFilter(std::move(options), std::move(expressions)));
}

RecordFilter::RecordFilter(Options options,
                           std::unique_ptr<const Expressions> expressions)
    : options_(std::move(options)), expressions_(std::move(expressions)) {}

RecordFilter::~RecordFilter() = default;

bool RecordFilter::Matches(const Record& record) const {
  if (options_.header) {
    bool found = false;
    for (const Header& header : record.headers) {
      found = header.key == *options_.header &&
              Holds(expressions_->header_value.get(), header.value);
      if (found) break;
    }
    if (!found) return false;
  }
  return Holds(expressions_->key.get(), record.key) &&
         Holds(expressions_->value.get(), record.value);
}

absl::StatusOr<RecordVerdict> RecordFilter::Transform(
    const TopicPartition& source, Record& record) const {
  const bool drop =
      Matches(record) == (options_.on_match == RecordVerdict::kDrop);
  return drop ? RecordVerdict::kDrop : RecordVerdict::kKeep;
}

}  // namespace mirror
