// SPDX-License-Identifier: Apache-2.0
//
// The steps of `tools/bench data-path`; see there.
//
//   data_path ready  SERVERS...
//   data_path fill   --source=S --topic=T --records=N --size=BYTES
//   data_path bare   --source=S --target=T --topic=T --alias=A --records=N
//   data_path engine --source=S --target=T --topic=T --alias=A --records=N
//   data_path await  --target=T --topic=T --alias=A --records=N
//   data_path delays --source=S --target=T --topic=T --alias=A --records=N
//   data_path delete SERVERS TOPIC
//
// bare, engine, await and delays print one line of NAME=VALUE pairs.

#include "benchmarks/data_path.h"

#include <sys/resource.h>

#include <cstdio>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_format.h"

ABSL_FLAG(std::string, source, "", "bootstrap servers of the source");
ABSL_FLAG(std::string, target, "", "bootstrap servers of the target");
ABSL_FLAG(std::string, topic, "records", "the source topic");
ABSL_FLAG(std::string, alias, "bench", "the copy is ALIAS.TOPIC");
ABSL_FLAG(int32_t, partitions, 8, "of the topic");
ABSL_FLAG(int64_t, records, 1'000'000, "of the topic");
ABSL_FLAG(int64_t, size, 100, "fill: bytes of a value");
ABSL_FLAG(std::string, compression, "none", "fill: codec of the batches");
ABSL_FLAG(int, batch, 10'000, "fill: most records of a batch");
ABSL_FLAG(int64_t, rate, 1000, "delays: records a second");
ABSL_FLAG(int64_t, burst, 1, "delays: records to a partition at a time");
ABSL_FLAG(int64_t, warm_up, 5000, "delays: so many records are not measured");

namespace mirror::benchmark {
namespace {

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

absl::Status Copy(absl::StatusOr<Stopwatch> (*how)(const CopyJob&),
                  const CopyJob& job) {
  const absl::StatusOr<Stopwatch> watch = how(job);
  if (watch.ok()) PrintFigures(*watch);
  return watch.status();
}

absl::Status PrintDelays(const CopyJob& job) {
  const auto delays =
      MeasureDelays(job, {absl::GetFlag(FLAGS_rate), absl::GetFlag(FLAGS_burst),
                          absl::GetFlag(FLAGS_warm_up)});
  if (!delays.ok()) return delays.status();
  if (delays->empty()) return absl::InvalidArgumentError("all is warm-up");
  const auto at = [&](double part) {
    const auto i = static_cast<double>(delays->size() - 1) * part;
    return absl::ToDoubleMilliseconds((*delays)[static_cast<size_t>(i)]);
  };
  absl::PrintF("p50=%.2f p99=%.2f max=%.2f\n", at(0.5), at(0.99), at(1));
  return absl::OkStatus();
}

absl::Status Run(const std::vector<std::string>& words) {
  const CopyJob job = {
      absl::GetFlag(FLAGS_source),  absl::GetFlag(FLAGS_target),
      absl::GetFlag(FLAGS_topic),   absl::GetFlag(FLAGS_partitions),
      absl::GetFlag(FLAGS_records), absl::GetFlag(FLAGS_alias)};
  const std::string verb = words.empty() ? "" : words[0];
  if (verb == "fill") {
    return Fill(job,
                {absl::GetFlag(FLAGS_size), absl::GetFlag(FLAGS_compression),
                 absl::GetFlag(FLAGS_batch)});
  }
  if (verb == "bare") return Copy(CopyBare, job);
  if (verb == "engine") return Copy(CopyWithEngine, job);
  if (verb == "await") return Copy(AwaitCopy, job);
  if (verb == "delays") return PrintDelays(job);
  if (verb == "delete" && words.size() == 3) {
    return DeleteTopic(words[1], words[2]);
  }
  if (verb != "ready") return absl::InvalidArgumentError("no such step");
  absl::Status status;
  for (size_t i = 1; status.ok() && i < words.size(); ++i) {
    status = AwaitCluster(words[i]);
  }
  return status;
}

}  // namespace
}  // namespace mirror::benchmark

int main(int argc, char** argv) {
  const std::vector<char*> left = absl::ParseCommandLine(argc, argv);
  const absl::Status status =
      mirror::benchmark::Run({left.begin() + 1, left.end()});
  if (status.ok()) return 0;
  absl::FPrintF(stderr, "data_path: %s: %s\n", left.size() < 2 ? "" : left[1],
                status.message());
  return 1;
}
