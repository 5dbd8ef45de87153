// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/source_groups.h"

#include <algorithm>
#include <iterator>

#include "absl/memory/memory.h"
#include "mirror/checkpoint/group_outage.h"

namespace mirror::internal {

absl::StatusOr<std::unique_ptr<SourceGroups>> SourceGroups::Create(
    Cluster* source, const std::string& client_id,
    std::shared_ptr<const GroupFilter> filter) {
  absl::StatusOr<std::unique_ptr<GroupAdmin>> admin =
      source->NewGroupAdmin(client_id);
  if (!admin.ok()) return admin.status();
  return absl::WrapUnique(
      new SourceGroups(*std::move(admin), std::move(filter)));
}

absl::Status SourceGroups::List() {
  const auto groups = admin_->ListGroups();
  if (!groups.ok()) return groups.status();
  listed_.clear();
  for (const std::string& group : *groups) {
    if (Takes(group)) listed_.insert(group);
  }
  // A group that comes back is a new one.
  for (auto it = seen_.begin(); it != seen_.end();) {
    it = listed_.count(*it) == 0 ? seen_.erase(it) : std::next(it);
  }
  return absl::OkStatus();
}

std::vector<std::string> SourceGroups::All(
    const std::vector<std::string>& others) const {
  std::set<std::string> groups = listed_;
  groups.insert(others.begin(), others.end());
  return Taken(groups);
}

std::vector<std::string> SourceGroups::New() const {
  std::set<std::string> groups;
  std::set_difference(listed_.begin(), listed_.end(), seen_.begin(),
                      seen_.end(), std::inserter(groups, groups.end()));
  return Taken(groups);
}

std::vector<std::string> SourceGroups::Taken(
    const std::set<std::string>& groups) const {
  std::vector<std::string> taken;
  std::copy_if(groups.begin(), groups.end(), std::back_inserter(taken),
               [this](const std::string& group) { return Takes(group); });
  return taken;
}

void SourceGroups::NoteSeen(const std::vector<std::string>& groups) {
  seen_.insert(groups.begin(), groups.end());
}

absl::StatusOr<std::vector<absl::StatusOr<GroupOffsets>>> SourceGroups::Offsets(
    const std::vector<std::string>& groups) {
  std::vector<absl::StatusOr<GroupOffsets>> offsets =
      admin_->ListGroupOffsets(groups);
  if (absl::Status status = GroupOutage(offsets); !status.ok()) return status;
  return offsets;
}

}  // namespace mirror::internal
