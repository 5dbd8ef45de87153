// SPDX-License-Identifier: Apache-2.0
//
// An mm2.properties file of MirrorMaker 2's dedicated mode as the flows of an
// engine. Takes MM2's files unchanged, and says what MM2 keeps silent about.
//
//   auto config = MirrorMakerConfig::Load("mm2.properties",
//                                         ConfigSources::System());
//   if (!config.ok()) return config.status();  // one line for each mistake
//   auto engine = MirrorEngine::Create(config->flows());

#ifndef MIRROR_CONFIG_MIRROR_MAKER_CONFIG_H_
#define MIRROR_CONFIG_MIRROR_MAKER_CONFIG_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mirror/config/plugin_registry.h"
#include "mirror/flow.h"
#include "mirror/java/config_sources.h"

namespace mirror {
namespace internal {
struct ParsedFile;
}  // namespace internal

struct MirrorMakerOptions {
  // As --clusters: only flows into these run here. Empty: all flows.
  std::vector<std::string> target_clusters;
  // The classes that the file may name. They are made while the file is read.
  PluginRegistry plugins;
};

// MM2's connectors as they are given to Kafka Connect.
struct ConnectorFiles {
  // JSON: {"name": NAME, "config": {...}}, or the config alone, or Strimzi's
  // KafkaMirrorMaker2 resource.
  std::vector<std::string> connectors;
  // The properties file of the Connect worker. Empty: none; then the connectors
  // must say where their progress is stored.
  std::string worker;
};

// Thread safety: immutable. Lifetime: self-contained; the credentials of its
// flows read the file again when a client asks for them.
// Errors: InvalidArgument with every mistake of the file, a line for each:
// "mm2.properties:12: A->B.tasks.max = 0: must be at least 1". NotFound if the
// file cannot be read. No message shows a secret.
class MirrorMakerConfig {
 public:
  // `warnings`, if not null, is set to warnings() of a file with mistakes, too.
  static absl::StatusOr<MirrorMakerConfig> Load(
      const std::string& path, const ConfigSources& sources,
      const MirrorMakerOptions& options = {},
      std::vector<std::string>* warnings = nullptr);

  // The connectors of one pair of aliases become one flow. printed() is the
  // mm2.properties that says the same.
  static absl::StatusOr<MirrorMakerConfig> LoadConnectors(
      const ConnectorFiles& files, const ConfigSources& sources,
      const MirrorMakerOptions& options = {},
      std::vector<std::string>* warnings = nullptr);

  static absl::StatusOr<MirrorMakerConfig> Parse(
      absl::string_view text, absl::string_view file,
      const ConfigSources& sources, const MirrorMakerOptions& options = {},
      std::vector<std::string>* warnings = nullptr);

  const std::vector<std::string>& clusters() const { return clusters_; }
  // In the order of `clusters`, by source and then by target. `replicate` is
  // false for those that only write heartbeats.
  const std::vector<Flow>& flows() const { return flows_; }

  // Likely mistakes: unknown properties, values without effect, values that are
  // not taken as they are. Show them.
  const std::vector<std::string>& warnings() const { return warnings_; }
  // What was accepted although it means nothing here. Each once.
  const std::vector<std::string>& notes() const { return notes_; }

  // The configuration in force, for people: every property of every flow, where
  // it comes from, and the clients' settings in librdkafka's terms. Secrets are
  // hidden, and ${...} is shown as written.
  const std::string& printed() const { return printed_; }

 private:
  // `parse` reads the files, now and when credentials are asked for.
  static absl::StatusOr<MirrorMakerConfig> Make(
      const std::function<
          absl::StatusOr<internal::ParsedFile>(const PluginRegistry*)>& parse,
      const MirrorMakerOptions& options, std::vector<std::string>* warnings);

  std::vector<std::string> clusters_;
  std::vector<Flow> flows_;
  std::vector<std::string> warnings_;
  std::vector<std::string> notes_;
  std::string printed_;
};

}  // namespace mirror

#endif  // MIRROR_CONFIG_MIRROR_MAKER_CONFIG_H_
