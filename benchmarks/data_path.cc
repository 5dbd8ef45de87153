// SPDX-License-Identifier: Apache-2.0
//
// The steps of `tools/bench data-path`; see there.
//
//   data_path ready  SERVERS...
//   data_path fill   --source=S --topic=T --records=N --size=BYTES
//   data_path bare   --source=S --target=T --topic=T --alias=A --records=N
//   data_path engine --source=S --target=T --topic=T --alias=A --records=N
//   data_path await  --target=T --topic=T --alias=A --records=N
//
// The last three print one line of NAME=VALUE pairs.

#include "benchmarks/data_path.h"

#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/kafka/kafka_cluster.h"

ABSL_FLAG(std::string, source, "", "bootstrap servers of the source");
ABSL_FLAG(std::string, target, "", "bootstrap servers of the target");
ABSL_FLAG(std::string, topic, "records", "the source topic");
ABSL_FLAG(std::string, alias, "bench", "the copy is ALIAS.TOPIC");
ABSL_FLAG(int32_t, partitions, 8, "of the topic");
ABSL_FLAG(int64_t, records, 1'000'000, "of the topic");
ABSL_FLAG(int64_t, size, 100, "bytes of a value");
ABSL_FLAG(std::string, compression, "none", "codec of the source topic");

namespace mirror::benchmark {
namespace {

std::unique_ptr<Cluster> Connect(const std::string& servers) {
  KafkaClusterOptions options;
  options.alias = servers;
  options.properties = {{"bootstrap.servers", servers}};
  options.producer = {{"linger.ms", "20"},
                      {"compression.type", absl::GetFlag(FLAGS_compression)}};
  auto cluster = KafkaCluster::Create(std::move(options));
  if (cluster.ok()) return *std::move(cluster);
  absl::FPrintF(stderr, "data_path: %s\n", cluster.status().message());
  std::exit(2);
}

absl::Status Ready(const std::string& servers) {
  const auto cluster = Connect(servers);
  const auto admin = cluster->NewAdmin("bench");
  if (!admin.ok()) return admin.status();
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (true) {
    const absl::Status status = (*admin)->ClusterId().status();
    if (status.ok() || absl::Now() >= deadline) return status;
    absl::SleepFor(absl::Milliseconds(100));
  }
}

absl::Status CreateTopic(Cluster* cluster, const std::string& name,
                         int32_t partitions) {
  const auto admin = cluster->NewAdmin("bench");
  if (!admin.ok()) return admin.status();
  return (*admin)->CreateTopics({{name, partitions, -1, {}}}).front();
}

// Lets go of the disk space of a copy.
absl::Status DeleteTopic(Cluster* cluster, const std::string& name) {
  const auto admin = cluster->NewAdmin("bench");
  if (!admin.ok()) return admin.status();
  return (*admin)->DeleteTopics({name}).front();
}

// Text that compresses about as well as JSON does.
std::string Value(int64_t seed, int64_t size) {
  std::string value;
  while (static_cast<int64_t>(value.size()) < size) {
    seed = seed * 6364136223846793005 + 1442695040888963407;
    absl::StrAppend(&value, "\"field\":", (seed >> 40) & 0xffffff, ",");
  }
  value.resize(size);
  return value;
}

absl::Status Fill(const CopyJob& job, int64_t size) {
  const auto cluster = Connect(job.source);
  absl::Status status = CreateTopic(cluster.get(), job.topic, job.partitions);
  if (!status.ok()) return status;
  const auto sink = cluster->NewSink({"bench", 64 << 20});
  if (!sink.ok()) return sink.status();
  std::vector<Record> records(500);
  for (size_t i = 0; i < records.size(); ++i) {
    records[i].timestamp_ms = absl::ToUnixMillis(absl::Now());
    records[i].value = Value(static_cast<int64_t>(i), size);
  }
  int64_t sent = 0;
  for (int32_t p = 0; sent < job.records; p = (p + 1) % job.partitions) {
    if (job.records - sent < static_cast<int64_t>(records.size())) {
      records.resize(job.records - sent);
    }
    const TopicPartition target = {job.topic, p};
    OwnedRecordBatch batch(target, records);
    for (int64_t next = 0; next < batch.count();) {
      status = (*sink)->Send(target, &batch, &next);
      std::vector<Ack> acks;
      if (status.ok() || absl::IsNotFound(status)) {
        status = (*sink)->Poll(absl::Milliseconds(10), &acks);
      }
      if (!status.ok()) return status;
    }
    sent += batch.count();
  }
  while (status.ok() && (*sink)->in_flight() > 0) {
    std::vector<Ack> acks;
    status = (*sink)->Poll(absl::Milliseconds(100), &acks);
  }
  return status;
}

// Watches somebody else's copy.
absl::StatusOr<Stopwatch> Await(const CopyJob& job) {
  const auto cluster = Connect(job.target);
  const auto admin = cluster->NewAdmin("bench");
  if (!admin.ok()) return admin.status();
  std::vector<TopicPartition> all;
  for (int32_t i = 0; i < job.partitions; ++i) {
    all.push_back({job.target_topic(), i});
  }
  Stopwatch watch;
  while (watch.records() < job.records) {
    absl::SleepFor(absl::Milliseconds(50));
    int64_t records = 0;
    for (const auto& end : (*admin)->ListOffsets(all, OffsetSpec::kLatest)) {
      records += end.ok() ? *end : 0;
    }
    watch.Note(records);
  }
  return watch;
}

// What this process has used.
void PrintFigures(const Stopwatch& watch) {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  const double cpu =
      absl::ToDoubleSeconds(absl::DurationFromTimeval(usage.ru_utime) +
                            absl::DurationFromTimeval(usage.ru_stime));
  absl::PrintF("rate=%.0f cpu=%.3f rss=%d first=%.2f\n",
               watch.records_per_second(),
               cpu * 1e6 / static_cast<double>(watch.records()),
               usage.ru_maxrss / 1024, absl::ToDoubleSeconds(watch.to_first()));
}

absl::Status CopyAndPrint(const CopyJob& job, const std::string& how) {
  absl::StatusOr<Stopwatch> watch;
  if (how == "bare") {
    absl::Status status = CreateTopic(Connect(job.target).get(),
                                      job.target_topic(), job.partitions);
    if (!status.ok()) return status;
    watch = CopyBare(job);
  } else if (how == "engine") {
    watch = CopyWithEngine(job);
  } else {
    watch = Await(job);
  }
  if (!watch.ok()) return watch.status();
  PrintFigures(*watch);
  return DeleteTopic(Connect(job.target).get(), job.target_topic());
}

int Main(const std::vector<std::string>& arguments) {
  const CopyJob job = {
      absl::GetFlag(FLAGS_source),  absl::GetFlag(FLAGS_target),
      absl::GetFlag(FLAGS_topic),   absl::GetFlag(FLAGS_partitions),
      absl::GetFlag(FLAGS_records), absl::GetFlag(FLAGS_alias)};
  const std::string verb = arguments.empty() ? "" : arguments[0];
  absl::Status status;
  if (verb == "ready") {
    for (size_t i = 1; status.ok() && i < arguments.size(); ++i) {
      status = Ready(arguments[i]);
    }
  } else if (verb == "fill") {
    status = Fill(job, absl::GetFlag(FLAGS_size));
  } else if (verb == "bare" || verb == "engine" || verb == "await") {
    status = CopyAndPrint(job, verb);
  } else {
    status = absl::InvalidArgumentError("ready, fill, bare, engine or await?");
  }
  if (status.ok()) return 0;
  absl::FPrintF(stderr, "data_path: %s: %s\n", verb, status.message());
  return 1;
}

}  // namespace
}  // namespace mirror::benchmark

int main(int argc, char** argv) {
  const std::vector<char*> left = absl::ParseCommandLine(argc, argv);
  return mirror::benchmark::Main({left.begin() + 1, left.end()});
}
