// SPDX-License-Identifier: Apache-2.0
//
// One Kafka cluster as a flow sees it: where the ports come from. Real ones are
// made by mirror/kafka, pretended ones by mirror/testing/FakeCluster.

#ifndef MIRROR_CLUSTER_CLUSTER_H_
#define MIRROR_CLUSTER_CLUSTER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/cluster/acl_admin.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/cluster/group_admin.h"
#include "mirror/cluster/group_membership.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/cluster/record_source.h"
#include "mirror/cluster/transactional_sink.h"

namespace mirror {

struct SourceOptions {
  // Shown in the broker's logs and quotas.
  std::string client_id;
  // Whether records of open and aborted transactions are skipped.
  bool read_committed = true;
  // Bytes of values fetched ahead of Poll().
  int64_t max_buffered_bytes = 16 << 20;
};

struct SinkOptions {
  std::string client_id;
  // Bytes of records taken by Send() and not yet acknowledged.
  int64_t max_buffered_bytes = 16 << 20;
};

struct MembershipOptions {
  std::string group;
  // Whose partitions the members share.
  std::string topic;
  std::string client_id;
  // Without a word from a member for so long, the group gives its partitions to
  // others; and a member that hears nothing for so long has lost them. Brokers
  // take no less than group.min.session.timeout.ms, 6 s by default.
  absl::Duration session_timeout = absl::Seconds(10);
  // How soon a member learns of a rebalance.
  absl::Duration heartbeat_interval = absl::Milliseconds(500);
  // A name that only this process has in the group (group.instance.id): if it
  // ends without Leave() and is back within the session, it gets its partitions
  // again, and no others are moved. Empty: none.
  std::string instance_id = {};
};

struct TransactionalSinkOptions {
  std::string client_id;
  // What one sink at a time owns.
  std::string transactional_id;
  // How long the cluster leaves a transaction open that no one ends.
  absl::Duration transaction_timeout = absl::Seconds(10);
  int64_t max_buffered_bytes = 16 << 20;
};

// Thread safety: thread-safe. Lifetime: must outlive what it makes.
// Errors: InvalidArgument for settings the client library refuses, naming the
// setting. No call waits for a broker.
class Cluster {
 public:
  virtual ~Cluster() = default;

  // The name of the cluster in flows, topics and messages.
  virtual const std::string& alias() const = 0;

  virtual absl::StatusOr<std::unique_ptr<RecordSource>> NewSource(
      const SourceOptions& options) = 0;
  virtual absl::StatusOr<std::unique_ptr<RecordSink>> NewSink(
      const SinkOptions& options) = 0;
  virtual absl::StatusOr<std::unique_ptr<GroupMembership>> NewMembership(
      const MembershipOptions& options) = 0;
  // Takes the transactional id over in the background.
  virtual absl::StatusOr<std::unique_ptr<TransactionalSink>>
  NewTransactionalSink(const TransactionalSinkOptions& options) = 0;
  // Admins with the same client id may share a connection; they wait for each
  // other no longer than a broker takes for a request.
  virtual absl::StatusOr<std::unique_ptr<ClusterAdmin>> NewAdmin(
      const std::string& client_id) = 0;
  virtual absl::StatusOr<std::unique_ptr<GroupAdmin>> NewGroupAdmin(
      const std::string& client_id) = 0;
  virtual absl::StatusOr<std::unique_ptr<AclAdmin>> NewAclAdmin(
      const std::string& client_id) = 0;
};

}  // namespace mirror

#endif  // MIRROR_CLUSTER_CLUSTER_H_
