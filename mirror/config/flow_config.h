// SPDX-License-Identifier: Apache-2.0
//
// What one flow S->T is configured to do: a plain struct of typed values, made
// by MirrorMakerConfig, turned into engine options by the host. Knows
// nothing of librdkafka but the names of its settings.

#ifndef MIRROR_CONFIG_FLOW_CONFIG_H_
#define MIRROR_CONFIG_FLOW_CONFIG_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/java/config_value.h"

namespace mirror {

enum class LossPolicy { kStop, kSkip, kReseed };
enum class RefusedRecordPolicy { kStop, kSkip, kDeadLetter };
enum class ClusterSide { kSource, kTarget };
enum class InitialPosition { kEarliest, kLatest };

// One client's settings, in both languages.
struct ClientConfig {
  SettingMap java;        // as MM2 would give them to the Java client
  SettingMap librdkafka;  // translated
};

struct FlowConfig;

// The same flow as the file and its ${...} say now, or why they cannot be read.
// Thread-safe; reads files.
using FlowConfigReader =
    std::function<absl::StatusOr<std::shared_ptr<const FlowConfig>>()>;

// Defaults are those of the property table. An interval of
// absl::InfiniteDuration() means never.
struct FlowConfig {
  std::string source;  // entries of `clusters`
  std::string target;
  std::string source_alias;  // what MM2 calls them: the same, if not written
  std::string target_alias;

  bool enabled = false;          // replicate topics and checkpoints
  bool emit_heartbeats = false;  // may be all that a flow does
  int64_t tasks_max = 0;
  LossPolicy on_source_gap = LossPolicy::kStop;
  LossPolicy on_target_change = LossPolicy::kStop;
  RefusedRecordPolicy on_refused_record = RefusedRecordPolicy::kStop;
  std::string dead_letter_topic;
  InitialPosition start = InitialPosition::kEarliest;
  bool exactly_once = false;
  absl::Duration offset_flush_interval;
  int64_t offset_flush_bytes = 0;
  absl::Duration forget_deleted_topics_after;
  absl::Duration admin_timeout;

  std::string policy;  // DefaultReplicationPolicy or IdentityReplicationPolicy
  std::string separator;
  bool internal_topic_separator = true;
  std::string renamed_topics;  // for ParseRenamedTopics

  // Comma lists of regular expressions, for RegexTopicFilter and its kin.
  std::string topics;
  std::string topics_exclude;
  std::string groups;
  std::string groups_exclude;
  std::string config_properties_exclude;
  ClusterSide use_defaults_from = ClusterSide::kTarget;
  bool replicate_heartbeats = true;

  absl::Duration refresh_topics_interval;
  absl::Duration sync_topic_configs_interval;
  absl::Duration sync_topic_acls_interval;
  bool sync_prefixed_acls = false;
  bool sync_group_acls = false;
  bool remove_acls = false;
  absl::Duration refresh_groups_interval;
  absl::Duration emit_checkpoints_interval;
  absl::Duration sync_group_offsets_interval;
  bool follow_rewinds = false;
  absl::Duration emit_heartbeats_interval;

  bool emit_offset_syncs = true;
  ClusterSide offset_syncs_location = ClusterSide::kSource;
  int64_t offset_lag_max = 0;

  // -1: the broker's default.
  int64_t replication_factor = -1;
  int64_t checkpoints_replication_factor = -1;
  int64_t heartbeats_replication_factor = -1;
  int64_t offset_syncs_replication_factor = -1;
  int64_t offset_storage_replication_factor = -1;

  std::string offset_storage_topic;
  int64_t offset_storage_partitions = 0;
  std::string config_storage_topic;
  std::string status_storage_topic;
  std::string worker_group_id;

  ClientConfig source_consumer;
  ClientConfig target_consumer;  // checkpoints, offset syncs on the target
  ClientConfig source_admin;
  ClientConfig target_admin;
  ClientConfig data_producer;  // also checkpoints, heartbeats, progress
  ClientConfig offset_syncs_producer;

  // For secrets that have changed since. Null in a flow that was not read from
  // a file.
  FlowConfigReader read_again;

  // Every property of the table with the value in force: (name, value). What
  // PrintConfig shows.
  std::vector<std::pair<std::string, ConfigValue>> effective;

  // "A->B".
  std::string Name() const { return source + "->" + target; }
};

}  // namespace mirror

#endif  // MIRROR_CONFIG_FLOW_CONFIG_H_
