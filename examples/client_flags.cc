// SPDX-License-Identifier: Apache-2.0

#include "examples/client_flags.h"

#include <algorithm>
#include <cstdio>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "mirror/config/config_file.h"
#include "mirror/java/config_sources.h"
#include "mirror/java/java_client_settings.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/policy/renaming_replication_policy.h"

ABSL_FLAG(std::string, bootstrap_server, "", "HOST:PORT of the cluster");
ABSL_FLAG(std::string, command_config, "",
          "properties file with Java client settings, e.g. security");
ABSL_FLAG(absl::Duration, timeout, absl::Seconds(30),
          "how long to wait for answers");
ABSL_FLAG(std::string, separator, ".", "replication.policy.separator");
ABSL_FLAG(bool, identity, false, "topics keep their names on the target");
ABSL_FLAG(std::string, rename, "", "replication.policy.rename: FROM:TO,...");

namespace mirror::internal {
namespace {

absl::Status AddJavaSettings(const std::string& file,
                             std::map<std::string, std::string>* properties) {
  const ConfigSources sources = ConfigSources::System();
  const absl::StatusOr<std::string> text = sources.read_file(file);
  if (!text.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--command-config ", file, ": cannot be read: ",
                     absl::StripPrefix(text.status().message(), file + ": ")));
  }
  const ConfigFile java = ConfigFile::Parse(*text, file, sources);
  const TranslatedSettings translated =
      TranslateJavaClientSettings(JavaClient::kAdmin, java.values(), sources);
  for (const std::string& warning : translated.warnings) {
    std::fprintf(stderr, "warning: %s\n", warning.c_str());
  }
  std::vector<std::string> errors = java.errors();
  errors.insert(errors.end(), translated.errors.begin(),
                translated.errors.end());
  if (!errors.empty()) {
    return absl::InvalidArgumentError(absl::StrJoin(errors, "\n"));
  }
  for (const auto& [name, value] : translated.librdkafka) {
    (*properties)[name] = value.text;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const ReplicationPolicy>> PrefixPolicy() {
  if (absl::GetFlag(FLAGS_identity)) {
    IdentityReplicationPolicy::Options options;
    options.separator = absl::GetFlag(FLAGS_separator);
    return IdentityReplicationPolicy::Create(std::move(options));
  }
  DefaultReplicationPolicy::Options options;
  options.separator = absl::GetFlag(FLAGS_separator);
  return DefaultReplicationPolicy::Create(std::move(options));
}

}  // namespace

void ParseClientFlags(const std::string& usage, int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    std::string argument = argv[i];
    if (!absl::StartsWith(argument, "--")) continue;
    const size_t end = std::min(argument.find('='), argument.size());
    std::replace(argv[i] + 2, argv[i] + end, '-', '_');
  }
  absl::SetProgramUsageMessage(usage);
  absl::ParseCommandLine(argc, argv);
}

absl::StatusOr<std::map<std::string, std::string>> ClusterProperties() {
  std::map<std::string, std::string> properties;
  const std::string file = absl::GetFlag(FLAGS_command_config);
  if (!file.empty()) {
    absl::Status status = AddJavaSettings(file, &properties);
    if (!status.ok()) return status;
  }
  const std::string servers = absl::GetFlag(FLAGS_bootstrap_server);
  if (!servers.empty()) properties["bootstrap.servers"] = servers;
  if (properties.count("bootstrap.servers") == 0) {
    return absl::InvalidArgumentError("--bootstrap-server is missing");
  }
  return properties;
}

absl::StatusOr<std::shared_ptr<const ReplicationPolicy>> PolicyFromFlags() {
  auto inner = PrefixPolicy();
  auto names = ParseRenamedTopics(absl::GetFlag(FLAGS_rename));
  if (!inner.ok()) return inner.status();
  if (!names.ok()) return names.status();
  if (names->empty()) return inner;
  RenamingReplicationPolicy::Options options;
  options.names = *std::move(names);
  options.inner = *std::move(inner);
  return RenamingReplicationPolicy::Create(std::move(options));
}

absl::Duration TimeoutFromFlags() { return absl::GetFlag(FLAGS_timeout); }

int Fail(const absl::Status& status) {
  const std::string message(status.message());
  std::fprintf(stderr, "error: %s\n", message.c_str());
  return absl::IsInvalidArgument(status) ? 2 : 1;
}

}  // namespace mirror::internal
