// SPDX-License-Identifier: Apache-2.0
//
// Registers a schema of one registry at another one, with everything that has
// to be there before it.

#ifndef MIRROR_TRANSFORM_SCHEMA_SCHEMA_COPIER_H_
#define MIRROR_TRANSFORM_SCHEMA_SCHEMA_COPIER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "mirror/transform/schema/schema_registry.h"

namespace mirror::internal {

// What one record asks for.
struct SchemaWish {
  int32_t id = 0;  // at the source
  // The topic's subject there if subjects are named after topics, e.g.
  // "orders-value".
  std::string topic_subject;
  // Where to register it; empty: under the same subjects as at the source.
  std::string target_subject;
};

// Registers the earlier versions of a subject before a later one, so that both
// registries number them alike and the target judges compatibility in the order
// in which the source did; and the schemas that a schema names before itself.
// Remembers what it has done, so that a retry continues where it failed.
//
// Thread safety: thread-compatible.
// Errors: SchemaRegistry's; FailedPrecondition: the id has no subject, or
// references are nested more than 20 deep.
class SchemaCopier {
 public:
  SchemaCopier(std::unique_ptr<SchemaRegistry> source,
               std::unique_ptr<SchemaRegistry> target);

  const SchemaRegistry& source() const { return *source_; }
  const SchemaRegistry& target() const { return *target_; }

  // The id at the target. Blocks for as many requests as it takes.
  absl::StatusOr<int32_t> Copy(const SchemaWish& wish);

  // From any thread: ends a running Copy(), and every later one.
  void Cancel();

 private:
  // From a version of the source to a subject of the target.
  using Registration = std::pair<SubjectVersion, std::string>;
  absl::StatusOr<std::vector<Registration>> Registrations(
      const SchemaWish& wish);

  // Registers what the source's subject had before `through`.
  absl::Status CopyHistory(const SubjectVersion& through,
                           const std::string& target_subject, int depth);
  // `schema` with the versions of the target in its references, which are
  // there then.
  absl::StatusOr<Schema> WithTargetReferences(Schema schema, int depth);
  absl::StatusOr<int> TargetVersion(const SubjectVersion& at, int depth);

  const std::unique_ptr<SchemaRegistry> source_;
  const std::unique_ptr<SchemaRegistry> target_;
  // Source subject, target subject, source version.
  std::set<std::tuple<std::string, std::string, int>> registered_;
  std::map<std::pair<std::string, int>, int> target_versions_;
};

}  // namespace mirror::internal

#endif  // MIRROR_TRANSFORM_SCHEMA_SCHEMA_COPIER_H_
