// SPDX-License-Identifier: Apache-2.0
//
// Lets those who may read a topic on the source read its copy on the target:
// MirrorSourceConnector's syncTopicAcls, by difference. See PlanAcls() for what
// is copied.
//
//   auto syncer = AclSyncer::Create(&a, &b, options, clock);
//   PeriodicWorker worker("acls", clock, [&] {
//     Report((*syncer)->RunOnce());
//     return (*syncer)->TimeToNextTurn();
//   });

#ifndef MIRROR_METADATA_ACL_SYNC_H_
#define MIRROR_METADATA_ACL_SYNC_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/cluster/acl_admin.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/metadata/acl_ledger.h"
#include "mirror/metadata/acl_news.h"
#include "mirror/metadata/acl_plan.h"
#include "mirror/model/acl_binding.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/live_value.h"
#include "mirror/runtime/mutex.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

struct AclSyncerOptions {
  AclRules rules;
  // "S->T", for events.
  std::string flow;
  std::string client_id;
  // Of the ledger's topic, if it has to be created; -1: the broker's default.
  int32_t ledger_replication_factor = -1;
  // Called by RunOnce() with no lock held; may be null.
  std::function<void(EngineEvent)> on_event;
};

// The ACLs of the cluster that PlanAcls() needs. PermissionDenied says what to
// allow; Unimplemented: the cluster has no authorizer.
absl::StatusOr<std::vector<AclBinding>> ListAcls(AclAdmin* admin,
                                                 const std::string& alias,
                                                 const AclSyncOptions& options);

// Purpose: creates on the target the ACLs that it lacks and, if configured,
// removes those that it created before for the same source cluster and that
// this no longer has, when two looks at it half a minute apart agree on that.
// An ACL that was there before, or that others create, is never touched.
// Thread safety: RunOnce() and TimeToNextTurn() belong to one thread; the rest
// is thread-safe and waits for no cluster.
// Lifetime: both clusters and `clock` must outlive the syncer.
// Errors: what concerns one ACL shows in the status; a Status means that
// nothing can be done at present. A cluster without an authorizer is no error:
// it is reported once, and the target is not asked if it is the source.
class AclSyncer {
 public:
  // Contacts no cluster. InvalidArgument for settings that the clients refuse.
  static absl::StatusOr<std::unique_ptr<AclSyncer>> Create(
      Cluster* source, Cluster* target, AclSyncerOptions options, Clock* clock);

  // One round over all ACLs. An error names the cluster and what to allow; the
  // next call retries.
  absl::Status RunOnce();

  // When RunOnce() wants to be called next.
  absl::Duration TimeToNextTurn() const;
  // From the next round on.
  void SetInterval(absl::Duration interval) { interval_.Set(interval); }

  // Makes RunOnce() return soon, now and later.
  void Cancel();

  void FillStatus(AclSyncStatus* status) const;

 private:
  AclSyncer(Cluster* source, Cluster* target, AclSyncerOptions options,
            Clock* clock);

  absl::Status Turn(AclRound* round);
  // What the ledger says about the cluster that is the source now.
  absl::StatusOr<std::set<AclBinding>> ReadLedger();
  absl::Status Make(AclRound* round);
  absl::Status Remove(AclRound* round);
  // Of what is to be removed, what already was in the last round.
  std::vector<AclBinding> Confirmed(const std::vector<AclBinding>& remove);
  absl::Duration Pause(const absl::Status& status, const AclRound& round) const;

  const AclSyncerOptions options_;
  const std::string source_alias_;
  const std::string target_alias_;
  Clock* const clock_;
  std::unique_ptr<AclAdmin> source_;
  std::unique_ptr<AclAdmin> target_;
  // Null: nothing is ever removed.
  std::unique_ptr<ClusterAdmin> source_cluster_;
  std::unique_ptr<AclLedger> ledger_;
  LiveValue<absl::Duration> interval_;
  std::atomic<bool> cancelled_{false};
  std::atomic<int64_t> created_{0};
  std::atomic<int64_t> removed_{0};

  // Of RunOnce()'s thread.
  absl::Time next_ = absl::InfinitePast();
  std::string source_id_;  // known if there is a ledger and it was read
  AclNews news_;
  // What the source no longer had, and when that was seen first.
  std::map<AclBinding, absl::Time> missing_;

  mutable Mutex mu_;
  AclRound last_ ABSL_GUARDED_BY(mu_);
  absl::Status status_ ABSL_GUARDED_BY(mu_);
  absl::Duration last_round_ ABSL_GUARDED_BY(mu_);
};

}  // namespace mirror::internal

#endif  // MIRROR_METADATA_ACL_SYNC_H_
