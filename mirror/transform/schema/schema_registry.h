// SPDX-License-Identifier: Apache-2.0
//
// The calls of a schema registry that a mirror needs, as Confluent's REST
// interface and its imitations have them.
//
//   auto schema = source.SchemaById(7);
//   auto id = target.Register("orders-value", *schema);

#ifndef MIRROR_TRANSFORM_SCHEMA_SCHEMA_REGISTRY_H_
#define MIRROR_TRANSFORM_SCHEMA_SCHEMA_REGISTRY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mirror/curl/http_client.h"
#include "mirror/transform/schema/schema_registry_options.h"

namespace mirror::internal {

struct SubjectVersion {
  std::string subject;
  int version = 0;
};

// A schema that another one names, under the name by which it does.
struct SchemaReference {
  std::string name;
  SubjectVersion target;
};

struct Schema {
  std::string text;
  std::string type;  // empty: AVRO
  std::vector<SchemaReference> references;
  // Data contracts, as JSON, or empty. Kept as they are.
  std::string metadata;
  std::string rule_set;
};

HttpClientOptions HttpOptionsFor(const SchemaRegistryOptions& options);

// Thread safety and lifetime: as HttpClient. Blocks as long as a request does.
// Errors, besides HttpClient's: NotFound: the registry does not know what is
// asked for; FailedPrecondition: it refuses a schema; PermissionDenied;
// Unavailable: it fails for now (429, 5xx); Internal: it answers with something
// else. Messages name the registry, what was asked, its reason, and what to do.
class SchemaRegistry {
 public:
  // `role` is what messages call it: "source" or "target".
  SchemaRegistry(absl::string_view role, std::unique_ptr<HttpClient> http);

  // "source schema registry http://...".
  const std::string& name() const { return name_; }

  absl::StatusOr<Schema> SchemaById(int32_t id);
  // Where the schema `id` is registered, also if deleted there; in order.
  absl::StatusOr<std::vector<SubjectVersion>> UsesOf(int32_t id);
  // The versions that are not deleted, in order.
  absl::StatusOr<std::vector<int>> Versions(const std::string& subject);
  absl::StatusOr<Schema> SchemaAt(const SubjectVersion& at);
  // Returns the id. Registering again changes nothing.
  absl::StatusOr<int32_t> Register(const std::string& subject,
                                   const Schema& schema);
  // The version that a registered schema has.
  absl::StatusOr<int> VersionOf(const std::string& subject,
                                const Schema& schema);

  void Cancel() { http_->Cancel(); }

 private:
  // What `answer` says, or why there is nothing: there is no answer, or one
  // without a code of success.
  absl::StatusOr<std::string> BodyOf(absl::StatusOr<HttpAnswer> answer,
                                     absl::string_view what) const;
  absl::Status Nonsense(absl::string_view what) const;

  const std::string name_;
  const std::unique_ptr<HttpClient> http_;
};

}  // namespace mirror::internal

#endif  // MIRROR_TRANSFORM_SCHEMA_SCHEMA_REGISTRY_H_
