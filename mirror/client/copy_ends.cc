// SPDX-License-Identifier: Apache-2.0

#include "mirror/client/copy_ends.h"

#include <cstddef>
#include <iterator>

#include "absl/status/status.h"
#include "mirror/checkpoint/checkpoint_translator.h"
#include "mirror/client/deadline.h"
#include "mirror/cluster/errors.h"

namespace mirror::internal {
namespace {

absl::Status DropOtherTopics(ClusterAdmin* admin,
                             const ReplicationPolicy& policy,
                             const std::string& source_alias,
                             const OffsetSyncStore& index, CopyEnds* ends) {
  std::vector<std::string> topics;
  for (const auto& [tp, end] : *ends) {
    if (topics.empty() || topics.back() != tp.topic) topics.push_back(tp.topic);
  }
  const auto described = admin->DescribeTopics(topics);
  std::map<std::string, std::string> ids;
  for (size_t i = 0; i < topics.size(); ++i) {
    if (described[i].ok()) {
      ids[topics[i]] = described[i]->id;
    } else if (!absl::IsNotFound(described[i].status())) {
      return described[i].status();
    }
  }
  for (auto it = ends->begin(); it != ends->end();) {
    const auto source = SourcePartition(policy, source_alias, it->first);
    const std::string copied_to =
        source.has_value() ? index.TargetTopicId(*source) : "";
    const std::string& id = ids[it->first.topic];
    const bool other = !copied_to.empty() && !id.empty() && id != copied_to;
    it = other ? ends->erase(it) : std::next(it);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CopyEnds> FindCopyEnds(
    ClusterAdmin* admin, const ReplicationPolicy& policy,
    const std::string& source_alias,
    const std::vector<TopicPartition>& partitions, const OffsetSyncStore* index,
    Clock* clock, absl::Time deadline) {
  CopyEnds ends;
  const absl::Status status = TryUntil(clock, deadline, [&] {
    ends.clear();
    const auto offsets = admin->ListOffsets(partitions, OffsetSpec::kLatest);
    for (size_t i = 0; i < partitions.size(); ++i) {
      if (offsets[i].ok()) {
        ends[partitions[i]] = DownstreamOffset(*offsets[i]);
      } else if (!absl::IsNotFound(offsets[i].status())) {
        return Annotate(offsets[i].status(), partitions[i].ToString());
      }
    }
    return index == nullptr
               ? absl::OkStatus()
               : DropOtherTopics(admin, policy, source_alias, *index, &ends);
  });
  if (!status.ok()) return status;
  return ends;
}

}  // namespace mirror::internal
