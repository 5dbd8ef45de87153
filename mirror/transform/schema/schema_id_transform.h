// SPDX-License-Identifier: Apache-2.0
//
// For clusters that each have a schema registry: rewrites the schema id that
// Confluent's serializers put before a key or value, and registers the schema
// at the target. MM2 has nothing like it; there a copy is readable only by
// those who ask the source's registry.
//
//   SchemaIdTransform::Options options;
//   options.source.url = "https://registry.eu:8081";
//   options.target.url = "https://registry.us:8081";
//   flow.transforms.push_back(SchemaIdTransform::Create(options).value());

#ifndef MIRROR_TRANSFORM_SCHEMA_SCHEMA_ID_TRANSFORM_H_
#define MIRROR_TRANSFORM_SCHEMA_SCHEMA_ID_TRANSFORM_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/model/record.h"
#include "mirror/model/topic_partition.h"
#include "mirror/policy/replication_policy.h"
#include "mirror/runtime/clock.h"
#include "mirror/transform/record_transform.h"
#include "mirror/transform/schema/schema_registry_options.h"

namespace mirror {

namespace internal {
class SchemaIdLookup;
}  // namespace internal

// The wire format is a zero byte and the id in four bytes, big-endian, then the
// data, which stays as it is. A schema is registered with its type, metadata
// and rules, after the schemas that it refers to and the earlier versions of
// its subject. Only ids are rewritten; a subject's compatibility is not copied.
//
// Nothing tells an id from four bytes of something else: a long as key begins
// with zeros, too. So say which of keys and values have a schema, and limit the
// transform with ForTopics where only some topics do. Heartbeats never reach a
// transform.
//
// Look-ups run on a thread of the transform's own, once per topic and id.
// Transform() waits a moment for them, then fails; the partition retries
// and shows why, others continue. Errors are kept for some seconds, after which
// the registries are asked again, so that what was fixed needs no restart.
//
// Thread safety and lifetime: as RecordTransform. The destructor ends running
// requests, within a second.
// Errors: Unavailable, DeadlineExceeded: a registry does not answer, or not
// yet; NotFound: the source does not know the id; FailedPrecondition: the
// target refuses the schema; PermissionDenied: a registry refuses us;
// InvalidArgument: no wire format, with kRefuse. The message names the id, the
// registry, its reason and what to do.
class SchemaIdTransform final : public RecordTransform {
 public:
  enum class Subjects {
    // As at the source: the topic's own ("orders-value") if the schema is
    // registered there, else every subject of the schema.
    kAsAtSource,
    // After the copy: "A.orders-value", as TopicNameStrategy finds it. Needs
    // `policy` and `source_alias`.
    kRemoteTopicName,
  };
  enum class WithoutId { kPass, kRefuse };

  struct Options {
    SchemaRegistryOptions source;
    SchemaRegistryOptions target;
    bool keys = false;
    bool values = true;
    Subjects subjects = Subjects::kAsAtSource;
    // What the flow has.
    std::shared_ptr<const ReplicationPolicy> policy;
    std::string source_alias;
    // For keys and values that do not begin like one with an id. Null always
    // passes.
    WithoutId without_id = WithoutId::kPass;
    // How long a record may hold up its shard while an id is looked up.
    absl::Duration patience = absl::Milliseconds(200);
    // How long an error is taken for the answer.
    absl::Duration retry_after = absl::Seconds(5);
    // Null: the machine's.
    Clock* clock = nullptr;
  };

  // InvalidArgument: a URL that is none, neither keys nor values, or
  // kRemoteTopicName without policy or alias. Asks no registry anything.
  static absl::StatusOr<std::shared_ptr<const SchemaIdTransform>> Create(
      Options options);
  ~SchemaIdTransform() override;

  absl::StatusOr<RecordVerdict> Transform(const TopicPartition& source,
                                          Record& record) const override;

 private:
  SchemaIdTransform(Options options,
                    std::unique_ptr<internal::SchemaIdLookup> lookup);

  absl::Status Rewrite(const std::string& topic, bool is_key,
                       std::string* bytes) const;

  const Options options_;
  const std::unique_ptr<internal::SchemaIdLookup> lookup_;
};

}  // namespace mirror

#endif  // MIRROR_TRANSFORM_SCHEMA_SCHEMA_ID_TRANSFORM_H_
