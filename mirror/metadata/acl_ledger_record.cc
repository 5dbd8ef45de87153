// SPDX-License-Identifier: Apache-2.0

#include "mirror/metadata/acl_ledger_record.h"

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "mirror/model/wire.h"

namespace mirror::internal {
namespace {

constexpr int16_t kVersion = 0;

// Reads the name of an enum's value.
template <typename Enum>
bool ReadName(internal::WireReader* reader,
              std::optional<Enum> (*parse)(absl::string_view),
              absl::string_view* text, std::optional<Enum>* value) {
  if (!reader->ReadString(text)) return false;
  *value = parse(*text);
  return true;
}

absl::StatusOr<AclBinding> DecodeKey(absl::string_view key) {
  internal::WireReader reader("ACL ledger key", key);
  absl::string_view names[4];
  absl::string_view name;
  absl::string_view principal;
  absl::string_view host;
  std::optional<AclResource> resource;
  std::optional<AclPattern> pattern;
  std::optional<AclOperation> operation;
  std::optional<AclPermission> permission;
  if (!ReadName(&reader, ParseAclResource, &names[0], &resource) ||
      !ReadName(&reader, ParseAclPattern, &names[1], &pattern) ||
      !reader.ReadString(&name) || !reader.ReadString(&principal) ||
      !reader.ReadString(&host) ||
      !ReadName(&reader, ParseAclOperation, &names[2], &operation) ||
      !ReadName(&reader, ParseAclPermission, &names[3], &permission)) {
    return reader.status();
  }
  if (!resource || !pattern || !operation || !permission) {
    return absl::InvalidArgumentError(absl::StrCat(
        "ACL ledger key: not known here: \"", absl::CHexEscape(names[0]),
        "\", \"", absl::CHexEscape(names[1]), "\", \"",
        absl::CHexEscape(names[2]), "\" or \"", absl::CHexEscape(names[3]),
        "\""));
  }
  return AclBinding{
      *resource,         std::string(name), *pattern,   std::string(principal),
      std::string(host), *operation,        *permission};
}

}  // namespace

std::string AclLedgerTopic(absl::string_view source_alias) {
  return absl::StrCat("mm2-acls.", source_alias, ".internal");
}

absl::StatusOr<AclLedgerRecord> AclLedgerRecord::Decode(
    absl::string_view key, const std::optional<std::string>& value) {
  absl::StatusOr<AclBinding> acl = DecodeKey(key);
  if (!acl.ok()) return acl.status();
  AclLedgerRecord record{*std::move(acl), std::nullopt};
  if (!value.has_value()) return record;
  internal::WireReader reader("ACL ledger value", *value);
  int64_t created_ms = 0;
  absl::string_view cluster_id;
  if (!reader.ReadVersion0() || !reader.ReadInt64(&created_ms) ||
      !reader.ReadString(&cluster_id)) {
    return reader.status();
  }
  record.origin =
      AclOrigin{absl::FromUnixMillis(created_ms), std::string(cluster_id)};
  return record;
}

absl::StatusOr<std::string> AclLedgerRecord::EncodeKey() const {
  internal::WireWriter key;
  key.PutString(ToString(acl.resource));
  key.PutString(ToString(acl.pattern));
  key.PutString(acl.name);
  key.PutString(acl.principal);
  key.PutString(acl.host);
  key.PutString(ToString(acl.operation));
  key.PutString(ToString(acl.permission));
  return std::move(key).Finish();
}

absl::StatusOr<std::optional<std::string>> AclLedgerRecord::EncodeValue()
    const {
  if (!origin.has_value()) return std::optional<std::string>();
  internal::WireWriter value;
  value.PutInt16(kVersion);
  value.PutInt64(absl::ToUnixMillis(origin->created));
  value.PutString(origin->cluster_id);
  absl::StatusOr<std::string> bytes = std::move(value).Finish();
  if (!bytes.ok()) return bytes.status();
  return std::optional<std::string>(*std::move(bytes));
}

}  // namespace mirror::internal
