// SPDX-License-Identifier: Apache-2.0
//
// What a FakeCluster and the ports it made share: topics, groups and faults,
// behind one mutex.

#ifndef MIRROR_TESTING_FAKE_CLUSTER_STATE_H_
#define MIRROR_TESTING_FAKE_CLUSTER_STATE_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/cluster/topic_config.h"
#include "mirror/model/acl_binding.h"
#include "mirror/model/topic_partition.h"
#include "mirror/runtime/mutex.h"
#include "mirror/testing/fake_group.h"
#include "mirror/testing/fake_log.h"

namespace mirror::internal {

struct FakePartition {
  FakeLog log;
  bool down = false;
  std::set<int64_t> corrupt;
  // Where an open transaction begins.
  std::optional<int64_t> open_from;

  // What a read_committed reader sees as the log's end.
  int64_t StableEnd() const {
    return std::min(open_from.value_or(log.end()), log.stable_end());
  }
};

struct FakeTopic {
  std::string id;
  std::map<std::string, std::string> configs;
  std::vector<FakePartition> partitions;

  // The config max.message.bytes, or Kafka's default.
  int64_t MaxMessageBytes() const;
  bool Compacted() const;
};

// What the cluster knows of a transactional id.
struct FakeTransaction {
  // Of the owner: sinks with a lower one are fenced.
  int64_t epoch = 0;
  // The number of the transaction that is open, and where it has records; 0:
  // there is none.
  int64_t open = 0;
  std::set<TopicPartition> partitions;
};

// The more common ones, at Kafka's defaults.
std::map<std::string, TopicConfig> KafkasTopicConfigs();

// Thread safety: the mutex guards the rest; the constants need no lock.
struct FakeClusterState {
  FakeClusterState(std::string the_alias, std::string the_id, uint64_t seed,
                   bool may_wait)
      : alias(std::move(the_alias)),
        waits(may_wait),
        cluster_id(std::move(the_id)),
        random(seed) {}

  const std::string alias;
  const bool waits;

  Mutex mu;
  std::string cluster_id ABSL_GUARDED_BY(mu);
  std::map<std::string, FakeTopic> topics ABSL_GUARDED_BY(mu);
  // What holds where a topic has no override, by name; other names are unknown.
  std::map<std::string, TopicConfig> broker_configs ABSL_GUARDED_BY(mu) =
      KafkasTopicConfigs();
  std::map<std::string, FakeGroup> groups ABSL_GUARDED_BY(mu);
  int64_t members_joined ABSL_GUARDED_BY(mu) = 0;
  bool hold_sessions ABSL_GUARDED_BY(mu) = false;
  bool coordinator_down ABSL_GUARDED_BY(mu) = false;
  std::function<void()> on_group_offsets_listed ABSL_GUARDED_BY(mu);
  // By transactional id.
  std::map<std::string, FakeTransaction> transactions ABSL_GUARDED_BY(mu);
  int64_t transactions_begun ABSL_GUARDED_BY(mu) = 0;
  absl::Status transactions_refusal ABSL_GUARDED_BY(mu);
  // The answer to the next commit is lost; whether it is committed.
  std::optional<bool> lose_commit ABSL_GUARDED_BY(mu);
  int64_t topics_created ABSL_GUARDED_BY(mu) = 0;
  std::mt19937_64 random ABSL_GUARDED_BY(mu);

  bool down ABSL_GUARDED_BY(mu) = false;
  bool hold_acks ABSL_GUARDED_BY(mu) = false;
  int64_t fail_next_produces ABSL_GUARDED_BY(mu) = 0;
  absl::Status next_produce_failure ABSL_GUARDED_BY(mu);
  // By topic and by topic-partition, as printed.
  std::map<std::string, absl::Status> produce_failures ABSL_GUARDED_BY(mu);
  std::map<std::string, absl::Status> fetch_failures ABSL_GUARDED_BY(mu);
  // By group; by topic-partition, as printed.
  std::map<std::string, absl::Status> group_failures ABSL_GUARDED_BY(mu);
  std::map<std::string, absl::Status> set_offset_failures ABSL_GUARDED_BY(mu);
  absl::Status create_topics_refusal ABSL_GUARDED_BY(mu);

  bool authorizer ABSL_GUARDED_BY(mu) = true;
  std::set<AclBinding> acls ABSL_GUARDED_BY(mu);
  int64_t acl_writes ABSL_GUARDED_BY(mu) = 0;
  bool hide_topic_ids ABSL_GUARDED_BY(mu) = false;
  int64_t sources_made ABSL_GUARDED_BY(mu) = 0;
  int64_t open_sinks ABSL_GUARDED_BY(mu) = 0;
  absl::Status describe_acls_refusal ABSL_GUARDED_BY(mu);
  absl::Status alter_acls_refusal ABSL_GUARDED_BY(mu);
  // By the name of the resource.
  std::map<std::string, absl::Status> acl_failures ABSL_GUARDED_BY(mu);
  std::map<std::string, absl::Status> describe_failures ABSL_GUARDED_BY(mu);
  // By the topic config's name; by topic, or under "" for all topics.
  std::map<std::string, absl::Status> config_refusals ABSL_GUARDED_BY(mu);
  std::map<std::string, absl::Status> describe_config_failures
      ABSL_GUARDED_BY(mu);
  std::map<std::string, absl::Status> alter_config_failures ABSL_GUARDED_BY(mu);
  // Sinks made when it was lower are fenced.
  int64_t fence ABSL_GUARDED_BY(mu) = 0;
  int64_t max_batch_records ABSL_GUARDED_BY(mu) = 500;
  int64_t max_buffered_records ABSL_GUARDED_BY(mu) = 100000;
  int64_t client_max_message_bytes ABSL_GUARDED_BY(mu) = 1000000000;

  // Null if there is no such topic or partition.
  FakePartition* Find(const TopicPartition& tp)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);

  // OK, or that the id has a newer owner than that of `epoch`; OK without an
  // id.
  absl::Status Owns(const std::string& transactional_id, int64_t epoch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  // Writes the markers of the open transaction, if there is one.
  void EndTransaction(FakeTransaction* transaction, bool commit)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);

  // What broker and controller do with a topic; the codes of ClusterAdmin.
  absl::Status Create(const NewTopic& topic) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  absl::Status Delete(const std::string& topic)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  absl::StatusOr<std::vector<TopicConfig>> DescribeConfigs(
      const std::string& topic) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  absl::Status AlterConfigs(const TopicConfigOps& topic)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  // Why the cluster does not take the topic config; OK if it does.
  absl::Status CheckConfig(const std::string& topic,
                           const std::string& name) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);

  // What a call gets while the cluster is down; OK while it is up.
  absl::Status Reachable() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  // The failure set for the group; OK if none.
  absl::Status GroupFailure(const std::string& group) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  // The failure set for ACLs about the resource; OK if none.
  absl::Status AclFailure(const AclBinding& acl) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  // The failure set for the topic or for all; OK if none.
  absl::Status TopicFailure(const std::map<std::string, absl::Status>& failures,
                            const std::string& topic) const;
  // The failure set for the partition or its topic; OK if none.
  static absl::Status FailureFor(
      const std::map<std::string, absl::Status>& failures,
      const TopicPartition& tp);

  // "cluster ALIAS: SUBJECT: WHAT" with `code`.
  absl::Status Error(absl::StatusCode code, absl::string_view subject,
                     absl::string_view what) const;
  absl::Status NoTopic(absl::string_view subject) const {
    return Error(absl::StatusCode::kNotFound, subject,
                 "no such topic or partition");
  }
};

// Sets the failure of that name, or forgets it if `status` is OK.
void SetOrClear(std::map<std::string, absl::Status>* failures,
                const std::string& name, absl::Status status);

// Keys, values and headers, as SetMaxMessageBytes() counts.
int64_t RecordBytes(const Record& record);

}  // namespace mirror::internal

#endif  // MIRROR_TESTING_FAKE_CLUSTER_STATE_H_
