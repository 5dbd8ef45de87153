// SPDX-License-Identifier: Apache-2.0
//
// Prints where a group that read on the source of a mirror resumes on its
// target, and commits it there if asked to. Only the target is contacted.

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <string>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "examples/client_flags.h"
#include "examples/translate_offsets_command.h"
#include "mirror/client/mirror_client.h"
#include "mirror/runtime/log.h"

ABSL_FLAG(std::string, source, "", "alias of the mirror's source");
ABSL_FLAG(std::string, group, "", "the consumer group");
ABSL_FLAG(std::string, topic_partition, "",
          "TOPIC:PARTITION on the source, to translate one position");
ABSL_FLAG(int64_t, offset, -1, "that position");
ABSL_FLAG(std::string, format, "text", "text or json");
ABSL_FLAG(bool, apply, false,
          "commit for the group, which must have no members; takes no "
          "partition back");

namespace mirror::internal {
namespace {

constexpr char kUsage[] =
    "Where a consumer group of a mirror's source resumes on its target.\n\n"
    "  translate_offsets --bootstrap-server HOST:PORT --source ALIAS\n"
    "      --group GROUP [--topic-partition T:P --offset N]\n"
    "      [--format text|json] [--apply] [--command-config FILE]\n\n"
    "Prints a line \"topic partition offset exact|lower-bound\" each, and on\n"
    "standard error a warning for records that the mirror skipped.\n"
    "Exit codes: 0 all known (and committed), 1 not so, 2 wrong arguments.";

absl::Status Wrong(absl::string_view message) {
  return absl::InvalidArgumentError(message);
}

absl::StatusOr<TranslateOffsetsCommand> CommandFromFlags() {
  TranslateOffsetsCommand command;
  command.source = absl::GetFlag(FLAGS_source);
  command.group = absl::GetFlag(FLAGS_group);
  command.offset = absl::GetFlag(FLAGS_offset);
  command.apply = absl::GetFlag(FLAGS_apply);
  command.timeout = TimeoutFromFlags();
  if (command.source.empty()) return Wrong("--source is missing");
  const std::string partition = absl::GetFlag(FLAGS_topic_partition);
  if (!partition.empty()) {
    auto parsed = ParseTopicColonPartition(partition);
    if (!parsed.ok()) return parsed.status();
    command.topic_partition = *std::move(parsed);
    if (command.offset < 0) return Wrong("--offset is missing");
  }
  if (command.group.empty() && (partition.empty() || command.apply)) {
    return Wrong("--group is missing");
  }
  const std::string format = absl::GetFlag(FLAGS_format);
  if (format != "text" && format != "json") {
    return Wrong("--format: must be text or json");
  }
  if (format == "json") command.format = TranslateOffsetsCommand::Format::kJson;
  return command;
}

absl::Status Run() {
  const auto command = CommandFromFlags();
  if (!command.ok()) return command.status();
  auto properties = ClusterProperties();
  if (!properties.ok()) return properties.status();
  auto policy = PolicyFromFlags();
  if (!policy.ok()) return policy.status();
  StreamLogSink log(stderr, StreamLogSink::Format::kText, LogLevel::kWarning);
  MirrorClientOptions options;
  options.alias = properties->at("bootstrap.servers");
  options.properties = *std::move(properties);
  options.policy = *std::move(policy);
  options.log = &log;
  options.request_timeout = std::min(options.request_timeout, command->timeout);
  const auto client = MirrorClient::Create(std::move(options));
  if (!client.ok()) return client.status();
  return RunTranslateOffsets(client->get(), *command, std::cout, std::cerr);
}

}  // namespace
}  // namespace mirror::internal

int main(int argc, char** argv) {
  mirror::internal::ParseClientFlags(mirror::internal::kUsage, argc, argv);
  const absl::Status status = mirror::internal::Run();
  return status.ok() ? 0 : mirror::internal::Fail(status);
}
