// SPDX-License-Identifier: Apache-2.0

#include <utility>

#include "absl/time/clock.h"
#include "benchmarks/data_path.h"
#include "mirror/kafka/kafka_cluster.h"

namespace mirror::benchmark {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(60);

std::vector<TopicPartition> PartitionsOf(const std::string& topic,
                                         int32_t count) {
  std::vector<TopicPartition> partitions;
  for (int32_t i = 0; i < count; ++i) partitions.push_back({topic, i});
  return partitions;
}

// The sum of the partitions' ends; an error if one has no leader at work yet.
absl::StatusOr<int64_t> CountRecords(
    ClusterAdmin* admin, const std::vector<TopicPartition>& partitions) {
  int64_t records = 0;
  for (const auto& end : admin->ListOffsets(partitions, OffsetSpec::kLatest)) {
    if (!end.ok()) return end.status();
    records += *end;
  }
  return records;
}

// Calls `ask` until the answer is OK.
template <typename Ask>
absl::Status Await(Ask ask) {
  const absl::Time deadline = absl::Now() + kPatience;
  while (true) {
    absl::Status status = ask();
    if (status.ok() || absl::Now() >= deadline) return status;
    absl::SleepFor(absl::Milliseconds(100));
  }
}

// Calls `act` with an admin of the cluster.
template <typename Act>
absl::Status WithAdmin(const std::string& servers, Act act) {
  const auto cluster = Connect(servers);
  if (!cluster.ok()) return cluster.status();
  const auto admin = (*cluster)->NewAdmin("bench");
  return admin.ok() ? act(admin->get()) : admin.status();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Cluster>> Connect(
    const std::string& servers,
    const std::map<std::string, std::string>& producer) {
  KafkaClusterOptions options;
  options.alias = servers;
  options.properties = {{"bootstrap.servers", servers}};
  options.producer = producer;
  return KafkaCluster::Create(std::move(options));
}

absl::Status AwaitCluster(const std::string& servers) {
  return WithAdmin(servers, [](ClusterAdmin* admin) {
    return Await([&] { return admin->ClusterId().status(); });
  });
}

absl::Status CreateTopic(const std::string& servers, const std::string& name,
                         int32_t partitions) {
  return WithAdmin(servers, [&](ClusterAdmin* admin) {
    absl::Status status =
        admin->CreateTopics({{name, partitions, -1, {}}}).front();
    if (!status.ok() && !absl::IsAlreadyExists(status)) return status;
    return Await([&] {
      return CountRecords(admin, PartitionsOf(name, partitions)).status();
    });
  });
}

absl::Status DeleteTopic(const std::string& servers, const std::string& name) {
  return WithAdmin(servers, [&](ClusterAdmin* admin) {
    return admin->DeleteTopics({name}).front();
  });
}

absl::StatusOr<Stopwatch> AwaitCopy(const CopyJob& job) {
  const auto partitions = PartitionsOf(job.target_topic(), job.partitions);
  Stopwatch watch;
  absl::Status status = WithAdmin(job.target, [&](ClusterAdmin* admin) {
    while (watch.records() < job.records) {
      absl::SleepFor(absl::Milliseconds(50));
      const auto records = CountRecords(admin, partitions);
      if (records.ok()) watch.Note(*records);
    }
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return watch;
}

}  // namespace mirror::benchmark
