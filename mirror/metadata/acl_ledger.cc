// SPDX-License-Identifier: Apache-2.0

#include "mirror/metadata/acl_ledger.h"

#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "mirror/metadata/acl_ledger_record.h"
#include "mirror/model/record.h"
#include "mirror/model/topic_partition.h"

namespace mirror {
namespace {

constexpr absl::Duration kReadTimeout = absl::Minutes(1);

}  // namespace

absl::StatusOr<std::unique_ptr<AclLedger>> AclLedger::Create(
    Cluster* cluster, const std::string& topic, int32_t replication_factor,
    const std::string& client_id, Clock* clock) {
  auto follower = TopicFollower::Create(cluster, topic, client_id, clock);
  if (!follower.ok()) return follower.status();
  auto writer = InternalTopicWriter::Create(cluster, topic, replication_factor,
                                            client_id, clock);
  if (!writer.ok()) return writer.status();
  return std::unique_ptr<AclLedger>(
      new AclLedger(*std::move(follower), *std::move(writer), clock));
}

absl::Status AclLedger::Read() {
  const absl::Status status = follower_->CatchUp(
      clock_->Now() + kReadTimeout,
      [this](const TopicPartition&, const Record& record) {
        const auto entry =
            AclLedgerRecord::Decode(record.key.value_or(""), record.value);
        // Garbage names no ACL that could be removed.
        if (!entry.ok()) return;
        if (entry->created.has_value()) {
          acls_.insert(entry->acl);
        } else {
          acls_.erase(entry->acl);
        }
      },
      [this] { acls_.clear(); });
  return absl::IsNotFound(status) ? absl::OkStatus() : status;
}

absl::Status AclLedger::Add(absl::Span<const AclBinding> acls) {
  std::vector<AclBinding> fresh;
  for (const AclBinding& acl : acls) {
    if (acls_.count(acl) == 0) fresh.push_back(acl);
  }
  const absl::Status status = Write(fresh, clock_->Now());
  if (status.ok()) acls_.insert(fresh.begin(), fresh.end());
  return status;
}

absl::Status AclLedger::Remove(absl::Span<const AclBinding> acls) {
  const absl::Status status = Write(acls, std::nullopt);
  if (!status.ok()) return status;
  for (const AclBinding& acl : acls) acls_.erase(acl);
  return status;
}

absl::Status AclLedger::Write(absl::Span<const AclBinding> acls,
                              std::optional<absl::Time> created) {
  std::vector<Record> records;
  for (const AclBinding& acl : acls) {
    const AclLedgerRecord entry{acl, created};
    absl::StatusOr<std::string> key = entry.EncodeKey();
    if (!key.ok()) return key.status();
    Record record;
    record.timestamp_ms = absl::ToUnixMillis(clock_->Now());
    record.key = *std::move(key);
    record.value = entry.EncodeValue();
    records.push_back(std::move(record));
  }
  return writer_->Write(std::move(records));
}

void AclLedger::Cancel() {
  follower_->Cancel();
  writer_->Cancel();
}

}  // namespace mirror
