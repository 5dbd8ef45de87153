// SPDX-License-Identifier: Apache-2.0
//
// GroupAdmin on librdkafka's admin calls, which take one group each for
// offsets: many calls are in flight at once.

#ifndef MIRROR_KAFKA_KAFKA_GROUP_ADMIN_H_
#define MIRROR_KAFKA_KAFKA_GROUP_ADMIN_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "mirror/cluster/group_admin.h"
#include "mirror/kafka/admin_client.h"
#include "mirror/kafka/shared_client.h"
#include "mirror/model/topic_partition.h"

namespace mirror::internal {

// Thread safety, lifetime and errors: as GroupAdmin.
class KafkaGroupAdmin final : public GroupAdmin {
 public:
  // A client of role kGroupAdmin.
  explicit KafkaGroupAdmin(std::shared_ptr<SharedClient> client)
      : client_(std::make_unique<AdminClient>(std::move(client))) {}

  absl::StatusOr<std::vector<std::string>> ListGroups() override;
  std::vector<absl::StatusOr<GroupState>> DescribeGroups(
      absl::Span<const std::string> groups) override;
  std::vector<absl::StatusOr<GroupOffsets>> ListGroupOffsets(
      absl::Span<const std::string> groups) override;
  std::vector<absl::StatusOr<GroupOffsetResults>> AlterOffsetsOfGroups(
      absl::Span<const std::pair<std::string, GroupOffsets>> groups) override;
  void Cancel() override { client_->Cancel(); }

 private:
  // All groups as the brokers list them, with their states. `*missing` is why
  // some may be missing.
  absl::StatusOr<std::map<std::string, GroupState>> ListStates(
      absl::Status* missing);
  std::map<std::string, absl::StatusOr<GroupState>> DescribeSome(
      absl::Span<const std::string> groups);

  // Has `send` make `count` requests, a bounded number of them in flight at
  // once, and gives each answer to `receive`. An error: no answer came for the
  // rest.
  absl::Status RunMany(
      rd_kafka_admin_op_t op, absl::string_view what, size_t count,
      absl::FunctionRef<void(size_t, AdminCall*)> send,
      absl::FunctionRef<void(size_t, rd_kafka_event_t*)> receive);

  absl::StatusOr<GroupOffsets> OffsetsOf(rd_kafka_event_t* event,
                                         const std::string& group) const;
  absl::StatusOr<GroupOffsetResults> ResultsOf(rd_kafka_event_t* event,
                                               const std::string& group) const;

  const std::unique_ptr<AdminClient> client_;
};

}  // namespace mirror::internal

#endif  // MIRROR_KAFKA_KAFKA_GROUP_ADMIN_H_
