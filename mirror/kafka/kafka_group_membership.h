// SPDX-License-Identifier: Apache-2.0
//
// GroupMembership on a librdkafka consumer that fetches nothing: it joins with
// the classic protocol and the cooperative-sticky assignor, and hears of
// rebalances by events.

#ifndef MIRROR_KAFKA_KAFKA_GROUP_MEMBERSHIP_H_
#define MIRROR_KAFKA_KAFKA_GROUP_MEMBERSHIP_H_

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/group_membership.h"
#include "mirror/kafka/client.h"
#include "mirror/kafka/handles.h"

namespace mirror::internal {

// Thread safety, lifetime and errors: as GroupMembership.
class KafkaGroupMembership final : public GroupMembership {
 public:
  // Settings of a group among `settings` yield to `options`.
  static absl::StatusOr<std::unique_ptr<KafkaGroupMembership>> Create(
      ClientSettings settings, const MembershipOptions& options);
  ~KafkaGroupMembership() override;

  absl::Status Poll(absl::Duration timeout,
                    std::vector<Change>* changes) override;
  void Release(const std::set<int32_t>& partitions) override;
  absl::Status Prove() override;
  void Leave() override;

 private:
  KafkaGroupMembership(std::unique_ptr<Client> client,
                       const MembershipOptions& options);

  // Handles what is in the queue, waiting for it until `timeout`. The first
  // error that is for the caller, or OK.
  absl::Status Serve(absl::Duration timeout, std::vector<Change>* changes);
  void OnRebalance(rd_kafka_event_t* event, std::vector<Change>* changes);
  void Assign(rd_kafka_topic_partition_list_t* partitions,
              std::vector<Change>* changes);
  void Revoke(rd_kafka_topic_partition_list_t* partitions,
              std::vector<Change>* changes);
  // Gives back what librdkafka has asked for, so that the group continues.
  void Unassign(rd_kafka_topic_partition_list_t* partitions);
  absl::Status OnError(rd_kafka_event_t* event);
  // All is lost.
  void Lose(std::vector<Change>* changes);
  // `error`, unless it was returned a short time ago.
  absl::Status ToReport(absl::Status error);
  // Waits, for a few seconds, until the group knows.
  void FinishLeaving();

  // What the coordinator calls this process; empty if it is no member.
  std::string MemberId() const;
  // "cluster backup: group A-mm2", for messages.
  std::string Context() const;

  const MembershipOptions options_;
  // Destroyed in reverse order: the client last.
  const std::unique_ptr<Client> client_;
  const QueuePtr queue_;

  // What Poll() has said; revoked ones until they are released.
  std::set<int32_t> owned_;
  std::set<int32_t> revoked_;
  // What librdkafka waits for; null if for nothing.
  PartitionListPtr asked_for_;
  bool leaving_ = false;
  absl::Status reported_;
  absl::Time reported_at_ = absl::InfinitePast();
};

}  // namespace mirror::internal

#endif  // MIRROR_KAFKA_KAFKA_GROUP_MEMBERSHIP_H_
