// SPDX-License-Identifier: Apache-2.0
//
// A Kafka cluster in memory, behind the same ports as a real one: for tests of
// engines, policies and transforms, with the faults that brokers have. The
// suites in tests/contract run against it and against real brokers.
//
//   FakeCluster primary("primary");
//   primary.CreateTopic("orders", 2);
//   primary.Fill({"orders", 0}, 100);
//   primary.SetDown(true);

#ifndef MIRROR_TESTING_FAKE_CLUSTER_H_
#define MIRROR_TESTING_FAKE_CLUSTER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/topic_config.h"
#include "mirror/model/acl_binding.h"
#include "mirror/model/record.h"
#include "mirror/model/topic_partition.h"
#include "mirror/testing/fake_groups.h"

namespace mirror {

struct FakeClusterOptions {
  // Empty: one made from the alias. Give two fakes the same one to make them
  // look like one cluster under two names.
  std::string cluster_id;
  // Decides what a crash leaves; same seed and same calls, same outcome.
  uint64_t seed = 1;
  // Whether Poll() waits (real time) up to its timeout when there is nothing.
  // False for single-threaded simulations: then no call ever waits.
  bool waits = true;
};

// Purpose: a Cluster of one broker and its test verbs. What it models:
//
// Sources. Each Poll() brings at most one batch per partition. As with the real
// client a missing topic looks idle: it is never reported until it is there
// again, under another id. A source that reads across a truncation gets
// OutOfRange even if the log has grown since (leader epochs, KIP-320); one that
// is assigned afterwards only if it is given the epoch. Batches that outlive
// their source end the program, as a real client would hang.
//
// Sinks. Send() only takes records; Poll() lets the broker answer. Each Send()
// is one batch for the broker: it fails as a whole. Destroying a sink, or
// losing it with a process, is a crash: of what the broker has not answered, a
// prefix of seeded length per partition gets into the log (nothing if the
// cluster is down). So a lost ack is HoldAcks(), Poll(), and a new sink.
//
// Transactions. A transactional sink is asked for its id, commits and aborts
// when it is polled, and learns that it is fenced when it next writes or ends a
// transaction. What a crash leaves open stays so until the id has a new owner.
//
// Groups are in FakeGroups.
//
// Admins answer at once, with Unavailable while the cluster is down. Deleting a
// topic deletes what groups committed for it.
//
// Thread safety: thread-safe; starts no threads.
// Lifetime: must outlive what it makes.
// Errors: a verb for a partition that does not exist ends the program.
class FakeCluster final : public Cluster, public FakeGroups {
 public:
  explicit FakeCluster(const std::string& alias,
                       const FakeClusterOptions& options = {});
  ~FakeCluster() override;

  const std::string& alias() const override;
  absl::StatusOr<std::unique_ptr<RecordSource>> NewSource(
      const SourceOptions& options) override;
  absl::StatusOr<std::unique_ptr<RecordSink>> NewSink(
      const SinkOptions& options) override;
  absl::StatusOr<std::unique_ptr<GroupMembership>> NewMembership(
      const MembershipOptions& options) override;
  absl::StatusOr<std::unique_ptr<TransactionalSink>> NewTransactionalSink(
      const TransactionalSinkOptions& options) override;
  absl::StatusOr<std::unique_ptr<ClusterAdmin>> NewAdmin(
      const std::string& client_id) override;
  absl::StatusOr<std::unique_ptr<GroupAdmin>> NewGroupAdmin(
      const std::string& client_id) override;
  absl::StatusOr<std::unique_ptr<AclAdmin>> NewAclAdmin(
      const std::string& client_id) override;

  // Topics. An illegal or existing name ends the program.
  void CreateTopic(const std::string& name, int32_t partitions,
                   std::map<std::string, std::string> configs = {});
  void DeleteTopic(const std::string& name);
  bool HasTopic(const std::string& name) const;
  // 0: no such topic.
  int32_t PartitionCount(const std::string& name) const;
  // The topic's overrides. Of these, only max.message.bytes has an effect. A
  // name that Kafka does not know is refused.
  std::map<std::string, std::string> TopicConfigs(
      const std::string& name) const;
  // Sets an override by hand, or takes it away.
  void SetTopicConfig(const std::string& topic, const std::string& name,
                      std::optional<std::string> value);
  // What holds for topics without an override; also makes a name known.
  void SetBrokerConfig(TopicConfig config);

  // The cluster is wiped and formatted again: topics and groups are gone, and
  // it has another id.
  void Rebuild(const std::string& cluster_id);

  // Logs. Appending gives records their offsets and returns the first of them.
  int64_t Append(const TopicPartition& tp, Record record);
  int64_t Append(const TopicPartition& tp, std::vector<Record> records);
  // Appends `count` records, all different, with ascending timestamps.
  int64_t Fill(const TopicPartition& tp, int64_t count);
  // Of an aborted transaction, and its marker: hidden from read_committed.
  int64_t AppendAborted(const TopicPartition& tp, std::vector<Record> records);
  // Offsets without records: transaction markers, compacted records.
  int64_t AppendGap(const TopicPartition& tp, int64_t count = 1);
  // Loses records at and above `offset`, as an unclean leader election does.
  void TruncateTo(const TopicPartition& tp, int64_t offset);
  // An open transaction begins there, where the log ends for kLatest and for
  // read_committed sources; nullopt: there is none.
  void OpenTransactionAt(const TopicPartition& tp,
                         std::optional<int64_t> offset);
  // Loses records below `offset`, as retention does.
  void DeleteRecordsBefore(const TopicPartition& tp, int64_t offset);
  // What a read_committed reader would get: nothing of an open transaction, nor
  // behind its first record.
  std::vector<Record> Records(const TopicPartition& tp) const;
  int64_t LogStart(const TopicPartition& tp) const;
  int64_t LogEnd(const TopicPartition& tp) const;

  // ACLs; they are kept, and deny nothing.
  void AddAcl(const AclBinding& acl);
  void RemoveAcl(const AclBinding& acl);
  std::vector<AclBinding> Acls() const;
  // How many ACLs admins were asked to create or delete.
  int64_t AclWrites() const;
  // Whether the cluster has an authorizer, as it has at first.
  void SetAuthorizer(bool there);

  // How many sources were ever made, and how many sinks there are now.
  int64_t SourcesMade() const;
  int64_t OpenSinks() const;

  // Weather. While the cluster is down nothing answers: produces stay in
  // flight, fetches bring nothing, admin calls are Unavailable.
  void SetDown(bool down);
  // The same for one partition, as without a leader; others continue.
  void SetPartitionDown(const TopicPartition& tp, bool down);

  // Refusals, until called again with OkStatus(). Produces fail in the ack,
  // fetches stop the partition with an event.
  void FailProduce(const std::string& topic, absl::Status status);
  void FailProduce(const TopicPartition& tp, absl::Status status);
  void FailFetch(const TopicPartition& tp, absl::Status status);
  void RefuseCreateTopics(absl::Status status);
  // Describing the topic returns this, and no list of topics has it.
  void FailDescribe(const std::string& topic, absl::Status status);
  // Topics are listed and described without their ids.
  void HideTopicIds(bool hidden);
  // Setting or removing the topic config returns this.
  void RefuseTopicConfig(const std::string& name, absl::Status status);
  // Describing and altering configs of the topic; "": of any topic.
  void FailDescribeConfigs(const std::string& topic, absl::Status status);
  void FailAlterConfigs(const std::string& topic, absl::Status status);
  // Admins get this when they ask for ACLs; when they change any; when
  // they change one about the resource of that name.
  void RefuseDescribeAcls(absl::Status status);
  void RefuseAlterAcls(absl::Status status);
  void FailAcl(const std::string& resource, absl::Status status);
  // The next `count` batches that sinks send fail, whichever their topic.
  void FailNextProduces(int64_t count, absl::Status status);
  // Reads up to `offset` get DataLoss, until it is repaired.
  void CorruptAt(const TopicPartition& tp, int64_t offset);
  void RepairAt(const TopicPartition& tp, int64_t offset);

  // Acks. Held: records get into the log, but Poll() does not say so.
  void HoldAcks();
  void ReleaseAcks();
  // Sinks made before fail fatally; what the broker has not answered is lost.
  void FenceSinks();

  // Transactions. Taking over a transactional id fails with this.
  void RefuseTransactions(absl::Status status);
  // The next commit fails with an unknown outcome: whether it was committed.
  void LoseNextCommit(bool committed);

  // Limits. Bytes are of keys, values and headers. Larger than the topic
  // allows: the ack is InvalidArgument; than clients may send: Send() is.
  void SetMaxMessageBytes(const std::string& topic, int64_t bytes);
  void SetClientMaxMessageBytes(int64_t bytes);
  // Records a sink takes before it is full, and per batch of a source.
  void SetBufferLimit(int64_t records);
  void SetMaxBatchRecords(int64_t records);
};

}  // namespace mirror

#endif  // MIRROR_TESTING_FAKE_CLUSTER_H_
