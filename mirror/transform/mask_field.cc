// SPDX-License-Identifier: Apache-2.0

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mirror/transform/json_values.h"
#include "mirror/transform/record_transforms.h"

namespace mirror {
namespace {

// Magic byte and schema id, before JSON of Confluent's serializer. JSON itself
// never begins with a zero.
constexpr size_t kWireFormatBytes = 5;

absl::StatusOr<internal::JsonPath> ParsePath(const std::string& field) {
  internal::JsonPath path(1);
  for (size_t i = 0; i < field.size(); ++i) {
    if (field[i] == '.') {
      path.emplace_back();
    } else {
      if (field[i] == '\\' && field.substr(i + 1, 1) == ".") ++i;
      path.back().push_back(field[i]);
    }
  }
  for (const std::string& name : path) {
    if (!name.empty()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("MaskField: the field \"", absl::CHexEscape(field),
                     "\" has an empty name; write member names joined by "
                     "dots, and \\. for a dot in a name"));
  }
  return path;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const MaskField>> MaskField::Create(
    Options options) {
  if (options.fields.empty()) {
    return absl::InvalidArgumentError("MaskField: no field is given");
  }
  std::vector<internal::JsonPath> paths;
  for (const std::string& field : options.fields) {
    auto path = ParsePath(field);
    if (!path.ok()) return path.status();
    paths.push_back(*std::move(path));
  }
  const auto json = internal::FindJsonValues(options.replacement, {});
  if (!json.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("MaskField: the replacement is ", json.status().message(),
                     "; a text needs quotes"));
  }
  return std::shared_ptr<const MaskField>(
      new MaskField(std::move(options), std::move(paths)));
}

MaskField::MaskField(Options options, Paths paths)
    : options_(std::move(options)), paths_(std::move(paths)) {}

absl::StatusOr<std::string> MaskField::Replacement(
    absl::string_view json, const internal::JsonValue& field) const {
  if (options_.hash_key.empty()) return options_.replacement;
  const std::string text = internal::JsonText(json, field);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const unsigned char* done =
      HMAC(EVP_sha256(), options_.hash_key.data(),
           static_cast<int>(options_.hash_key.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(),
           digest, &size);
  if (done == nullptr) {
    return absl::InternalError("OpenSSL does not compute an HMAC-SHA256");
  }
  return absl::StrCat("\"",
                      absl::BytesToHexString(absl::string_view(
                          reinterpret_cast<const char*>(digest), size)),
                      "\"");
}

absl::StatusOr<RecordVerdict> MaskField::Transform(const TopicPartition& source,
                                                   Record& record) const {
  if (!record.value) return RecordVerdict::kKeep;
  absl::string_view json = *record.value;
  std::string masked;
  if (json.size() >= kWireFormatBytes && json.front() == '\0') {
    masked = std::string(json.substr(0, kWireFormatBytes));
    json.remove_prefix(kWireFormatBytes);
  }
  const auto fields = internal::FindJsonValues(json, paths_);
  if (!fields.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "MaskField cannot find ", absl::StrJoin(options_.fields, ", "),
        ": the value is ", fields.status().message(),
        "; leave the record out with a RecordFilter, or the topic out of the "
        "MaskField with ForTopics"));
  }
  size_t copied = 0;
  for (const internal::JsonValue& field : *fields) {
    if (json.substr(field.begin, field.size) == "null") continue;
    auto replacement = Replacement(json, field);
    if (!replacement.ok()) return replacement.status();
    absl::StrAppend(&masked, json.substr(copied, field.begin - copied),
                    *replacement);
    copied = field.begin + field.size;
  }
  if (copied == 0) return RecordVerdict::kKeep;
  absl::StrAppend(&masked, json.substr(copied));
  record.value = std::move(masked);
  return RecordVerdict::kKeep;
}

}  // namespace mirror
