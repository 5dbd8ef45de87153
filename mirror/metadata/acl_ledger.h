// SPDX-License-Identifier: Apache-2.0
//
// Which ACLs of the target this engine created, and for which source cluster,
// kept in a small topic there, so that none is ever removed that others
// created. MM2 removes none at all.
//
//   auto ledger = AclLedger::Create(&b, AclLedgerTopic("A"), -1, client,
//   clock);
//   (*ledger)->Read();
//   (*ledger)->Add(acls, id);  // before they are created
//   (*ledger)->Remove(acls);   // when they are gone

#ifndef MIRROR_METADATA_ACL_LEDGER_H_
#define MIRROR_METADATA_ACL_LEDGER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/internal_topic.h"
#include "mirror/cluster/topic_follower.h"
#include "mirror/metadata/acl_ledger_record.h"
#include "mirror/model/acl_binding.h"
#include "mirror/runtime/clock.h"

namespace mirror::internal {

// Purpose: a set of ACLs that outlives the process.
// Thread safety: Cancel() is thread-safe; the rest belongs to one thread.
// Lifetime: `cluster` and `clock` must outlive the ledger.
// Errors: those of the cluster; messages name cluster and topic.
class AclLedger {
 public:
  // Contacts no cluster. InvalidArgument for settings that the clients refuse.
  static absl::StatusOr<std::unique_ptr<AclLedger>> Create(
      Cluster* cluster, const std::string& topic, int32_t replication_factor,
      const std::string& client_id, Clock* clock);

  // Learns what was written since the last call. Changes nothing on the
  // cluster: where there is no topic, there is nothing in it.
  absl::Status Read();

  // Makes them part of the ledger, or no longer part of it, creating the topic
  // if it is missing. After an error neither may have happened to all.
  absl::Status Add(absl::Span<const AclBinding> acls,
                   const std::string& cluster_id);
  absl::Status Remove(absl::Span<const AclBinding> acls);

  // Those that were created for this source cluster.
  std::set<AclBinding> Of(const std::string& cluster_id) const;

  // Makes running calls and all later ones return soon.
  void Cancel();

 private:
  AclLedger(std::unique_ptr<TopicFollower> follower,
            std::unique_ptr<InternalTopicWriter> writer, Clock* clock)
      : follower_(std::move(follower)),
        writer_(std::move(writer)),
        clock_(clock) {}
  // A record each: created so, or no longer there.
  absl::Status Write(absl::Span<const AclBinding> acls,
                     const std::optional<AclOrigin>& origin);

  const std::unique_ptr<TopicFollower> follower_;
  const std::unique_ptr<InternalTopicWriter> writer_;
  Clock* const clock_;
  std::map<AclBinding, std::string> cluster_ids_;
};

}  // namespace mirror::internal

#endif  // MIRROR_METADATA_ACL_LEDGER_H_
