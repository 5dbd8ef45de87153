// SPDX-License-Identifier: Apache-2.0

#include "mirror/transform/schema/schema_id_transform.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/curl/http_client.h"
#include "mirror/transform/schema/schema_copier.h"
#include "mirror/transform/schema/schema_id_lookup.h"
#include "mirror/transform/schema/schema_registry.h"

namespace mirror {
namespace {

constexpr size_t kWireFormatBytes = 5;

absl::StatusOr<std::unique_ptr<internal::SchemaRegistry>> NewRegistry(
    const std::string& role, const SchemaRegistryOptions& options) {
  auto http = internal::HttpClient::Create(internal::HttpOptionsFor(options));
  if (!http.ok()) {
    return absl::Status(http.status().code(),
                        absl::StrCat("SchemaIdTransform, ", role, ": ",
                                     http.status().message()));
  }
  return std::make_unique<internal::SchemaRegistry>(role, *std::move(http));
}

// What the wire format says; ids are never negative.
std::optional<int32_t> SchemaId(const std::string& bytes) {
  if (bytes.size() < kWireFormatBytes || bytes.front() != '\0') {
    return std::nullopt;
  }
  uint32_t id = 0;
  for (size_t i = 1; i < kWireFormatBytes; ++i) {
    id = id << 8 | static_cast<unsigned char>(bytes[i]);
  }
  const auto signed_id = static_cast<int32_t>(id);
  if (signed_id < 0) return std::nullopt;
  return signed_id;
}

absl::Status Check(const SchemaIdTransform::Options& options) {
  if (!options.keys && !options.values) {
    return absl::InvalidArgumentError(
        "SchemaIdTransform: neither keys nor values are to be rewritten");
  }
  if (options.subjects == SchemaIdTransform::Subjects::kRemoteTopicName &&
      (options.policy == nullptr || options.source_alias.empty())) {
    return absl::InvalidArgumentError(
        "SchemaIdTransform: kRemoteTopicName needs the flow's policy and "
        "source_alias");
  }
  return absl::OkStatus();
}

internal::SchemaIdLookup::Options LookupOptions(
    const SchemaIdTransform::Options& options) {
  internal::SchemaIdLookup::Options result;
  result.patience = options.patience;
  result.retry_after = options.retry_after;
  if (options.subjects == SchemaIdTransform::Subjects::kRemoteTopicName) {
    result.target_subject = [policy = options.policy,
                             alias = options.source_alias](
                                const std::string& topic, bool is_key) {
      return absl::StrCat(policy->FormatRemoteTopic(alias, topic),
                          is_key ? "-key" : "-value");
    };
  }
  return result;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const SchemaIdTransform>>
SchemaIdTransform::Create(Options options) {
  absl::Status status = Check(options);
  if (!status.ok()) return status;
  auto source = NewRegistry("source", options.source);
  if (!source.ok()) return source.status();
  auto target = NewRegistry("target", options.target);
  if (!target.ok()) return target.status();
  if (options.clock == nullptr) options.clock = Clock::System();
  auto lookup = std::make_unique<internal::SchemaIdLookup>(
      LookupOptions(options),
      std::make_unique<internal::SchemaCopier>(*std::move(source),
                                               *std::move(target)),
      options.clock);
  return std::shared_ptr<const SchemaIdTransform>(
      new SchemaIdTransform(std::move(options), std::move(lookup)));
}

SchemaIdTransform::SchemaIdTransform(
    Options options, std::unique_ptr<internal::SchemaIdLookup> lookup)
    : options_(std::move(options)), lookup_(std::move(lookup)) {}

SchemaIdTransform::~SchemaIdTransform() = default;

absl::StatusOr<RecordVerdict> SchemaIdTransform::Transform(
    const TopicPartition& source, Record& record) const {
  if (options_.keys && record.key) {
    absl::Status status = Rewrite(source.topic, /*is_key=*/true, &*record.key);
    if (!status.ok()) return status;
  }
  if (options_.values && record.value) {
    absl::Status status =
        Rewrite(source.topic, /*is_key=*/false, &*record.value);
    if (!status.ok()) return status;
  }
  return RecordVerdict::kKeep;
}

absl::Status SchemaIdTransform::Rewrite(const std::string& topic, bool is_key,
                                        std::string* bytes) const {
  const std::optional<int32_t> id = SchemaId(*bytes);
  if (!id) {
    if (options_.without_id == WithoutId::kPass) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        "the ", is_key ? "key" : "value",
        " does not begin with a schema id; leave the topic out of the "
        "SchemaIdTransform with ForTopics, or let such records pass"));
  }
  const auto target = lookup_->TargetId(topic, is_key, *id);
  if (!target.ok()) return target.status();
  for (size_t i = 1; i < kWireFormatBytes; ++i) {
    (*bytes)[i] = static_cast<char>(*target >> (8 * (4 - i)));
  }
  return absl::OkStatus();
}

}  // namespace mirror
