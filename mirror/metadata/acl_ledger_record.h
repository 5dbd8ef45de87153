// SPDX-License-Identifier: Apache-2.0
//
// A record of the topic that remembers which ACLs of the target this engine
// created; not in MM2, which removes none. docs/formats/acl-ledger.md has the
// bytes.

#ifndef MIRROR_METADATA_ACL_LEDGER_RECORD_H_
#define MIRROR_METADATA_ACL_LEDGER_RECORD_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "mirror/model/acl_binding.h"

namespace mirror::internal {

// "mm2-acls.S.internal".
std::string AclLedgerTopic(absl::string_view source_alias);

// How an ACL came to the target.
struct AclOrigin {
  // When this engine was about to create it.
  absl::Time created;
  // The id of the cluster that had it: another one under the same alias says
  // nothing about it.
  std::string cluster_id;

  friend bool operator==(const AclOrigin& a, const AclOrigin& b) {
    return a.created == b.created && a.cluster_id == b.cluster_id;
  }
};

// A value type; thread-compatible.
struct AclLedgerRecord {
  AclBinding acl;
  // None: it is no longer there.
  std::optional<AclOrigin> origin;

  // InvalidArgument: the bytes are no such record, or speak of an ACL in terms
  // that are not known here; Unimplemented: a newer version.
  static absl::StatusOr<AclLedgerRecord> Decode(
      absl::string_view key, const std::optional<std::string>& value);
  // InvalidArgument: text over 32767 bytes.
  absl::StatusOr<std::string> EncodeKey() const;
  // Nothing for a deletion.
  absl::StatusOr<std::optional<std::string>> EncodeValue() const;
};

}  // namespace mirror::internal

#endif  // MIRROR_METADATA_ACL_LEDGER_RECORD_H_
