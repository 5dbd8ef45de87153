// SPDX-License-Identifier: Apache-2.0

#include "mirror/model/acl_binding.h"

#include <cstddef>

#include "absl/strings/str_cat.h"

namespace mirror {
namespace {

// In the order of the enums.
constexpr absl::string_view kResources[] = {"TOPIC", "GROUP", "CLUSTER",
                                            "TRANSACTIONAL_ID"};
constexpr absl::string_view kPatterns[] = {"LITERAL", "PREFIXED"};
constexpr absl::string_view kOperations[] = {"ALL",
                                             "READ",
                                             "WRITE",
                                             "CREATE",
                                             "DELETE",
                                             "ALTER",
                                             "DESCRIBE",
                                             "CLUSTER_ACTION",
                                             "DESCRIBE_CONFIGS",
                                             "ALTER_CONFIGS",
                                             "IDEMPOTENT_WRITE"};
constexpr absl::string_view kPermissions[] = {"DENY", "ALLOW"};

template <typename Enum, size_t kCount>
std::optional<Enum> Find(const absl::string_view (&names)[kCount],
                         absl::string_view name) {
  for (size_t i = 0; i < kCount; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

absl::string_view ToString(AclResource resource) {
  return kResources[static_cast<size_t>(resource)];
}
absl::string_view ToString(AclPattern pattern) {
  return kPatterns[static_cast<size_t>(pattern)];
}
absl::string_view ToString(AclOperation operation) {
  return kOperations[static_cast<size_t>(operation)];
}
absl::string_view ToString(AclPermission permission) {
  return kPermissions[static_cast<size_t>(permission)];
}

std::optional<AclResource> ParseAclResource(absl::string_view name) {
  return Find<AclResource>(kResources, name);
}
std::optional<AclPattern> ParseAclPattern(absl::string_view name) {
  return Find<AclPattern>(kPatterns, name);
}
std::optional<AclOperation> ParseAclOperation(absl::string_view name) {
  return Find<AclOperation>(kOperations, name);
}
std::optional<AclPermission> ParseAclPermission(absl::string_view name) {
  return Find<AclPermission>(kPermissions, name);
}

std::string AclBinding::Subject() const {
  return absl::StrCat(mirror::ToString(resource),
                      pattern == AclPattern::kPrefixed ? " PREFIXED " : " ",
                      name);
}

std::string AclBinding::Rule() const {
  return absl::StrCat(mirror::ToString(permission), " ",
                      mirror::ToString(operation), " for ", principal, " from ",
                      host);
}

std::string AclBinding::ToString() const {
  return absl::StrCat(Rule(), " on ", Subject());
}

}  // namespace mirror
