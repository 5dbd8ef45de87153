// SPDX-License-Identifier: Apache-2.0
//
// Consumer groups of the source that the group filter takes: which there are,
// which are new, and where they stand.
//
//   groups->List();
//   const std::vector<std::string> found = groups->New();
//   const auto offsets = groups->Offsets(found);
//   if (offsets.ok()) groups->NoteSeen(found);

#ifndef MIRROR_CHECKPOINT_SOURCE_GROUPS_H_
#define MIRROR_CHECKPOINT_SOURCE_GROUPS_H_

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/group_admin.h"
#include "mirror/policy/filters.h"

namespace mirror::internal {

// Thread safety: thread-compatible, but for Takes() and Cancel().
// Lifetime: `source` must outlive it.
class SourceGroups {
 public:
  // Contacts no cluster. InvalidArgument for settings that the clients refuse.
  static absl::StatusOr<std::unique_ptr<SourceGroups>> Create(
      Cluster* source, const std::string& client_id,
      std::shared_ptr<const GroupFilter> filter);

  // Whether the filter takes the group. Thread-safe.
  bool Takes(const std::string& group) const {
    return filter_->ShouldReplicateGroup(group);
  }

  // Asks the source which groups there are. After an error they are those of
  // before.
  absl::Status List();
  // The groups, and of `others` those that the filter takes.
  std::vector<std::string> All(const std::vector<std::string>& others) const;
  // The groups that were not seen since they are there.
  std::vector<std::string> New() const;
  void NoteSeen(const std::vector<std::string>& groups);

  // Where the groups stand, in their order. An error: none can be asked.
  absl::StatusOr<std::vector<absl::StatusOr<GroupOffsets>>> Offsets(
      const std::vector<std::string>& groups);

  // Makes running calls and all later ones fail soon. Thread-safe.
  void Cancel() { admin_->Cancel(); }

 private:
  SourceGroups(std::unique_ptr<GroupAdmin> admin,
               std::shared_ptr<const GroupFilter> filter)
      : admin_(std::move(admin)), filter_(std::move(filter)) {}
  // Of these, those that the filter takes: it may change.
  std::vector<std::string> Taken(const std::set<std::string>& groups) const;

  const std::unique_ptr<GroupAdmin> admin_;
  const std::shared_ptr<const GroupFilter> filter_;
  std::set<std::string> listed_;
  std::set<std::string> seen_;  // of these
};

}  // namespace mirror::internal

#endif  // MIRROR_CHECKPOINT_SOURCE_GROUPS_H_
