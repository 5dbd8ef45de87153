// SPDX-License-Identifier: Apache-2.0
//
// What every Cluster keeps, as one suite of tests per port. Run by FakeCluster
// and by the adapter on a real broker; a new implementation of the ports
// instantiates all six:
//
//   INSTANTIATE_TEST_SUITE_P(Mine, RecordSourceContract,
//   Values(&MyEnvironment));
//
// The suites read logs through RecordSource and write them through RecordSink
// and ClusterAdmin, so that an environment is small.

#ifndef TESTS_CONTRACT_CLUSTER_CONTRACT_H_
#define TESTS_CONTRACT_CLUSTER_CONTRACT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "mirror/cluster/cluster.h"
#include "mirror/model/record.h"
#include "mirror/model/topic_partition.h"

namespace mirror {

// A cluster of one broker for one test; topics and groups of earlier tests may
// be left in it. Faults of the environment itself fail the test (ADD_FAILURE).
class ContractEnvironment {
 public:
  virtual ~ContractEnvironment() = default;

  // It has an authorizer, which lets this client do everything.
  virtual Cluster* cluster() = 0;
  // Another one, which has none.
  virtual Cluster* cluster_without_authorizer() = 0;
  // The longest that anything promised may take.
  virtual absl::Duration patience() const = 0;

  // Appends `count` records in a transaction that is aborted; returns when its
  // marker is in the log.
  virtual void AppendAborted(const TopicPartition& tp, int64_t count) = 0;
  // Kafka's DeleteRecords.
  virtual void DeleteRecordsBefore(const TopicPartition& tp,
                                   int64_t offset) = 0;
  // Whether a bit of the batch that begins at `offset` is flipped on the disk.
  virtual void SetDamaged(const TopicPartition& tp, int64_t offset,
                          bool damaged) = 0;
  // Whether the group has a member, which reads `topic` and commits nothing.
  // Returns when the member has its partitions or has left.
  virtual void SetGroupActive(const std::string& group,
                              const std::string& topic, bool active) = 0;
  // The session of the member of that client id is over, which is destroyed, or
  // has had an outage for so long. Does nothing where sessions end by time.
  virtual void EndSession(const std::string& group,
                          const std::string& client_id) = 0;
  // Whether the broker answers nothing, connections kept (SIGSTOP).
  virtual void SetDown(bool down) = 0;
};

using ContractEnvironmentFactory = std::unique_ptr<ContractEnvironment> (*)();

// What the suites share.
class ClusterContract
    : public ::testing::TestWithParam<ContractEnvironmentFactory> {
 protected:
  // The cluster does not answer until End() or the end of the scope.
  class Outage {
   public:
    explicit Outage(ContractEnvironment* environment);
    ~Outage() { End(); }
    void End();

   private:
    ContractEnvironment* environment_;
  };

  ClusterContract();
  ~ClusterContract() override;

  ContractEnvironment* environment() { return environment_.get(); }
  Cluster* cluster() { return environment_->cluster(); }
  // Of the test, for work around what it tests.
  ClusterAdmin* admin() { return admin_.get(); }

  // A name that no other test uses.
  std::string UniqueName(absl::string_view prefix);
  // Creates a topic under such a name and waits until it is known.
  std::string NewTopic(int32_t partitions = 1,
                       std::map<std::string, std::string> configs = {});
  // Deletes the topic and creates one under its name, with one partition.
  void RecreateTopic(const std::string& topic);
  // Appends through a sink and waits for the acks.
  void Append(const TopicPartition& tp, std::vector<Record> records);
  // Reads from the log's start to its end.
  std::vector<Record> ReadAll(const TopicPartition& tp);

  // Repeats until `done` holds; false if patience is at an end before.
  bool Eventually(absl::FunctionRef<bool()> done);
  // Polls until `done` holds, collecting into `*fetched` or `*acks`.
  bool PollUntil(RecordSource* source, Fetched* fetched,
                 absl::FunctionRef<bool()> done);
  bool PollUntil(RecordSink* sink, std::vector<Ack>* acks,
                 absl::FunctionRef<bool()> done);
  // Polls until the partition says kEnd.
  bool PollUntilEnd(RecordSource* source, const TopicPartition& tp,
                    Fetched* fetched);
  // Sends all of `batch`, polling while the sink is full or does not know the
  // topic yet.
  void SendAll(RecordSink* sink, const TopicPartition& target,
               RecordBatch* batch, std::vector<Ack>* acks);
  // The same, and waits until nothing is in flight.
  std::vector<Ack> SendAndDrain(RecordSink* sink, const TopicPartition& target,
                                std::vector<Record> records);

  // Records with upstream offsets first, first + 1, ..., and values that tell
  // them apart, padded to `value_bytes`.
  static std::vector<Record> Numbered(int64_t first, int64_t count,
                                      size_t value_bytes = 0);
  // A record of every shape: null, empty and binary parts.
  static std::vector<Record> AllShapes();

  // The records of a partition that were fetched, its last event, and how
  // often it said kEnd.
  static std::vector<Record> RecordsOf(const Fetched& fetched,
                                       const TopicPartition& tp);
  static std::optional<PartitionEvent> LastEvent(const Fetched& fetched,
                                                 const TopicPartition& tp);
  static int64_t EndsOf(const Fetched& fetched, const TopicPartition& tp);

 private:
  const std::unique_ptr<ContractEnvironment> environment_;
  const std::unique_ptr<ClusterAdmin> admin_;
};

class RecordSourceContract : public ClusterContract {};
class RecordSinkContract : public ClusterContract {};
class TransactionalSinkContract : public ClusterContract {
 protected:
  std::unique_ptr<TransactionalSink> NewSink(const std::string& id);
  // One that has taken the transactional id over.
  std::unique_ptr<TransactionalSink> NewOwner(const std::string& id);
  // Polls until the sink is in this state.
  std::vector<Ack> Await(TransactionalSink* sink,
                         TransactionalSink::State state);
  // Polls until the sink fails.
  absl::Status AwaitFailure(TransactionalSink* sink);
  // The log's end, or what a read_committed reader gets, once the markers of
  // transactions that have ended are in the log, which may be a little later.
  int64_t SettledEnd(const TopicPartition& tp);
  std::vector<Record> ReadSettled(const TopicPartition& tp);
};
class ClusterAdminContract : public ClusterContract {};
class GroupAdminContract : public ClusterContract {};
class AclAdminContract : public ClusterContract {};
class GroupMembershipContract : public ClusterContract {};

}  // namespace mirror

#endif  // TESTS_CONTRACT_CLUSTER_CONTRACT_H_
