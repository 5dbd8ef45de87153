// SPDX-License-Identifier: Apache-2.0
//
// An access rule of a Kafka cluster (Java's AclBinding): who may or must not do
// what on which resource, under Kafka's own names.

#ifndef MIRROR_MODEL_ACL_BINDING_H_
#define MIRROR_MODEL_ACL_BINDING_H_

#include <optional>
#include <ostream>
#include <string>
#include <tuple>

#include "absl/strings/string_view.h"

namespace mirror {

enum class AclResource { kTopic, kGroup, kCluster, kTransactionalId };
enum class AclPattern { kLiteral, kPrefixed };
enum class AclOperation {
  kAll,
  kRead,
  kWrite,
  kCreate,
  kDelete,
  kAlter,
  kDescribe,
  kClusterAction,
  kDescribeConfigs,
  kAlterConfigs,
  kIdempotentWrite
};
enum class AclPermission { kDeny, kAllow };

// The literal name that stands for every resource of a type.
inline constexpr absl::string_view kAnyResource = "*";
// The name of the one resource of type kCluster.
inline constexpr absl::string_view kClusterResource = "kafka-cluster";

// As Kafka writes them: "TRANSACTIONAL_ID", "PREFIXED", "READ", "DENY".
absl::string_view ToString(AclResource resource);
absl::string_view ToString(AclPattern pattern);
absl::string_view ToString(AclOperation operation);
absl::string_view ToString(AclPermission permission);

// The same, read; nullopt for what is none of them.
std::optional<AclResource> ParseAclResource(absl::string_view name);
std::optional<AclPattern> ParseAclPattern(absl::string_view name);
std::optional<AclOperation> ParseAclOperation(absl::string_view name);
std::optional<AclPermission> ParseAclPermission(absl::string_view name);

// Ordered by resource, then name. A value type; thread-compatible.
struct AclBinding {
  AclResource resource = AclResource::kTopic;
  std::string name;
  AclPattern pattern = AclPattern::kLiteral;
  // "User:alice"; "User:*" is everybody.
  std::string principal;
  std::string host = "*";
  AclOperation operation = AclOperation::kRead;
  AclPermission permission = AclPermission::kAllow;

  // What it is about: "TOPIC orders", "TOPIC PREFIXED orders-".
  std::string Subject() const;
  // What it says about that: "ALLOW READ for User:alice from *".
  std::string Rule() const;
  // Both: "ALLOW READ for User:alice from * on TOPIC orders".
  std::string ToString() const;

  friend bool operator==(const AclBinding& a, const AclBinding& b) {
    return a.resource == b.resource && a.name == b.name &&
           a.pattern == b.pattern && a.principal == b.principal &&
           a.host == b.host && a.operation == b.operation &&
           a.permission == b.permission;
  }
  friend bool operator!=(const AclBinding& a, const AclBinding& b) {
    return !(a == b);
  }
  friend bool operator<(const AclBinding& a, const AclBinding& b) {
    return std::tie(a.resource, a.name, a.pattern, a.principal, a.host,
                    a.operation, a.permission) <
           std::tie(b.resource, b.name, b.pattern, b.principal, b.host,
                    b.operation, b.permission);
  }
  friend std::ostream& operator<<(std::ostream& os, const AclBinding& acl) {
    return os << acl.ToString();
  }
};

}  // namespace mirror

#endif  // MIRROR_MODEL_ACL_BINDING_H_
