// SPDX-License-Identifier: Apache-2.0

#include "mirror/metadata/acl_ledger.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/model/record.h"
#include "mirror/model/topic_partition.h"

namespace mirror::internal {
absl::StatusOr<std::unique_ptr<AclLedger>> AclLedger::Create(
    Cluster* cluster, const std::string& topic, int32_t replication_factor,
    const std::string& client_id, Clock* clock) {
  auto follower = TopicFollower::Create(cluster, topic, client_id, clock);
  if (!follower.ok()) return follower.status();
  auto writer =
      InternalTopicWriter::Create(cluster, topic, InternalTopicKind::kAclLedger,
                                  replication_factor, client_id, clock);
  if (!writer.ok()) return writer.status();
  return std::unique_ptr<AclLedger>(
      new AclLedger(*std::move(follower), *std::move(writer), clock));
}

absl::Status AclLedger::Read() {
  const absl::Status status = follower_->CatchUp(
      [this](const TopicPartition&, const RecordView& record) {
        std::optional<std::string> value;
        if (record.value.has_value()) value.emplace(*record.value);
        const auto entry =
            AclLedgerRecord::Decode(record.key.value_or(""), value);
        // Garbage names no ACL that could be removed.
        if (!entry.ok()) return;
        if (entry->origin.has_value()) {
          cluster_ids_[entry->acl] = entry->origin->cluster_id;
        } else {
          cluster_ids_.erase(entry->acl);
        }
      },
      [this] { cluster_ids_.clear(); });
  return absl::IsNotFound(status) ? absl::OkStatus() : status;
}

absl::Status AclLedger::Add(absl::Span<const AclBinding> acls,
                            const std::string& cluster_id) {
  std::vector<AclBinding> fresh;
  for (const AclBinding& acl : acls) {
    const auto it = cluster_ids_.find(acl);
    if (it == cluster_ids_.end() || it->second != cluster_id) {
      fresh.push_back(acl);
    }
  }
  const absl::Status status =
      Write(fresh, AclOrigin{clock_->WallTime(), cluster_id});
  if (!status.ok()) return status;
  for (const AclBinding& acl : fresh) cluster_ids_[acl] = cluster_id;
  return status;
}

absl::Status AclLedger::Remove(absl::Span<const AclBinding> acls) {
  const absl::Status status = Write(acls, std::nullopt);
  if (!status.ok()) return status;
  for (const AclBinding& acl : acls) cluster_ids_.erase(acl);
  return status;
}

std::set<AclBinding> AclLedger::Of(const std::string& cluster_id) const {
  std::set<AclBinding> acls;
  for (const auto& [acl, id] : cluster_ids_) {
    if (id == cluster_id) acls.insert(acl);
  }
  return acls;
}

absl::Status AclLedger::Write(absl::Span<const AclBinding> acls,
                              const std::optional<AclOrigin>& origin) {
  std::vector<Record> records;
  for (const AclBinding& acl : acls) {
    const AclLedgerRecord entry{acl, origin};
    absl::StatusOr<std::string> key = entry.EncodeKey();
    if (!key.ok()) return key.status();
    absl::StatusOr<std::optional<std::string>> value = entry.EncodeValue();
    if (!value.ok()) return value.status();
    Record record;
    record.timestamp_ms = absl::ToUnixMillis(clock_->WallTime());
    record.key = *std::move(key);
    record.value = *std::move(value);
    records.push_back(std::move(record));
  }
  return writer_->Write(std::move(records));
}

void AclLedger::Cancel() {
  follower_->Cancel();
  writer_->Cancel();
}

}  // namespace mirror::internal
