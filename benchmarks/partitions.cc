// SPDX-License-Identifier: Apache-2.0
//
// The steps of `tools/bench partitions`; see there.
//
//   partitions make --source=S --prefix=P --topics=N --partitions=N
//   partitions copy --source=S --target=T --prefix=P --partitions=N --idle=20
//
// copy prints one line of NAME=VALUE pairs.

#include <sys/resource.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "benchmarks/data_path.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/mirror_engine.h"
#include "mirror/policy/filters.h"

ABSL_FLAG(std::string, source, "", "bootstrap servers of the source");
ABSL_FLAG(std::string, target, "", "bootstrap servers of the target");
ABSL_FLAG(std::string, prefix, "", "topics are PREFIX-0, PREFIX-1, ...");
ABSL_FLAG(int32_t, topics, 3000, "how many");
ABSL_FLAG(int32_t, partitions, 10'000, "of all topics");
ABSL_FLAG(int64_t, idle, 20, "copy: seconds to measure when all is copied");

namespace mirror::benchmark {
namespace {

// The copy has failed if it takes longer.
constexpr absl::Duration kPatience = absl::Minutes(15);
// What the last records have set off is over then.
constexpr absl::Duration kSettle = absl::Seconds(15);
constexpr size_t kPartitionsPerRequest = 1000;

std::vector<NewTopic> Topics() {
  const int32_t count = absl::GetFlag(FLAGS_topics);
  std::vector<NewTopic> topics;
  for (int32_t i = 0; i < count; ++i) {
    // As even as can be.
    const int64_t all = absl::GetFlag(FLAGS_partitions);
    const auto partitions =
        static_cast<int32_t>((i + 1) * all / count - i * all / count);
    topics.push_back({absl::StrCat(absl::GetFlag(FLAGS_prefix), "-", i),
                      partitions,
                      -1,
                      {}});
  }
  return topics;
}

absl::Status Create(ClusterAdmin* admin, const std::vector<NewTopic>& topics) {
  std::vector<NewTopic> request;
  size_t partitions = 0;
  for (size_t i = 0; i < topics.size(); ++i) {
    request.push_back(topics[i]);
    partitions += topics[i].partitions;
    if (partitions < kPartitionsPerRequest && i + 1 < topics.size()) continue;
    for (const absl::Status& status : admin->CreateTopics(request)) {
      if (!status.ok() && !absl::IsAlreadyExists(status)) return status;
    }
    request.clear();
    partitions = 0;
  }
  return absl::OkStatus();
}

// One record to each partition.
absl::Status Write(RecordSink* sink, const std::vector<NewTopic>& topics) {
  std::vector<Ack> acks;
  for (const NewTopic& topic : topics) {
    for (int32_t i = 0; i < topic.partitions; ++i) {
      Record record;
      record.value = std::string(100, 'x');
      const TopicPartition target{topic.name, i};
      OwnedRecordBatch batch(target, {record});
      for (int64_t next = 0; next < batch.count();) {
        absl::Status status = sink->Send(target, &batch, &next);
        if (!status.ok() && !absl::IsNotFound(status)) return status;
        const bool wait = next < batch.count();
        status = sink->Poll(absl::Milliseconds(wait ? 10 : 0), &acks);
        if (!status.ok()) return status;
      }
    }
  }
  while (sink->in_flight() > 0) {
    absl::Status status = sink->Poll(absl::Milliseconds(100), &acks);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Make() {
  const auto cluster =
      Connect(absl::GetFlag(FLAGS_source), {{"linger.ms", "20"}});
  if (!cluster.ok()) return cluster.status();
  const auto admin = (*cluster)->NewAdmin("bench");
  if (!admin.ok()) return admin.status();
  const auto sink = (*cluster)->NewSink({"bench", 64 << 20});
  if (!sink.ok()) return sink.status();
  const std::vector<NewTopic> topics = Topics();
  absl::Status status = Create(admin->get(), topics);
  if (status.ok()) status = Write(sink->get(), topics);
  return status;
}

absl::Duration CpuTime() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return absl::DurationFromTimeval(usage.ru_utime) +
         absl::DurationFromTimeval(usage.ru_stime);
}

int64_t PeakMegabytes() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

// Partitions that are mirrored, and those of which the record is copied.
struct Counts {
  int64_t known = 0;
  int64_t copied = 0;
};

Counts Count(const MirrorEngine& engine) {
  Counts counts;
  const EngineStatus status = engine.Status();
  for (const WorkerStatus& worker : status.flows(0).workers()) {
    for (const PartitionStatus& partition : worker.partitions()) {
      ++counts.known;
      counts.copied += partition.records() > 0 ? 1 : 0;
    }
  }
  return counts;
}

MirrorEngineOptions Options(LogSink* log) {
  Flow flow("bench", "target");
  flow.source.properties = {{"bootstrap.servers", absl::GetFlag(FLAGS_source)}};
  flow.target.properties = {{"bootstrap.servers", absl::GetFlag(FLAGS_target)}};
  flow.topics =
      RegexTopicFilter::Create(absl::StrCat(absl::GetFlag(FLAGS_prefix), "-.*"))
          .value();
  flow.replicate_heartbeats = false;
  MirrorEngineOptions options({std::move(flow)});
  options.log = log;
  return options;
}

absl::Status Copy() {
  const int64_t partitions = absl::GetFlag(FLAGS_partitions);
  StreamLogSink log(stderr, StreamLogSink::Format::kText, LogLevel::kWarning);
  auto engine = MirrorEngine::Create(Options(&log));
  if (!engine.ok()) return engine.status();
  const absl::Time start = absl::Now();
  absl::Status status = (*engine)->Start();
  absl::Duration known = absl::InfiniteDuration();
  for (Counts counts; status.ok() && counts.copied < partitions;) {
    absl::SleepFor(absl::Milliseconds(500));
    counts = Count(**engine);
    if (counts.known == partitions) {
      known = std::min(known, absl::Now() - start);
    }
    if (absl::Now() - start > kPatience) {
      status = absl::DeadlineExceededError(absl::StrCat(
          counts.known, " partitions known, ", counts.copied, " copied"));
    }
  }
  if (!status.ok()) return status;
  const absl::Duration copied = absl::Now() - start;
  const absl::Duration copy_cpu = CpuTime();
  absl::SleepFor(kSettle);
  const absl::Duration before = CpuTime();
  const absl::Duration idle = absl::Seconds(absl::GetFlag(FLAGS_idle));
  absl::SleepFor(idle);
  const double idle_cpu = absl::FDivDuration(CpuTime() - before, idle);
  const double each = static_cast<double>(partitions);
  absl::PrintF(
      "known=%.1f copied=%.1f cpu=%.2f cpu_each=%.0f idle=%.1f idle_each=%.1f "
      "rss=%d\n",
      absl::ToDoubleSeconds(known), absl::ToDoubleSeconds(copied),
      absl::ToDoubleSeconds(copy_cpu),
      absl::ToDoubleMicroseconds(copy_cpu) / each, 100 * idle_cpu,
      1e6 * idle_cpu / each, PeakMegabytes());
  return (*engine)->Stop();
}

absl::Status Run(const std::string& verb) {
  if (verb == "make") return Make();
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
  absl::FPrintF(stderr, "partitions: %s: %s\n", verb, status.message());
  return 1;
}
