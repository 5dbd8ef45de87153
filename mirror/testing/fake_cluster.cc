// SPDX-License-Identifier: Apache-2.0

#include "mirror/testing/fake_cluster.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/testing/fake_acl_admin.h"
#include "mirror/testing/fake_admin.h"
#include "mirror/testing/fake_cluster_state.h"
#include "mirror/testing/fake_membership.h"
#include "mirror/testing/fake_record_sink.h"
#include "mirror/testing/fake_record_source.h"
#include "mirror/testing/fake_transactional_sink.h"

namespace mirror {
namespace {

// For mistakes of the test itself, which no Status would bring to light.
[[noreturn]] void Die(const std::string& message) {
  std::fprintf(stderr, "FakeCluster: %s\n", message.c_str());
  std::abort();
}

internal::FakePartition& Partition(internal::FakeClusterState* state,
                                   const TopicPartition& tp)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(state->mu) {
  internal::FakePartition* partition = state->Find(tp);
  if (partition == nullptr) Die(state->NoTopic(tp.ToString()).ToString());
  return *partition;
}

Record NumberedRecord(int64_t number) {
  Record record;
  record.timestamp_ms = 1700000000000 + number;
  record.key = absl::StrCat("key-", number);
  record.value = absl::StrCat("value-", number);
  return record;
}

}  // namespace

FakeCluster::FakeCluster(const std::string& alias,
                         const FakeClusterOptions& options)
    : FakeGroups(std::make_unique<internal::FakeClusterState>(
          alias,
          options.cluster_id.empty() ? absl::StrCat("fake-", alias)
                                     : options.cluster_id,
          options.seed, options.waits)) {}

FakeCluster::~FakeCluster() = default;

const std::string& FakeCluster::alias() const { return state_->alias; }

absl::StatusOr<std::unique_ptr<RecordSource>> FakeCluster::NewSource(
    const SourceOptions& options) {
  {
    MutexLock lock(&state_->mu);
    ++state_->sources_made;
  }
  return std::make_unique<internal::FakeRecordSource>(state_.get(), options);
}

absl::StatusOr<std::unique_ptr<RecordSink>> FakeCluster::NewSink(
    const SinkOptions& options) {
  return std::make_unique<internal::FakeRecordSink>(state_.get(), options);
}

absl::StatusOr<std::unique_ptr<GroupMembership>> FakeCluster::NewMembership(
    const MembershipOptions& options) {
  return std::make_unique<internal::FakeMembership>(state_.get(), options);
}

absl::StatusOr<std::unique_ptr<TransactionalSink>>
FakeCluster::NewTransactionalSink(const TransactionalSinkOptions& options) {
  return std::make_unique<internal::FakeTransactionalSink>(state_.get(),
                                                           options);
}

absl::StatusOr<std::unique_ptr<ClusterAdmin>> FakeCluster::NewAdmin(
    const std::string& client_id) {
  return std::make_unique<internal::FakeClusterAdmin>(state_.get());
}

absl::StatusOr<std::unique_ptr<GroupAdmin>> FakeCluster::NewGroupAdmin(
    const std::string& client_id) {
  return std::make_unique<internal::FakeGroupAdmin>(state_.get());
}

absl::StatusOr<std::unique_ptr<AclAdmin>> FakeCluster::NewAclAdmin(
    const std::string& client_id) {
  return std::make_unique<internal::FakeAclAdmin>(state_.get());
}

void FakeCluster::CreateTopic(const std::string& name, int32_t partitions,
                              std::map<std::string, std::string> configs) {
  MutexLock lock(&state_->mu);
  const absl::Status status =
      state_->Create({name, partitions, -1, std::move(configs)});
  if (!status.ok()) Die(status.ToString());
}

void FakeCluster::DeleteTopic(const std::string& name) {
  MutexLock lock(&state_->mu);
  const absl::Status status = state_->Delete(name);
  if (!status.ok()) Die(status.ToString());
}

void FakeCluster::Rebuild(const std::string& cluster_id) {
  MutexLock lock(&state_->mu);
  state_->topics.clear();
  state_->groups.clear();
  state_->transactions.clear();
  state_->cluster_id = cluster_id;
}

bool FakeCluster::HasTopic(const std::string& name) const {
  MutexLock lock(&state_->mu);
  return state_->topics.count(name) > 0;
}

int32_t FakeCluster::PartitionCount(const std::string& name) const {
  MutexLock lock(&state_->mu);
  const auto it = state_->topics.find(name);
  return it == state_->topics.end()
             ? 0
             : static_cast<int32_t>(it->second.partitions.size());
}

std::map<std::string, std::string> FakeCluster::TopicConfigs(
    const std::string& name) const {
  MutexLock lock(&state_->mu);
  const auto it = state_->topics.find(name);
  if (it == state_->topics.end()) Die(state_->NoTopic(name).ToString());
  return it->second.configs;
}

void FakeCluster::SetTopicConfig(const std::string& topic,
                                 const std::string& name,
                                 std::optional<std::string> value) {
  MutexLock lock(&state_->mu);
  const absl::Status status =
      state_->AlterConfigs({topic, {{name, std::move(value)}}});
  if (!status.ok()) Die(status.ToString());
}

void FakeCluster::SetBrokerConfig(TopicConfig config) {
  MutexLock lock(&state_->mu);
  state_->broker_configs[config.name] = std::move(config);
}

int64_t FakeCluster::Append(const TopicPartition& tp, Record record) {
  MutexLock lock(&state_->mu);
  return Partition(state_.get(), tp).log.Append(std::move(record));
}

int64_t FakeCluster::Append(const TopicPartition& tp,
                            std::vector<Record> records) {
  MutexLock lock(&state_->mu);
  internal::FakeLog& log = Partition(state_.get(), tp).log;
  const int64_t first = log.end();
  for (Record& record : records) log.Append(std::move(record));
  return first;
}

int64_t FakeCluster::Fill(const TopicPartition& tp, int64_t count) {
  MutexLock lock(&state_->mu);
  internal::FakeLog& log = Partition(state_.get(), tp).log;
  const int64_t first = log.end();
  for (int64_t i = 0; i < count; ++i) log.Append(NumberedRecord(log.end()));
  return first;
}

int64_t FakeCluster::AppendAborted(const TopicPartition& tp,
                                   std::vector<Record> records) {
  MutexLock lock(&state_->mu);
  internal::FakeLog& log = Partition(state_.get(), tp).log;
  const int64_t first = log.end();
  for (Record& record : records) log.Append(std::move(record), true);
  log.Skip(1);
  return first;
}

int64_t FakeCluster::AppendGap(const TopicPartition& tp, int64_t count) {
  MutexLock lock(&state_->mu);
  internal::FakeLog& log = Partition(state_.get(), tp).log;
  const int64_t first = log.end();
  log.Skip(count);
  return first;
}

void FakeCluster::OpenTransactionAt(const TopicPartition& tp,
                                    std::optional<int64_t> offset) {
  MutexLock lock(&state_->mu);
  Partition(state_.get(), tp).open_from = offset;
}

void FakeCluster::HideTopicIds(bool hidden) {
  MutexLock lock(&state_->mu);
  state_->hide_topic_ids = hidden;
}

void FakeCluster::TruncateTo(const TopicPartition& tp, int64_t offset) {
  MutexLock lock(&state_->mu);
  internal::FakePartition& partition = Partition(state_.get(), tp);
  partition.log.TruncateTo(offset);
  partition.corrupt.erase(partition.corrupt.lower_bound(offset),
                          partition.corrupt.end());
}

void FakeCluster::DeleteRecordsBefore(const TopicPartition& tp,
                                      int64_t offset) {
  MutexLock lock(&state_->mu);
  internal::FakePartition& partition = Partition(state_.get(), tp);
  partition.log.DeleteBefore(offset);
  partition.corrupt.erase(partition.corrupt.begin(),
                          partition.corrupt.lower_bound(offset));
}

std::vector<Record> FakeCluster::Records(const TopicPartition& tp) const {
  MutexLock lock(&state_->mu);
  const internal::FakeLog& log = Partition(state_.get(), tp).log;
  std::vector<Record> records;
  for (const internal::FakeLog::Entry& entry : log.entries()) {
    if (entry.record.offset.value() >= log.stable_end()) break;
    if (!entry.aborted) records.push_back(entry.record);
  }
  return records;
}

int64_t FakeCluster::LogStart(const TopicPartition& tp) const {
  MutexLock lock(&state_->mu);
  return Partition(state_.get(), tp).log.start();
}

int64_t FakeCluster::LogEnd(const TopicPartition& tp) const {
  MutexLock lock(&state_->mu);
  return Partition(state_.get(), tp).log.end();
}

void FakeCluster::AddAcl(const AclBinding& acl) {
  MutexLock lock(&state_->mu);
  state_->acls.insert(acl);
}

void FakeCluster::RemoveAcl(const AclBinding& acl) {
  MutexLock lock(&state_->mu);
  state_->acls.erase(acl);
}

std::vector<AclBinding> FakeCluster::Acls() const {
  MutexLock lock(&state_->mu);
  return {state_->acls.begin(), state_->acls.end()};
}

int64_t FakeCluster::SourcesMade() const {
  MutexLock lock(&state_->mu);
  return state_->sources_made;
}

int64_t FakeCluster::OpenSinks() const {
  MutexLock lock(&state_->mu);
  return state_->open_sinks;
}

int64_t FakeCluster::AclWrites() const {
  MutexLock lock(&state_->mu);
  return state_->acl_writes;
}

void FakeCluster::SetAuthorizer(bool there) {
  MutexLock lock(&state_->mu);
  state_->authorizer = there;
}

void FakeCluster::RefuseDescribeAcls(absl::Status status) {
  MutexLock lock(&state_->mu);
  state_->describe_acls_refusal = std::move(status);
}

void FakeCluster::RefuseAlterAcls(absl::Status status) {
  MutexLock lock(&state_->mu);
  state_->alter_acls_refusal = std::move(status);
}

void FakeCluster::FailAcl(const std::string& resource, absl::Status status) {
  MutexLock lock(&state_->mu);
  internal::SetOrClear(&state_->acl_failures, resource, std::move(status));
}

void FakeCluster::SetDown(bool down) {
  MutexLock lock(&state_->mu);
  state_->down = down;
}

void FakeCluster::SetPartitionDown(const TopicPartition& tp, bool down) {
  MutexLock lock(&state_->mu);
  Partition(state_.get(), tp).down = down;
}

void FakeCluster::FailProduce(const std::string& topic, absl::Status status) {
  MutexLock lock(&state_->mu);
  internal::SetOrClear(&state_->produce_failures, topic, std::move(status));
}

void FakeCluster::FailProduce(const TopicPartition& tp, absl::Status status) {
  FailProduce(tp.ToString(), std::move(status));
}

void FakeCluster::FailFetch(const TopicPartition& tp, absl::Status status) {
  MutexLock lock(&state_->mu);
  internal::SetOrClear(&state_->fetch_failures, tp.ToString(),
                       std::move(status));
}

void FakeCluster::RefuseCreateTopics(absl::Status status) {
  MutexLock lock(&state_->mu);
  state_->create_topics_refusal = std::move(status);
}

void FakeCluster::RefuseTopicConfig(const std::string& name,
                                    absl::Status status) {
  MutexLock lock(&state_->mu);
  internal::SetOrClear(&state_->config_refusals, name, std::move(status));
}

void FakeCluster::FailDescribe(const std::string& topic, absl::Status status) {
  MutexLock lock(&state_->mu);
  internal::SetOrClear(&state_->describe_failures, topic, std::move(status));
}

void FakeCluster::FailDescribeConfigs(const std::string& topic,
                                      absl::Status status) {
  MutexLock lock(&state_->mu);
  internal::SetOrClear(&state_->describe_config_failures, topic,
                       std::move(status));
}

void FakeCluster::FailAlterConfigs(const std::string& topic,
                                   absl::Status status) {
  MutexLock lock(&state_->mu);
  internal::SetOrClear(&state_->alter_config_failures, topic,
                       std::move(status));
}

void FakeCluster::FailNextProduces(int64_t count, absl::Status status) {
  MutexLock lock(&state_->mu);
  state_->fail_next_produces = count;
  state_->next_produce_failure = std::move(status);
}

void FakeCluster::CorruptAt(const TopicPartition& tp, int64_t offset) {
  MutexLock lock(&state_->mu);
  Partition(state_.get(), tp).corrupt.insert(offset);
}

void FakeCluster::RepairAt(const TopicPartition& tp, int64_t offset) {
  MutexLock lock(&state_->mu);
  Partition(state_.get(), tp).corrupt.erase(offset);
}

void FakeCluster::HoldAcks() {
  MutexLock lock(&state_->mu);
  state_->hold_acks = true;
}

void FakeCluster::ReleaseAcks() {
  MutexLock lock(&state_->mu);
  state_->hold_acks = false;
}

void FakeCluster::FenceSinks() {
  MutexLock lock(&state_->mu);
  ++state_->fence;
}

void FakeCluster::RefuseTransactions(absl::Status status) {
  MutexLock lock(&state_->mu);
  state_->transactions_refusal = std::move(status);
}

void FakeCluster::LoseNextCommit(bool committed) {
  MutexLock lock(&state_->mu);
  state_->lose_commit = committed;
}

void FakeCluster::SetMaxMessageBytes(const std::string& topic, int64_t bytes) {
  MutexLock lock(&state_->mu);
  const auto it = state_->topics.find(topic);
  if (it == state_->topics.end()) Die(state_->NoTopic(topic).ToString());
  it->second.configs["max.message.bytes"] = absl::StrCat(bytes);
}

void FakeCluster::SetClientMaxMessageBytes(int64_t bytes) {
  MutexLock lock(&state_->mu);
  state_->client_max_message_bytes = bytes;
}

void FakeCluster::SetBufferLimit(int64_t records) {
  MutexLock lock(&state_->mu);
  state_->max_buffered_records = records;
}

void FakeCluster::SetMaxBatchRecords(int64_t records) {
  MutexLock lock(&state_->mu);
  state_->max_batch_records = records;
}

}  // namespace mirror
