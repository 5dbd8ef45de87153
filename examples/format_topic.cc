// SPDX-License-Identifier: Apache-2.0
//
// Prints the records of an internal topic of a mirror, ours or MM2's, a line
// each, as MM2's console formatters do; and the offset index, which those do
// not know. From the beginning to the end that the topic has now.

#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "examples/client_flags.h"
#include "examples/topic_lines.h"
#include "mirror/cluster/topic_follower.h"
#include "mirror/kafka/kafka_cluster.h"
#include "mirror/runtime/clock.h"

ABSL_FLAG(std::string, topic, "", "the topic to print");
ABSL_FLAG(std::string, kind, "",
          "heartbeats, checkpoints, offset-syncs or offset-index, where the "
          "topic's name does not tell");

namespace mirror::internal {
namespace {

constexpr char kUsage[] =
    "Prints the records of a mirror's internal topic.\n\n"
    "  format_topic --bootstrap-server HOST:PORT --topic TOPIC\n"
    "      [--kind KIND] [--command-config FILE]\n\n"
    "Records that are none of that kind are counted on standard error.\n"
    "Exit codes: 0 printed, 1 the topic cannot be read, 2 wrong arguments.";

absl::StatusOr<TopicKind> KindFromFlags(const std::string& topic) {
  const std::string name = absl::GetFlag(FLAGS_kind);
  const auto policy = PolicyFromFlags();
  if (!policy.ok()) return policy.status();
  const std::optional<TopicKind> kind =
      name.empty() ? DetectTopicKind(**policy, topic) : ParseTopicKind(name);
  if (kind.has_value()) return *kind;
  return absl::InvalidArgumentError(absl::StrCat(
      name.empty() ? absl::StrCat("--topic ", topic,
                                  ": its name tells no kind; give --kind ")
                   : absl::StrCat("--kind ", name, ": must be "),
      "heartbeats, checkpoints, offset-syncs or offset-index"));
}

absl::Status Print(Cluster* cluster, const std::string& topic, TopicKind kind) {
  Clock* const clock = Clock::System();
  const auto follower =
      TopicFollower::Create(cluster, topic, "format_topic", clock);
  if (!follower.ok()) return follower.status();
  int64_t skipped = 0;
  absl::Status last;
  const absl::Status status = (*follower)->CatchUp(
      clock->Now() + TimeoutFromFlags(),
      [&](const TopicPartition&, const RecordView& record) {
        const auto line =
            FormatRecord(kind, record.key.value_or(""), record.value);
        if (line.ok()) {
          std::cout << *line << "\n";
        } else {
          ++skipped;
          last = line.status();
        }
      },
      [] {});
  if (skipped > 0) {
    std::cerr << skipped << " records skipped, the last: " << last.message()
              << "\n";
  }
  return status;
}

absl::Status Run() {
  const std::string topic = absl::GetFlag(FLAGS_topic);
  if (topic.empty()) return absl::InvalidArgumentError("--topic is missing");
  const auto kind = KindFromFlags(topic);
  if (!kind.ok()) return kind.status();
  auto properties = ClusterProperties();
  if (!properties.ok()) return properties.status();
  KafkaClusterOptions options;
  options.alias = properties->at("bootstrap.servers");
  options.properties = *std::move(properties);
  const auto cluster = KafkaCluster::Create(std::move(options));
  if (!cluster.ok()) return cluster.status();
  return Print(cluster->get(), topic, *kind);
}

}  // namespace
}  // namespace mirror::internal

int main(int argc, char** argv) {
  mirror::internal::ParseClientFlags(mirror::internal::kUsage, argc, argv);
  const absl::Status status = mirror::internal::Run();
  return status.ok() ? 0 : mirror::internal::Fail(status);
}
