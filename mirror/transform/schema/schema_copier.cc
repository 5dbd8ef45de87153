// SPDX-License-Identifier: Apache-2.0

#include "mirror/transform/schema/schema_copier.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

constexpr int kMaxDepth = 20;

}  // namespace

SchemaCopier::SchemaCopier(std::unique_ptr<SchemaRegistry> source,
                           std::unique_ptr<SchemaRegistry> target)
    : source_(std::move(source)), target_(std::move(target)) {}

void SchemaCopier::Cancel() {
  source_->Cancel();
  target_->Cancel();
}

absl::StatusOr<int32_t> SchemaCopier::Copy(const SchemaWish& wish) {
  absl::StatusOr<Schema> schema = source_->SchemaById(wish.id);
  if (!schema.ok()) return schema.status();
  const auto registrations = Registrations(wish);
  if (!registrations.ok()) return registrations.status();
  for (const auto& [at, target_subject] : *registrations) {
    absl::Status status = CopyHistory(at, target_subject, 0);
    if (!status.ok()) return status;
  }
  schema = WithTargetReferences(*std::move(schema), 0);
  if (!schema.ok()) return schema.status();
  absl::StatusOr<int32_t> first;
  for (const auto& [at, target_subject] : *registrations) {
    const auto id = target_->Register(target_subject, *schema);
    if (!id.ok()) return id.status();
    // A registry gives one schema one id, whatever the subject.
    if (!first.ok()) first = id;
  }
  return first;
}

absl::StatusOr<std::vector<SchemaCopier::Registration>>
SchemaCopier::Registrations(const SchemaWish& wish) {
  const auto uses = source_->UsesOf(wish.id);
  if (!uses.ok()) return uses.status();
  // The latest version of each subject.
  std::map<std::string, int> versions;
  for (const SubjectVersion& use : *uses) versions[use.subject] = use.version;
  std::vector<Registration> registrations;
  const auto own = versions.find(wish.topic_subject);
  if (own != versions.end()) {
    registrations.push_back(
        {{own->first, own->second},
         wish.target_subject.empty() ? own->first : wish.target_subject});
    return registrations;
  }
  if (!wish.target_subject.empty()) {
    // Not named after the topic at the source, so that there is no history.
    registrations.push_back({{}, wish.target_subject});
    return registrations;
  }
  for (const auto& [subject, version] : versions) {
    registrations.push_back({{subject, version}, subject});
  }
  if (registrations.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        source_->name(), " names no subject of schema id ", wish.id,
        ", so that it is not known where to register it at the ",
        target_->name(), "; choose kRemoteTopicName, or register it there"));
  }
  return registrations;
}

absl::Status SchemaCopier::CopyHistory(const SubjectVersion& through,
                                       const std::string& target_subject,
                                       int depth) {
  if (through.subject.empty()) return absl::OkStatus();
  const auto versions = source_->Versions(through.subject);
  // All versions may have been deleted since; then there is no history.
  if (absl::IsNotFound(versions.status())) return absl::OkStatus();
  if (!versions.ok()) return versions.status();
  for (const int version : *versions) {
    if (version >= through.version) break;
    const auto done = std::make_tuple(through.subject, target_subject, version);
    if (registered_.count(done) > 0) continue;
    auto schema = source_->SchemaAt({through.subject, version});
    if (!schema.ok()) return schema.status();
    schema = WithTargetReferences(*std::move(schema), depth);
    if (!schema.ok()) return schema.status();
    const auto id = target_->Register(target_subject, *schema);
    if (!id.ok()) {
      return absl::Status(
          id.status().code(),
          absl::StrCat(id.status().message(), " [version ", version,
                       " of the source's subject ", through.subject,
                       ", which comes before version ", through.version, "]"));
    }
    registered_.insert(done);
  }
  return absl::OkStatus();
}

absl::StatusOr<Schema> SchemaCopier::WithTargetReferences(Schema schema,
                                                          int depth) {
  for (SchemaReference& reference : schema.references) {
    const auto version = TargetVersion(reference.target, depth + 1);
    if (!version.ok()) return version.status();
    reference.target.version = *version;
  }
  return schema;
}

absl::StatusOr<int> SchemaCopier::TargetVersion(const SubjectVersion& at,
                                                int depth) {
  const auto key = std::make_pair(at.subject, at.version);
  const auto known = target_versions_.find(key);
  if (known != target_versions_.end()) return known->second;
  if (depth > kMaxDepth) {
    return absl::FailedPreconditionError(absl::StrCat(
        source_->name(), ": references of schemas are nested more than ",
        kMaxDepth, " deep, last to version ", at.version, " of subject ",
        at.subject));
  }
  absl::Status status = CopyHistory(at, at.subject, depth);
  if (!status.ok()) return status;
  auto schema = source_->SchemaAt(at);
  if (!schema.ok()) return schema.status();
  schema = WithTargetReferences(*std::move(schema), depth);
  if (!schema.ok()) return schema.status();
  const auto id = target_->Register(at.subject, *schema);
  if (!id.ok()) return id.status();
  const auto version = target_->VersionOf(at.subject, *schema);
  if (version.ok()) target_versions_.emplace(key, *version);
  return version;
}

}  // namespace mirror::internal
