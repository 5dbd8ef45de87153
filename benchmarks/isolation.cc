// SPDX-License-Identifier: Apache-2.0
//
// The steps of `tools/bench isolation`; see there.
//
//   isolation fill --source=S --topic=T --records=N --keyless=N
//   isolation copy --source=S --target=T --topic=T --records=N --alias=A
//                  --config=max.message.bytes=65536 --until=topic|beside
//
// copy copies the topic, and the topic "beside" with it, until one of them is
// copied, and prints one line of NAME=VALUE pairs.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "benchmarks/data_path.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/mirror_engine.h"
#include "mirror/policy/filters.h"

ABSL_FLAG(std::string, source, "", "bootstrap servers of the source");
ABSL_FLAG(std::string, target, "", "bootstrap servers of the target");
ABSL_FLAG(std::string, topic, "", "the source topic");
ABSL_FLAG(std::string, alias, "isolation", "the copy is ALIAS.TOPIC");
ABSL_FLAG(int64_t, records, 300'000, "of the topic");
ABSL_FLAG(int64_t, keyless, 0, "fill: one record in so many has no key");
ABSL_FLAG(std::string, config, "", "copy: NAME=VALUE, of the topic's copy");
ABSL_FLAG(std::string, until, "topic", "copy: topic or beside");

namespace mirror::benchmark {
namespace {

constexpr char kBeside[] = "beside";
constexpr int32_t kPartitions = 4;
constexpr int64_t kValueBytes = 1000;
constexpr int64_t kRecordsPerSend = 500;
// Asking costs CPU for each skipped record, which is not the copy's.
constexpr absl::Duration kLook = absl::Milliseconds(100);
// The copy has failed if it takes longer.
constexpr absl::Duration kPatience = absl::Minutes(10);

// Keys are different; one record in `keyless` has none.
std::vector<Record> Records(int64_t count, int64_t keyless) {
  std::vector<Record> records(count);
  for (int64_t i = 0; i < count; ++i) {
    Record& record = records[i];
    record.offset = UpstreamOffset(i);
    record.timestamp_ms = absl::ToUnixMillis(absl::Now());
    if (keyless == 0 || i % keyless != 0) record.key = absl::StrCat(i);
    record.value = std::string(kValueBytes, 'x');
  }
  return records;
}

absl::Status Fill() {
  const std::string source = absl::GetFlag(FLAGS_source);
  const std::string topic = absl::GetFlag(FLAGS_topic);
  absl::Status status = CreateTopic(source, topic, kPartitions);
  if (!status.ok()) return status;
  const auto cluster = Connect(source, {{"linger.ms", "20"}});
  if (!cluster.ok()) return cluster.status();
  const auto sink = (*cluster)->NewSink({"bench", 64 << 20});
  if (!sink.ok()) return sink.status();
  std::vector<Ack> acks;
  int32_t partition = 0;
  for (int64_t left = absl::GetFlag(FLAGS_records); left > 0;) {
    const int64_t count = std::min(left, kRecordsPerSend);
    const TopicPartition target{topic, partition++ % kPartitions};
    OwnedRecordBatch batch(target,
                           Records(count, absl::GetFlag(FLAGS_keyless)));
    for (int64_t next = 0; next < batch.count();) {
      status = (*sink)->Send(target, &batch, &next);
      if (!status.ok() && !absl::IsNotFound(status)) return status;
      status = (*sink)->Poll(absl::Milliseconds(1), &acks);
      if (!status.ok()) return status;
    }
    left -= count;
  }
  while ((*sink)->in_flight() > 0) {
    status = (*sink)->Poll(absl::Milliseconds(100), &acks);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// The copies, that of the topic with the config.
absl::Status CreateCopies() {
  const std::string alias = absl::GetFlag(FLAGS_alias);
  NewTopic copy{absl::StrCat(alias, ".", absl::GetFlag(FLAGS_topic)),
                kPartitions,
                -1,
                {}};
  if (const std::string config = absl::GetFlag(FLAGS_config); !config.empty()) {
    copy.configs.insert(absl::StrSplit(config, absl::MaxSplits('=', 1)));
  }
  const auto cluster = Connect(absl::GetFlag(FLAGS_target));
  if (!cluster.ok()) return cluster.status();
  const auto admin = (*cluster)->NewAdmin("bench");
  if (!admin.ok()) return admin.status();
  absl::Status status = (*admin)->CreateTopics({copy}).front();
  if (!status.ok()) return status;
  return CreateTopic(absl::GetFlag(FLAGS_target),
                     absl::StrCat(alias, ".", kBeside), kPartitions);
}

MirrorEngineOptions Options(LogSink* log) {
  Flow flow(absl::GetFlag(FLAGS_alias), "target");
  flow.source.properties = {{"bootstrap.servers", absl::GetFlag(FLAGS_source)}};
  flow.target.properties = {{"bootstrap.servers", absl::GetFlag(FLAGS_target)}};
  flow.topics = RegexTopicFilter::Create(
                    absl::StrCat(absl::GetFlag(FLAGS_topic), "|", kBeside))
                    .value();
  flow.topic_configs.enabled = false;  // the copy keeps the config it has
  flow.on_rejected_record = RejectedRecordPolicy::kSkip;
  flow.replicate_heartbeats = false;
  MirrorEngineOptions options({std::move(flow)});
  options.log = log;
  return options;
}

// Records that are copied, and those that were skipped.
struct Counts {
  int64_t copied = 0;
  int64_t skipped = 0;
  int64_t done() const { return copied + skipped; }
};

std::map<std::string, Counts> Count(const MirrorEngine& engine) {
  std::map<std::string, Counts> counts;
  const EngineStatus status = engine.Status();
  for (const WorkerStatus& worker : status.flows(0).workers()) {
    for (const PartitionStatus& partition : worker.partitions()) {
      counts[partition.topic()].copied += partition.records();
      counts[partition.topic()].skipped += partition.skipped_records();
    }
  }
  return counts;
}

// Until the one topic is copied, or the other.
absl::Status Measure(const MirrorEngine& engine) {
  const std::string topic = absl::GetFlag(FLAGS_topic);
  Stopwatch first;
  Stopwatch beside;
  Counts counts;
  const absl::Time start = absl::Now();
  const Stopwatch& last =
      absl::GetFlag(FLAGS_until) == kBeside ? beside : first;
  while (last.records() < absl::GetFlag(FLAGS_records)) {
    absl::SleepFor(kLook);
    auto all = Count(engine);
    counts = all[topic];
    first.Note(counts.done());
    beside.Note(all[kBeside].done());
    if (absl::Now() - start > kPatience) {
      return absl::DeadlineExceededError(
          absl::StrCat(last.records(), " records are copied or skipped"));
    }
  }
  absl::PrintF("time=%.2f beside=%.0f skipped=%d\n", first.seconds(),
               beside.records_per_second(), counts.skipped);
  return absl::OkStatus();
}

absl::Status Copy() {
  absl::Status status = CreateCopies();
  if (!status.ok()) return status;
  StreamLogSink log(stderr, StreamLogSink::Format::kText, LogLevel::kError);
  auto engine = MirrorEngine::Create(Options(&log));
  if (!engine.ok()) return engine.status();
  status = (*engine)->Start();
  if (status.ok()) status = Measure(**engine);
  status.Update((*engine)->Stop());
  return status;
}

absl::Status Run(const std::string& verb) {
  if (verb == "fill") return Fill();
  if (verb == "copy") return Copy();
  return absl::InvalidArgumentError("no such step");
}

}  // namespace
}  // namespace mirror::benchmark

int main(int argc, char** argv) {
  const std::vector<char*> left = absl::ParseCommandLine(argc, argv);
  const std::string verb = left.size() < 2 ? "" : left[1];
  const absl::Status status = mirror::benchmark::Run(verb);
  if (status.ok()) return 0;
  absl::FPrintF(stderr, "isolation: %s: %s\n", verb, status.message());
  return 1;
}
