// SPDX-License-Identifier: Apache-2.0
//
// The hands of tools/demo: fills a cluster, watches a mirror, compares.
//
//   demo_data ready  BOOTSTRAP...      until all answer
//   demo_data load   BOOTSTRAP         writes the sample
//   demo_data watch  SOURCE TARGET     until the target has all of it
//   demo_data verify SOURCE TARGET     record by record
//
// Exit code 1 with a reason if that fails, 2 for wrong arguments.

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "mirror/kafka/kafka_cluster.h"
#include "mirror/model/format_count.h"
#include "tools/demo_data/loader.h"
#include "tools/demo_data/sample.h"
#include "tools/demo_data/verifier.h"
#include "tools/demo_data/watcher.h"

ABSL_FLAG(int64_t, records, 1'000'000, "records of the sample in total");
ABSL_FLAG(int64_t, since_ms, 0,
          "watch: when the mirror was started, in ms since the epoch; 0: now");
ABSL_FLAG(std::string, summary, "",
          "watch, verify: a file to append NAME=VALUE lines to");

namespace mirror::demo {
namespace {

constexpr absl::Duration kReadyTimeout = absl::Seconds(30);
constexpr absl::Duration kVerifyTimeout = absl::Minutes(2);
constexpr char kPrefix[] = "primary.";

std::unique_ptr<Cluster> Connect(const std::string& alias,
                                 const std::string& bootstrap_servers) {
  KafkaClusterOptions options;
  options.alias = alias;
  options.properties = {{"bootstrap.servers", bootstrap_servers}};
  options.producer = {{"linger.ms", "20"}};
  auto cluster = KafkaCluster::Create(std::move(options));
  if (!cluster.ok()) {
    absl::FPrintF(stderr, "demo_data: %s\n", cluster.status().message());
    std::exit(2);
  }
  return *std::move(cluster);
}

// Adds to the file of --summary, for the script to read.
void Summarize(const std::string& lines) {
  const std::string file = absl::GetFlag(FLAGS_summary);
  if (file.empty()) return;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(
      std::fopen(file.c_str(), "a"), std::fclose);
  if (out != nullptr) std::fputs(lines.c_str(), out.get());
}

absl::Status Ready(const std::vector<std::string>& servers) {
  for (const std::string& server : servers) {
    const auto cluster = Connect(server, server);
    absl::Status status = AwaitCluster(cluster.get(), kReadyTimeout);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Load(const std::string& server) {
  const absl::Time start = absl::Now();
  const int64_t end_ms = absl::ToUnixMillis(start);
  const auto cluster = Connect("primary", server);
  const auto topics = SampleTopics(absl::GetFlag(FLAGS_records));
  absl::Status status = CreateSampleTopics(cluster.get(), topics);
  int64_t records = 0;
  int64_t aborted = 0;
  for (const SampleTopic& topic : topics) {
    if (!status.ok()) break;
    records += topic.records;
    if (topic.kind != SampleTopic::Kind::kPayments) {
      status = LoadTopic(cluster.get(), topic, end_ms);
      continue;
    }
    const auto lost = LoadInTransactions(server, topic, end_ms);
    status = lost.status();
    if (lost.ok()) aborted += *lost;
  }
  if (!status.ok()) return status;
  absl::PrintF(
      "  %s records in %d topics, and %s of aborted transactions, in %.1f s\n",
      internal::FormatCount(records), topics.size(),
      internal::FormatCount(aborted),
      absl::ToDoubleSeconds(absl::Now() - start));
  Summarize(absl::StrCat("ABORTED=", aborted, "\n"));
  return absl::OkStatus();
}

absl::Status Watch(const std::string& source, const std::string& target) {
  const auto primary = Connect("primary", source);
  const auto standby = Connect("standby", target);
  WatchOptions options;
  options.prefix = kPrefix;
  const int64_t since_ms = absl::GetFlag(FLAGS_since_ms);
  options.start = since_ms == 0 ? absl::Now() : absl::FromUnixMillis(since_ms);
  auto watcher = Watcher::Create(primary.get(), standby.get(),
                                 SampleTopics(absl::GetFlag(FLAGS_records)),
                                 options, stdout);
  if (!watcher.ok()) return watcher.status();
  const auto result = (*watcher)->AwaitCopies();
  if (!result.ok()) return result.status();
  Summarize(absl::StrCat(
      "FIRST_MS=", absl::ToInt64Milliseconds(result->to_first_record),
      "\nLAST_MS=", absl::ToInt64Milliseconds(result->to_last_record), "\n"));
  return absl::OkStatus();
}

absl::Status Verify(const std::string& source, const std::string& target) {
  const auto primary = Connect("primary", source);
  const auto standby = Connect("standby", target);
  Comparison total;
  for (const auto& topic : SampleTopics(absl::GetFlag(FLAGS_records))) {
    const auto result =
        CompareTopic(primary.get(), topic.name, topic.partitions, standby.get(),
                     absl::StrCat(kPrefix, topic.name), kVerifyTimeout);
    if (!result.ok()) return result.status();
    if (result->records != topic.records) {
      return absl::DataLossError(
          absl::StrCat("topic ", topic.name, " has ", result->records,
                       " records instead of ", topic.records));
    }
    absl::PrintF("  %-12s%12s records equal\n", topic.name,
                 internal::FormatCount(result->records));
    std::fflush(stdout);
    total.records += result->records;
    total.bytes += result->bytes;
    total.tombstones += result->tombstones;
  }
  Summarize(absl::StrCat("RECORDS=", total.records, "\nBYTES=", total.bytes,
                         "\nTOMBSTONES=", total.tombstones, "\n"));
  return absl::OkStatus();
}

int Main(const std::vector<std::string>& arguments) {
  const std::string verb = arguments.empty() ? "" : arguments[0];
  absl::Status status;
  if (verb == "ready" && arguments.size() > 1) {
    status = Ready({arguments.begin() + 1, arguments.end()});
  } else if (verb == "load" && arguments.size() == 2) {
    status = Load(arguments[1]);
  } else if (verb == "watch" && arguments.size() == 3) {
    status = Watch(arguments[1], arguments[2]);
  } else if (verb == "verify" && arguments.size() == 3) {
    status = Verify(arguments[1], arguments[2]);
  } else {
    absl::FPrintF(stderr, "%s\n", absl::ProgramUsageMessage());
    return 2;
  }
  if (status.ok()) return 0;
  absl::FPrintF(stderr, "demo_data: %s\n", status.message());
  return 1;
}

}  // namespace
}  // namespace mirror::demo

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "usage: demo_data ready BOOTSTRAP... | load BOOTSTRAP |\n"
      "       watch SOURCE TARGET | verify SOURCE TARGET  [--records=N]");
  const std::vector<char*> left = absl::ParseCommandLine(argc, argv);
  return mirror::demo::Main({left.begin() + 1, left.end()});
}
