// SPDX-License-Identifier: Apache-2.0

#include "tests/interop/interop_test.h"

#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "mirror/testing/matchers.h"
#include "tests/support/java_tool.h"
#include "tests/support/mirror_maker.h"
#include "tests/support/raw_client.h"

namespace mirror::internal::testing {
namespace {

std::unique_ptr<TestCluster> StartOrExit(const std::string& alias) {
  auto cluster = TestCluster::Start(alias);
  if (!cluster.ok()) {
    std::fprintf(stderr, "%s\n", cluster.status().ToString().c_str());
    std::exit(1);
  }
  return *std::move(cluster);
}

// Those that begin with `mark`.
Lines LinesWith(absl::string_view mark, const std::string& output) {
  Lines lines;
  for (const absl::string_view line : absl::StrSplit(output, '\n')) {
    if (absl::StartsWith(line, mark)) lines.emplace_back(line);
  }
  return lines;
}

}  // namespace

TestCluster* InteropTest::A() {
  static const std::unique_ptr<TestCluster> kCluster = StartOrExit("A");
  return kCluster.get();
}

TestCluster* InteropTest::B() {
  static const std::unique_ptr<TestCluster> kCluster = StartOrExit("B");
  return kCluster.get();
}

std::string InteropTest::File(absl::string_view more) {
  return WriteProperties(
      absl::StrCat("# specify any number of cluster aliases\n"
                   "clusters = A, B\n"
                   "\n"
                   "# connection information for each cluster\n"
                   "A.bootstrap.servers = ",
                   A()->servers(), "\nB.bootstrap.servers = ", B()->servers(),
                   "\n\n"
                   "# enable and configure individual replication flows\n"
                   "A->B.enabled = true\n"
                   "A->B.topics = .*\n"
                   "B->A.enabled = true\n"
                   "B->A.topics = .*\n"
                   "\n"
                   "replication.factor=1\n"
                   "checkpoints.topic.replication.factor=1\n"
                   "heartbeats.topic.replication.factor=1\n"
                   "offset-syncs.topic.replication.factor=1\n"
                   "offset.storage.replication.factor=1\n"
                   "status.storage.replication.factor=1\n"
                   "config.storage.replication.factor=1\n"
                   "\n"
                   "refresh.topics.interval.seconds = 1\n"
                   "refresh.groups.interval.seconds = 1\n"
                   "emit.checkpoints.interval.seconds = 1\n"
                   "A.offset.flush.interval.ms = 1000\n"
                   "B.offset.flush.interval.ms = 1000\n",
                   more));
}

std::unique_ptr<ChildProcess> StartMm2(const std::string& file) {
  auto mm2 =
      StartJavaTool("org.apache.kafka.connect.mirror.MirrorMaker", {file});
  EXPECT_THAT(mm2.status(), IsOk());
  return *std::move(mm2);
}

void Stop(ChildProcess* process) {
  EXPECT_THAT(process->Signal(SIGTERM), IsOk()) << process->Output();
  // Java's code for it is that of the signal.
  EXPECT_THAT(process->Wait(kPatience),
              IsOkAndHolds(::testing::AnyOf(0, 128 + SIGTERM)))
      << process->Output();
}

void PlaceGroup(TestCluster* cluster, const std::string& group,
                const GroupOffsets& offsets) {
  AwaitGroupCoordinator(cluster->servers(), group);
  auto admin = cluster->cluster()->NewGroupAdmin("test").value();
  const auto results = admin->AlterGroupOffsets(group, offsets);
  ASSERT_THAT(results, IsOk());
  for (const auto& result : *results) EXPECT_THAT(result.second, IsOk());
}

std::unique_ptr<MirrorClient> NewClient(TestCluster* cluster) {
  return MirrorClient::Create({{"bootstrap.servers", cluster->servers()}},
                              nullptr)
      .value();
}

int64_t TruePosition(const std::vector<Record>& records, int64_t position) {
  return std::count_if(records.begin(), records.end(),
                       [position](const Record& record) {
                         return record.offset.value() < position;
                       });
}

Lines JavaTells(TestCluster* target, const std::string& source,
                const std::vector<std::string>& groups) {
  std::vector<std::string> arguments = {target->servers(), source};
  arguments.insert(arguments.end(), groups.begin(), groups.end());
  const auto output = RunJavaTool("tests/interop/RemoteClusters.java",
                                  arguments, kJavaPatience);
  EXPECT_THAT(output, IsOk());
  Lines lines = LinesWith("> ", output.value_or(""));
  std::sort(lines.begin(), lines.end());
  return lines;
}

Lines ClientTells(MirrorClient* client, const std::string& source,
                  const std::vector<std::string>& groups) {
  Lines lines = {absl::StrCat(
      "> hops ", client->ReplicationHops(source).value().value_or(-1))};
  const auto add = [&](absl::string_view what,
                       const absl::StatusOr<std::vector<std::string>>& names) {
    for (const std::string& name : names.value()) {
      lines.push_back(absl::StrCat("> ", what, " ", name));
    }
  };
  add("upstream", client->UpstreamClusters());
  add("heartbeats", client->HeartbeatTopics());
  add("checkpoints", client->CheckpointTopics());
  for (const std::string& group : groups) {
    const auto offsets =
        client->RemoteConsumerOffsets(source, group, kPatience).value();
    for (const auto& [tp, position] : offsets) {
      lines.push_back(absl::StrCat("> ", group, " ", tp.ToString(), " ",
                                   position.offset, " ", position.metadata));
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

Lines JavaPrints(TestCluster* cluster, const std::string& topic,
                 const std::string& formatter) {
  size_t count = 0;
  for (const auto& records : cluster->Read(topic)) count += records.size();
  const auto output = RunJavaTool(
      "org.apache.kafka.tools.consumer.ConsoleConsumer",
      {"--bootstrap-server", cluster->servers(), "--topic", topic,
       "--from-beginning", "--max-messages", absl::StrCat(count), "--formatter",
       absl::StrCat("org.apache.kafka.connect.mirror.formatters.", formatter)},
      kJavaPatience);
  EXPECT_THAT(output, IsOk());
  // HeartbeatFormatter prints Heartbeat{...}.
  const std::string mark(formatter.begin(), formatter.end() - 9);
  return LinesWith(absl::StrCat(mark, "{"), output.value_or(""));
}

Lines FormatTopicPrints(TestCluster* cluster, const std::string& topic) {
  const Ended ended = RunProgram({"examples/format_topic", "--bootstrap-server",
                                  cluster->servers(), "--topic", topic});
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  return absl::StrSplit(ended.output, '\n', absl::SkipEmpty());
}

}  // namespace mirror::internal::testing
