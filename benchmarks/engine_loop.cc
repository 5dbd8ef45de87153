// SPDX-License-Identifier: Apache-2.0

#include <cstdio>

#include "absl/time/clock.h"
#include "benchmarks/data_path.h"
#include "mirror/mirror_engine.h"
#include "mirror/policy/filters.h"

namespace mirror::benchmark {
namespace {

int64_t Acked(const MirrorEngine& engine) {
  int64_t records = 0;
  const EngineStatus engine_status = engine.Status();
  for (const FlowStatus& flow : engine_status.flows()) {
    for (const WorkerStatus& worker : flow.workers()) {
      for (const PartitionStatus& partition : worker.partitions()) {
        records += partition.records();
      }
    }
  }
  return records;
}

}  // namespace

absl::StatusOr<Stopwatch> CopyWithEngine(const CopyJob& job) {
  Stopwatch watch;
  Flow flow(job.alias, "target");
  flow.source.properties = {{"bootstrap.servers", job.source}};
  flow.target.properties = {{"bootstrap.servers", job.target}};
  auto topics = RegexTopicFilter::Create(job.topic);
  if (!topics.ok()) return topics.status();
  flow.topics = *std::move(topics);
  flow.replicate_heartbeats = false;  // they would be counted
  StreamLogSink log(stderr, StreamLogSink::Format::kText, LogLevel::kWarning);
  MirrorEngineOptions options({std::move(flow)});
  options.log = &log;
  auto engine = MirrorEngine::Create(std::move(options));
  if (!engine.ok()) return engine.status();
  absl::Status status = (*engine)->Start();
  while (status.ok() && watch.records() < job.records) {
    // Asking costs CPU for each partition, which is not the copy's.
    absl::SleepFor(absl::Microseconds(625) * job.partitions);
    watch.Note(Acked(**engine));
  }
  status.Update((*engine)->Stop());
  if (!status.ok()) return status;
  return watch;
}

}  // namespace mirror::benchmark
