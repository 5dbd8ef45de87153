// SPDX-License-Identifier: Apache-2.0
//
// The steps of `tools/bench start`; see there.
//
//   start fill --target=T --alias=A --progress=N --runs=N
//   start day  --target=T --alias=A --partitions=N --seconds=N
//
// Both write what a flow A->... leaves in its progress and its index topic, as
// fast as it goes.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "benchmarks/data_path.h"
#include "mirror/cluster/internal_topic_config.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/model/murmur2.h"
#include "mirror/progress/connect_offset.h"
#include "mirror/progress/shard_of.h"
#include "mirror/sync/index_segment.h"
#include "mirror/sync/offset_sync_store.h"

ABSL_FLAG(std::string, target, "", "bootstrap servers of the target");
ABSL_FLAG(std::string, alias, "start", "of the flow's source");
ABSL_FLAG(int32_t, partitions, 1000, "source partitions of the flow");
ABSL_FLAG(int64_t, progress, 5'000'000, "fill: progress records");
ABSL_FLAG(int64_t, runs, 1'000'000, "fill: runs in the index");
ABSL_FLAG(int64_t, seconds, 3600, "day: of moving partitions");

namespace mirror::benchmark {
namespace {

constexpr int32_t kProgressPartitions = 25;
constexpr int32_t kIndexPartitions = 4;
// So that the cleaner leaves what `fill` writes alone.
constexpr char kNeverCleaned[] = "1073741824";
constexpr size_t kRecordsPerSend = 1000;
// What one commit of a flow puts into a batch, when each of its partitions
// moves.
constexpr int kRecordsOfACommit = 40;

TopicPartition Source(int32_t i) { return {"orders", i}; }

// Writes to the two topics, some records at a time.
class Writer {
 public:
  absl::Status Open(const std::map<std::string, std::string>& progress_configs,
                    const std::map<std::string, std::string>& index_configs) {
    auto cluster =
        Connect(absl::GetFlag(FLAGS_target),
                {{"linger.ms", "20"},
                 {"batch.num.messages", absl::StrCat(kRecordsOfACommit)}});
    if (!cluster.ok()) return cluster.status();
    cluster_ = *std::move(cluster);
    auto sink = cluster_->NewSink({"bench", 64 << 20});
    if (!sink.ok()) return sink.status();
    sink_ = *std::move(sink);
    const auto admin = cluster_->NewAdmin("bench");
    if (!admin.ok()) return admin.status();
    for (const absl::Status& status : (*admin)->CreateTopics(
             {{progress_topic_, kProgressPartitions, -1, progress_configs},
              {index_topic_, kIndexPartitions, -1, index_configs}})) {
      if (!status.ok()) return status;
    }
    absl::Status status = CreateTopic(absl::GetFlag(FLAGS_target),
                                      progress_topic_, kProgressPartitions);
    status.Update(CreateTopic(absl::GetFlag(FLAGS_target), index_topic_,
                              kIndexPartitions));
    return status;
  }

  absl::Status AddProgress(int32_t partition, int64_t offset) {
    std::string key =
        internal::SourceOffsetKey{absl::GetFlag(FLAGS_alias), Source(partition)}
            .Encode();
    const int32_t to = internal::PartitionForKey(key, kProgressPartitions);
    return Add({progress_topic_, to}, std::move(key),
               internal::EncodeConnectOffsetValue(UpstreamOffset(offset)));
  }

  // What the store has not written yet of source partitions.
  absl::Status AddIndex(OffsetSyncStore* store,
                        const std::vector<TopicPartition>& partitions) {
    const auto flush = store->PrepareFlush(partitions);
    if (!flush.ok()) return flush.status();
    for (const IndexRecord& record : flush->records()) {
      absl::Status status =
          Add({index_topic_,
               internal::ShardOf(record.topic_partition, kIndexPartitions)},
              record.key, record.value);
      if (!status.ok()) return status;
    }
    store->CommitFlush(*flush);
    return absl::OkStatus();
  }

  // Writes what is left, and waits until all is there.
  absl::Status Finish() {
    for (auto& [tp, records] : waiting_) {
      absl::Status status = Send(tp, &records);
      if (!status.ok()) return status;
    }
    while (sink_->in_flight() > 0) {
      std::vector<Ack> acks;
      absl::Status status = sink_->Poll(absl::Milliseconds(100), &acks);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Add(const TopicPartition& tp, std::string key,
                   std::optional<std::string> value) {
    std::vector<Record>& records = waiting_[tp];
    Record record;
    record.offset = UpstreamOffset(static_cast<int64_t>(records.size()));
    record.timestamp_ms = absl::ToUnixMillis(absl::Now());
    record.key = std::move(key);
    record.value = std::move(value);
    records.push_back(std::move(record));
    if (records.size() < kRecordsPerSend) return absl::OkStatus();
    return Send(tp, &records);
  }

  absl::Status Send(const TopicPartition& tp, std::vector<Record>* records) {
    if (records->empty()) return absl::OkStatus();
    OwnedRecordBatch batch(tp, std::exchange(*records, {}));
    for (int64_t next = 0; next < batch.count();) {
      absl::Status status = sink_->Send(tp, &batch, &next);
      std::vector<Ack> acks;
      if (status.ok() || absl::IsNotFound(status)) {
        status = sink_->Poll(absl::Milliseconds(1), &acks);
      }
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  const std::string progress_topic_ =
      absl::StrCat("mm2-offsets.", absl::GetFlag(FLAGS_alias), ".internal");
  const std::string index_topic_ =
      internal::OffsetIndexTopic(absl::GetFlag(FLAGS_alias));
  std::unique_ptr<Cluster> cluster_;
  std::unique_ptr<RecordSink> sink_;
  std::map<TopicPartition, std::vector<Record>> waiting_;
};

std::vector<TopicPartition> Sources() {
  std::vector<TopicPartition> sources;
  for (int32_t i = 0; i < absl::GetFlag(FLAGS_partitions); ++i) {
    sources.push_back(Source(i));
  }
  return sources;
}

absl::Status FillTopics() {
  const std::map<std::string, std::string> configs = {
      {"cleanup.policy", "compact"}, {"segment.bytes", kNeverCleaned}};
  Writer writer;
  if (absl::Status status = writer.Open(configs, configs); !status.ok()) {
    return status;
  }
  const std::vector<TopicPartition> sources = Sources();
  const auto count = static_cast<int64_t>(sources.size());
  for (int64_t i = 0; i < absl::GetFlag(FLAGS_progress); ++i) {
    absl::Status status =
        writer.AddProgress(static_cast<int32_t>(i % count), i / count);
    if (!status.ok()) return status;
  }
  OffsetSyncStore store;
  for (const TopicPartition& source : sources) {
    store.Begin(source, UpstreamOffset(0), {});
  }
  // A gap of the source behind each record makes a run of it.
  const int64_t per_partition = absl::GetFlag(FLAGS_runs) / count;
  for (const TopicPartition& source : sources) {
    for (int64_t i = 0; i < per_partition; ++i) {
      store.Append(source, {{UpstreamOffset(2 * i), DownstreamOffset(i), 1}});
    }
    if (absl::Status status = writer.AddIndex(&store, {source}); !status.ok()) {
      return status;
    }
  }
  return writer.Finish();
}

// Each second every partition has moved, and the flow commits.
absl::Status WriteDay() {
  Writer writer;
  absl::Status status = writer.Open(
      InternalTopicConfigs(internal::InternalTopicKind::kProgress),
      InternalTopicConfigs(internal::InternalTopicKind::kOffsetIndex));
  if (!status.ok()) return status;
  const std::vector<TopicPartition> sources = Sources();
  OffsetSyncStore store;
  for (const TopicPartition& source : sources) {
    store.Begin(source, UpstreamOffset(0), {});
  }
  for (int64_t second = 0; second < absl::GetFlag(FLAGS_seconds); ++second) {
    for (size_t i = 0; i < sources.size(); ++i) {
      store.Append(sources[i], {{UpstreamOffset(10 * second),
                                 DownstreamOffset(10 * second), 10}});
      status.Update(
          writer.AddProgress(static_cast<int32_t>(i), 10 * second + 9));
    }
    status.Update(writer.AddIndex(&store, sources));
    if (!status.ok()) return status;
  }
  return writer.Finish();
}

absl::Status Run(absl::string_view command) {
  if (command == "fill") return FillTopics();
  if (command == "day") return WriteDay();
  return absl::InvalidArgumentError("the first argument must be fill or day");
}

}  // namespace
}  // namespace mirror::benchmark

int main(int argc, char** argv) {
  const std::vector<char*> left = absl::ParseCommandLine(argc, argv);
  const absl::Status status =
      mirror::benchmark::Run(left.size() < 2 ? "" : left[1]);
  if (status.ok()) return 0;
  std::fprintf(stderr, "start: %s\n", status.ToString().c_str());
  return 1;
}
