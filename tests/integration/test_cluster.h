// SPDX-License-Identifier: Apache-2.0
//
// A real broker, and what operators and applications do with it around a
// mirror: topics, records, load.
//
//   auto cluster = TestCluster::Start("A").value();
//   cluster->CreateTopic("orders", 3);
//   Load load(cluster.get(), "orders");  // numbered records, until Stop()

#ifndef TESTS_INTEGRATION_TEST_CLUSTER_H_
#define TESTS_INTEGRATION_TEST_CLUSTER_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/flow.h"
#include "mirror/kafka/kafka_cluster.h"
#include "mirror/model/record.h"
#include "mirror/model/topic_partition.h"
#include "mirror/runtime/periodic_worker.h"
#include "tests/support/kafka_broker.h"

namespace mirror::internal::testing {

// Long enough for any machine; a test that waits this long has failed.
inline constexpr absl::Duration kPatience = absl::Seconds(60);

// Asks for `done` again and again until it holds. False: it never did.
bool Eventually(absl::FunctionRef<bool()> done,
                absl::Duration timeout = kPatience);
// The same for as long as `timeout`: false as soon as `holds` does not.
bool Throughout(absl::Duration timeout, absl::FunctionRef<bool()> holds);

// Every call but the constructor's is checked: what fails ends the test program
// or shows as a failure of the test.
// Thread safety: thread-compatible; main thread, as KafkaBroker.
class TestCluster {
 public:
  // As KafkaBroker::Start().
  static absl::StatusOr<std::unique_ptr<TestCluster>> Start(
      const std::string& alias, const std::vector<std::string>& settings = {},
      const std::string& host = "");

  KafkaBroker* broker() { return broker_.get(); }
  // After Kill(): with the settings of Start().
  void Restart();
  // An empty cluster with another id at the same address.
  void Rebuild();
  Cluster* cluster() { return cluster_.get(); }
  const std::string& servers() const { return broker_->bootstrap_servers(); }
  const std::string& alias() const { return cluster_->alias(); }

  // Returns when the topic can be used.
  void CreateTopic(const std::string& topic, int32_t partitions,
                   std::map<std::string, std::string> configs = {});
  // Returns when it is gone, or there again as another.
  void DeleteTopic(const std::string& topic);
  void AddPartitions(const std::string& topic, int32_t count);
  // 0: there is no such topic.
  int32_t Partitions(const std::string& topic);

  // Writes the records and waits until they are there.
  void Append(const TopicPartition& tp, std::vector<Record> records);
  // `count` records with the values first, first + 1, ...
  void AppendNumbers(const TopicPartition& tp, int64_t first, int64_t count);
  int64_t End(const TopicPartition& tp);
  // All records, by partition.
  std::vector<std::vector<Record>> Read(const std::string& topic);
  // Their values.
  std::vector<std::vector<std::string>> Values(const std::string& topic);

 private:
  TestCluster(std::vector<std::string> settings,
              std::unique_ptr<KafkaBroker> broker,
              std::unique_ptr<KafkaCluster> cluster,
              std::unique_ptr<ClusterAdmin> admin);

  const std::vector<std::string> settings_;
  const std::unique_ptr<KafkaBroker> broker_;
  const std::unique_ptr<KafkaCluster> cluster_;
  const std::unique_ptr<ClusterAdmin> admin_;
};

// An application that writes the numbers 0, 1, ... to each partition of a topic
// (some thousand a second) and gives up none of them, whatever the cluster
// does.
class Load {
 public:
  Load(TestCluster* cluster, const std::string& topic);
  ~Load();

  // Records per partition that are certainly in the log.
  int64_t written() const { return written_; }
  // Waits until all that was sent is in the log, and returns written().
  int64_t Stop();

 private:
  absl::Duration RunOnce();

  const std::vector<TopicPartition> partitions_;
  const std::unique_ptr<RecordSink> sink_;
  int64_t next_ = 0;
  std::atomic<int64_t> written_{0};
  std::unique_ptr<PeriodicWorker> worker_;
};

}  // namespace mirror::internal::testing

#endif  // TESTS_INTEGRATION_TEST_CLUSTER_H_
