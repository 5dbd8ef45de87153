// SPDX-License-Identifier: Apache-2.0
//
// Finds out what MirrorClient::PreviewFailover() answers.
//
//   auto preview = FailoverPreviewer(request).Run();

#ifndef MIRROR_CLIENT_FAILOVER_PREVIEWER_H_
#define MIRROR_CLIENT_FAILOVER_PREVIEWER_H_

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
#include "mirror/cluster/cluster_admin.h"
#include "mirror/cluster/group_admin.h"
#include "mirror/model/offset.h"
#include "mirror/model/position.h"
#include "mirror/model/topic_partition.h"
#include "mirror/policy/replication_policy.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/log.h"

namespace mirror::internal {

// MirrorClient says what is asked; the rest is how it reaches the target, and
// outlives the previewer.
struct PreviewRequest {
  std::string source_alias;
  std::shared_ptr<Cluster> source;
  std::function<bool(absl::string_view topic)> copies_topic;
  std::function<bool(absl::string_view group)> translates_group;
  std::string group;
  std::string progress_topic;

  Cluster* target = nullptr;
  ClusterAdmin* admin = nullptr;
  GroupAdmin* group_admin = nullptr;
  const ReplicationPolicy* policy = nullptr;
  Logger log;
  Clock* clock = nullptr;
  absl::Time deadline;
  // Groups that have checkpoints.
  std::function<absl::StatusOr<std::vector<std::string>>()> groups;
  // Where a group resumes.
  std::function<absl::StatusOr<GroupPositions>(const std::string& group)>
      translate;
};

// Thread safety: thread-compatible.
class FailoverPreviewer {
 public:
  explicit FailoverPreviewer(PreviewRequest request);

  // Errors: of the target. What the source does not answer is unknown.
  absl::StatusOr<FailoverPreview> Run();

 private:
  using SourceOffsets = std::map<TopicPartition, UpstreamOffset>;

  // The offset of the next record to copy, by partition of the source.
  absl::StatusOr<SourceOffsets> ReadProgress();
  // Fills the partitions.
  absl::Status AskSource(const SourceOffsets& next);
  absl::StatusOr<std::vector<TopicPartition>> SourcePartitions(
      ClusterAdmin* admin, const SourceOffsets& next) const;
  absl::Status ReadOldest(const SourceOffsets& positions);
  // What groups committed on the source, unless it did not answer.
  absl::Status AskSourceGroups();

  absl::Status PreviewGroups();
  bool IsWanted(const std::string& group) const;
  absl::Status PreviewGroup(const std::string& group, GroupState state);
  absl::StatusOr<int64_t> CountRereads(const std::string& group,
                                       const GroupPositions& positions) const;

  const PreviewRequest request_;
  FailoverPreview preview_;
  std::optional<std::map<std::string, GroupOffsets>> source_commits_;
};

}  // namespace mirror::internal

#endif  // MIRROR_CLIENT_FAILOVER_PREVIEWER_H_
