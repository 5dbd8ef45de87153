// SPDX-License-Identifier: Apache-2.0
//
// AclAdmin on librdkafka's admin calls, of which the one that lists ACLs hides
// errors: see CheckEmptyList().

#ifndef MIRROR_KAFKA_KAFKA_ACL_ADMIN_H_
#define MIRROR_KAFKA_KAFKA_ACL_ADMIN_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "mirror/cluster/acl_admin.h"
#include "mirror/kafka/admin_client.h"
#include "mirror/kafka/shared_client.h"
#include "mirror/model/acl_binding.h"

namespace mirror::internal {

// Thread safety, lifetime and errors: as AclAdmin.
class KafkaAclAdmin final : public AclAdmin {
 public:
  // A client of role kAdmin.
  explicit KafkaAclAdmin(std::shared_ptr<SharedClient> client)
      : client_(std::make_unique<AdminClient>(std::move(client))) {}

  absl::StatusOr<std::vector<AclBinding>> DescribeAcls(
      absl::Span<const AclResource> resources) override;
  std::vector<absl::Status> CreateAcls(
      absl::Span<const AclBinding> acls) override;
  std::vector<absl::Status> DeleteAcls(
      absl::Span<const AclBinding> acls) override;
  void Cancel() override { client_->Cancel(); }

 private:
  // All ACLs there are.
  absl::StatusOr<std::vector<AclBinding>> ListAll();
  // librdkafka (2.15 at least) drops the error of an answer without ACLs. So
  // an empty list also means that there is no authorizer (Unimplemented) or
  // that this client may not ask (PermissionDenied). OK: neither holds.
  absl::Status CheckEmptyList();
  // Whether a broker has an authorizer. The broker may refuse to tell: it has.
  absl::StatusOr<bool> HasAuthorizer(int32_t broker);
  // One request each, so not too many.
  std::vector<absl::Status> CreateSome(absl::Span<const AclBinding> acls);
  std::vector<absl::Status> DeleteSome(absl::Span<const AclBinding> acls);

  const std::unique_ptr<AdminClient> client_;
};

}  // namespace mirror::internal

#endif  // MIRROR_KAFKA_KAFKA_ACL_ADMIN_H_
