// SPDX-License-Identifier: Apache-2.0
//
// What a consumer application asks when its cluster is gone: where do I resume
// on the other one? MM2's MirrorClient and RemoteClusterUtils (KIP-382), with
// exact answers. Contacts the target of the mirror only, not the source, but
// for PreviewFailover().
//
//   auto client = mirror::MirrorClient::Create(standby_properties, policy);
//   auto positions = (*client)->TranslateOffsets("primary", "billing",
//                                                absl::Seconds(10));
//   if (!positions.ok()) return positions.status();
//   for (const auto& [topic_partition, position] : *positions)
//     Assign(topic_partition, position.offset);  // the next record to read

#ifndef MIRROR_CLIENT_MIRROR_CLIENT_H_
#define MIRROR_CLIENT_MIRROR_CLIENT_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/group_admin.h"
#include "mirror/model/offset.h"
#include "mirror/model/position.h"
#include "mirror/model/topic_partition.h"
#include "mirror/policy/replication_policy.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/log.h"

namespace mirror {

struct MirrorClientOptions {
  // librdkafka settings of the cluster to ask; bootstrap.servers is required.
  std::map<std::string, std::string> properties;
  // The policy of the mirror. Null: DefaultReplicationPolicy.
  std::shared_ptr<const ReplicationPolicy> policy;
  // What messages call the cluster.
  std::string alias = "target";
  // The longest that a call overruns its timeout if the cluster stalls.
  absl::Duration request_timeout = absl::Seconds(10);
  // Receives what librdkafka logs, and a line where records were skipped. Null:
  // the client is silent.
  LogSink* log = nullptr;
  Clock* clock = Clock::System();
  // Asked instead of a real cluster if set, e.g. a FakeCluster; `properties`
  // and `request_timeout` are then ignored.
  std::shared_ptr<Cluster> cluster;
};

struct FailoverPreviewOptions {
  std::string source_alias;
  // Only the source knows what is not copied yet, and what groups committed
  // after their last checkpoint. Null: it is gone, and that is unknown.
  std::shared_ptr<Cluster> source;
  // Whether the flow copies this topic of the source. Null: those of which
  // something was copied.
  std::function<bool(absl::string_view topic)> copies_topic;
  // Whether the flow translates this group. Null: those with checkpoints.
  std::function<bool(absl::string_view group)> translates_group;
  // Only this group; empty: all.
  std::string group;
  // Where the progress of the flow is. Empty: "mm2-offsets.S.internal" with the
  // alias for S, as in MM2's dedicated mode.
  std::string progress_topic;
};

// Purpose: translates positions from the records that a mirror left on its
// target: the offset index, checkpoints, and MM2's offset syncs if they are
// kept there. What a Java MM2 left serves as well. Each call reads what was
// added since the last one, so only the first costs time; what was read is
// kept, some 32 bytes per run (1 MiB per partition at most), and the
// checkpoints of all groups.
//
// Thread safety: thread-safe; calls about different sources do not wait for
// each other.
// Lifetime: calls must have ended before the client is destroyed; see Cancel().
// Errors: an answer is complete or an error.
//   DeadlineExceeded   the timeout passed; until then, errors that may end
//                      without help are retried
//   NotFound           the mirror left nothing there about what was asked
//   PermissionDenied, Unauthenticated   of one of the topics
//   Cancelled          after Cancel()
// Messages name cluster, topic and partition or group, and what to do.
class MirrorClient {
 public:
  // InvalidArgument, naming the setting. Contacts no cluster.
  static absl::StatusOr<std::unique_ptr<MirrorClient>> Create(
      MirrorClientOptions options);
  static absl::StatusOr<std::unique_ptr<MirrorClient>> Create(
      std::map<std::string, std::string> properties,
      std::shared_ptr<const ReplicationPolicy> policy);
  ~MirrorClient();
  MirrorClient(const MirrorClient&) = delete;
  MirrorClient& operator=(const MirrorClient&) = delete;

  // Where `group`, whose checkpoints say where it was on `source_alias`,
  // resumes here: an entry for each partition it has a checkpoint of, by its
  // name here. The source position is translated by the present index, not by
  // the one at the time when the checkpoint was written. What each
  // answer promises: see GroupPosition. NotFound: no checkpoints of the group.
  // MM2's translateOffsets, which returns the checkpoints as they are.
  absl::StatusOr<GroupPositions> TranslateOffsets(
      const std::string& source_alias, const std::string& group,
      absl::Duration timeout);

  // The position here for position `offset` of `source`, a partition by its
  // name on the source; no checkpoint needed. A position past what has been
  // copied gets the end of the copies, as a lower bound. The answer is known,
  // and within the log here. It names the ranges at or above `offset` that were
  // skipped, whose records are missing here however exact the position is.
  // NotFound: nothing is known about that position.
  absl::StatusOr<TranslatedOffset> TranslateOffset(
      const std::string& source_alias, const TopicPartition& source,
      UpstreamOffset offset, absl::Duration timeout);

  // The inverse, for the way back: the position on the source for position
  // `offset` here. `source` is the partition by its name on the source.
  absl::StatusOr<BackTranslation> TranslateBack(const std::string& source_alias,
                                                const TopicPartition& source,
                                                DownstreamOffset offset,
                                                absl::Duration timeout);

  // Waits until the position can be translated exactly, i.e. until all before
  // it has been copied or skipped, and translates it. DeadlineExceeded says
  // what was missing.
  absl::StatusOr<TranslatedOffset> WaitUntilTranslatable(
      const std::string& source_alias, const TopicPartition& source,
      UpstreamOffset offset, absl::Duration timeout);

  // Commits positions here for a group without members, so that its consumers
  // resume there. Never moves a partition back, except from past the end of its
  // log: such a commit is of a topic that was recreated or truncated. One
  // result per position: OK, committed; AlreadyExists, the group is there
  // already or further on; InvalidArgument, the position is unknown; NotFound,
  // no such partition. FailedPrecondition, for all: the group has members.
  absl::StatusOr<std::map<TopicPartition, absl::Status>> CommitOffsets(
      const std::string& group, const GroupPositions& positions,
      absl::Duration timeout);

  // The newest checkpoints of `group` as they are, by partitions here; none if
  // it has none. MM2's remoteConsumerOffsets(group, alias), which returns what
  // it has on a timeout.
  absl::StatusOr<GroupOffsets> RemoteConsumerOffsets(
      const std::string& source_alias, const std::string& group,
      absl::Duration timeout);

  // What a failover from `options.source_alias` to this cluster would lose, and
  // where each group would resume, if it happened now. Asks the source too, if
  // it is given. Changes nothing. NotFound: the flow has copied nothing yet.
  absl::StatusOr<FailoverPreview> PreviewFailover(
      const FailoverPreviewOptions& options, absl::Duration timeout);

  // What topic names tell; each asks for the list of topics once. Sorted.

  // The least number of flows that lead from the cluster `upstream_alias` to
  // this one; nullopt (MM2: -1) if none does.
  absl::StatusOr<std::optional<int>> ReplicationHops(
      absl::string_view upstream_alias);
  // Heartbeats topics, the cluster's own and copies.
  absl::StatusOr<std::vector<std::string>> HeartbeatTopics();
  absl::StatusOr<std::vector<std::string>> CheckpointTopics();
  // All clusters whose heartbeats arrive here, over any number of hops.
  absl::StatusOr<std::vector<std::string>> UpstreamClusters();
  // Copies of topics of other clusters; in the second form of `source_alias`,
  // one hop away. None under a policy by whose names one cannot tell
  // (Identity, unless it was given an alias).
  absl::StatusOr<std::vector<std::string>> RemoteTopics();
  absl::StatusOr<std::vector<std::string>> RemoteTopics(
      absl::string_view source_alias);

  const ReplicationPolicy& policy() const;

  // How many records in the topics of this source were no such records, and
  // were skipped. Answers are then weaker, never wrong.
  int64_t UnreadableRecords(const std::string& source_alias);

  // Makes running calls and all later ones return Cancelled soon.
  void Cancel();

 private:
  class Impl;
  explicit MirrorClient(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace mirror

#endif  // MIRROR_CLIENT_MIRROR_CLIENT_H_
