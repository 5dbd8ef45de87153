// SPDX-License-Identifier: Apache-2.0

#include "mirror/metadata/acl_sync.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "mirror/cluster/errors.h"
#include "mirror/metadata/acl_ledger_record.h"

namespace mirror::internal {
namespace {

// After an error; while something has to be allowed first; between two looks
// at a source that lacks an ACL.
constexpr absl::Duration kRetry = absl::Seconds(5);
constexpr absl::Duration kRetryDenied = absl::Minutes(1);
constexpr absl::Duration kConfirm = absl::Seconds(30);
constexpr int kShown = 20;

absl::Status WithClusterGrant(const absl::Status& status,
                              absl::string_view operation,
                              const std::string& alias) {
  return WithGrant(status,
                   absl::StrCat(operation, " on CLUSTER ", kClusterResource,
                                " of cluster ", alias));
}

absl::Status WithLedgerFix(const absl::Status& status) {
  if (!absl::IsPermissionDenied(status)) return status;
  return absl::PermissionDeniedError(absl::StrCat(
      status.message(), ", or write sync.topic.acls.remove.enabled = false"));
}

// Whether it is about the request, not about an ACL in it.
bool IsAboutAll(const absl::Status& status) {
  return IsRetriable(status) || absl::IsCancelled(status) ||
         absl::IsPermissionDenied(status) || absl::IsUnauthenticated(status) ||
         absl::IsUnimplemented(status);
}

// Whether the cluster may have done it all the same.
bool MayBeDone(const absl::Status& status) {
  return IsRetriable(status) || absl::IsCancelled(status);
}

}  // namespace

absl::StatusOr<std::vector<AclBinding>> ListAcls(
    AclAdmin* admin, const std::string& alias, const AclSyncOptions& options) {
  auto acls = admin->DescribeAcls(AclResources(options));
  if (!acls.ok()) return WithClusterGrant(acls.status(), "DESCRIBE", alias);
  return acls;
}

absl::StatusOr<std::unique_ptr<AclSyncer>> AclSyncer::Create(
    Cluster* source, Cluster* target, AclSyncerOptions options, Clock* clock) {
  std::unique_ptr<AclSyncer> syncer(
      new AclSyncer(source, target, std::move(options), clock));
  const AclSyncerOptions& own = syncer->options_;
  auto source_admin = source->NewAclAdmin(own.client_id);
  if (!source_admin.ok()) return source_admin.status();
  syncer->source_ = *std::move(source_admin);
  auto target_admin = target->NewAclAdmin(own.client_id);
  if (!target_admin.ok()) return target_admin.status();
  syncer->target_ = *std::move(target_admin);
  if (!own.rules.options.remove) return syncer;
  auto source_cluster = source->NewAdmin(own.client_id);
  if (!source_cluster.ok()) return source_cluster.status();
  syncer->source_cluster_ = *std::move(source_cluster);
  auto ledger =
      AclLedger::Create(target, AclLedgerTopic(own.rules.source_alias),
                        own.ledger_replication_factor, own.client_id, clock);
  if (!ledger.ok()) return ledger.status();
  syncer->ledger_ = *std::move(ledger);
  return syncer;
}

AclSyncer::AclSyncer(Cluster* source, Cluster* target, AclSyncerOptions options,
                     Clock* clock)
    : options_(std::move(options)),
      source_alias_(source->alias()),
      target_alias_(target->alias()),
      clock_(clock),
      interval_(options_.rules.options.interval),
      news_(options_.flow, target_alias_) {}

void AclSyncer::Cancel() {
  cancelled_ = true;
  source_->Cancel();
  target_->Cancel();
  if (ledger_ == nullptr) return;
  source_cluster_->Cancel();
  ledger_->Cancel();
}

absl::Duration AclSyncer::TimeToNextTurn() const {
  return std::max(next_ - clock_->Now(), absl::ZeroDuration());
}

absl::Status AclSyncer::RunOnce() {
  if (cancelled_) return absl::CancelledError("stopped");
  const absl::Time now = clock_->Now();
  AclRound round;
  absl::Status status = Turn(&round);
  created_ += static_cast<int64_t>(round.created.size());
  removed_ += static_cast<int64_t>(round.removed.size());
  for (EngineEvent& event : news_.Of(round, status.ok())) {
    if (options_.on_event != nullptr) options_.on_event(std::move(event));
  }
  if (absl::IsCancelled(status)) return status;
  const absl::Duration pause = Pause(status, round);
  next_ = now + pause;
  if (!status.ok()) {
    status = absl::Status(
        status.code(), absl::StrCat(status.message(), "; ACLs are retried in ",
                                    absl::FormatDuration(pause)));
  }
  MutexLock lock(&mu_);
  status_ = status;
  if (!status.ok()) return status;
  last_ = std::move(round);
  last_round_ = clock_->Now() - now;
  return status;
}

absl::Duration AclSyncer::Pause(const absl::Status& status,
                                const AclRound& round) const {
  const absl::Duration interval = interval_.Get();
  if (absl::IsPermissionDenied(status)) return std::min(kRetryDenied, interval);
  if (!status.ok()) return std::min(kRetry, interval);
  return round.again ? std::min(kConfirm, interval) : interval;
}

absl::Status AclSyncer::Turn(AclRound* round) {
  const AclRules& rules = options_.rules;
  const auto on_source = ListAcls(source_.get(), source_alias_, rules.options);
  if (absl::IsUnimplemented(on_source.status())) {
    round->without_authorizer = source_alias_;
    return absl::OkStatus();
  }
  if (!on_source.ok()) return on_source.status();
  const auto on_target = ListAcls(target_.get(), target_alias_, rules.options);
  if (absl::IsUnimplemented(on_target.status())) {
    round->without_authorizer = target_alias_;
    return absl::OkStatus();
  }
  if (!on_target.ok()) return on_target.status();
  const auto ours = ReadLedger();
  if (!ours.ok()) return ours.status();
  round->plan = PlanAcls(rules, *on_source, *on_target, *ours);
  if (absl::Status status = Make(round); !status.ok()) return status;
  return ledger_ == nullptr ? absl::OkStatus() : Remove(round);
}

absl::StatusOr<std::set<AclBinding>> AclSyncer::ReadLedger() {
  if (ledger_ == nullptr) return std::set<AclBinding>();
  absl::StatusOr<std::string> id = source_cluster_->ClusterId();
  if (!id.ok()) return id.status();
  source_id_ = *std::move(id);
  const absl::Status status = ledger_->Read();
  if (!status.ok()) return WithLedgerFix(status);
  return ledger_->Of(source_id_);
}

absl::Status AclSyncer::Make(AclRound* round) {
  const std::vector<AclBinding>& create = round->plan.create;
  if (create.empty()) return absl::OkStatus();
  // First, so that a kill in between leaves no ACL that is never removed.
  if (ledger_ != nullptr) {
    const absl::Status status = ledger_->Add(create, source_id_);
    if (!status.ok()) return WithLedgerFix(status);
  }
  const std::vector<absl::Status> results = target_->CreateAcls(create);
  absl::Status error;
  std::vector<AclBinding> not_ours;
  for (size_t i = 0; i < create.size(); ++i) {
    if (results[i].ok()) {
      round->created.push_back(create[i]);
      continue;
    }
    if (!MayBeDone(results[i])) not_ours.push_back(create[i]);
    if (IsAboutAll(results[i])) {
      error.Update(WithClusterGrant(results[i], "ALTER", target_alias_));
    } else {
      round->refused[create[i]] = std::string(results[i].message());
    }
  }
  // Who makes it by hand now shall keep it.
  if (ledger_ != nullptr && !not_ours.empty()) {
    error.Update(WithLedgerFix(ledger_->Remove(not_ours)));
  }
  return error;
}

std::vector<AclBinding> AclSyncer::Confirmed(
    const std::vector<AclBinding>& remove) {
  const absl::Time now = clock_->Now();
  const absl::Duration wait =
      std::min(kConfirm, options_.rules.options.interval);
  std::map<AclBinding, absl::Time> missing;
  std::vector<AclBinding> confirmed;
  for (const AclBinding& acl : remove) {
    const auto before = missing_.find(acl);
    const absl::Time since = before == missing_.end() ? now : before->second;
    missing[acl] = since;
    if (since + wait <= now) confirmed.push_back(acl);
  }
  missing_ = std::move(missing);
  return confirmed;
}

absl::Status AclSyncer::Remove(AclRound* round) {
  const std::vector<AclBinding> remove = Confirmed(round->plan.remove);
  round->again = remove.size() < round->plan.remove.size();
  std::vector<AclBinding> gone = round->plan.forget;
  absl::Status error;
  const std::vector<absl::Status> results = remove.empty()
                                                ? std::vector<absl::Status>()
                                                : target_->DeleteAcls(remove);
  for (size_t i = 0; i < remove.size(); ++i) {
    if (results[i].ok()) round->removed.push_back(remove[i]);
    if (results[i].ok() || absl::IsNotFound(results[i])) {
      gone.push_back(remove[i]);
    } else if (IsAboutAll(results[i])) {
      error.Update(WithClusterGrant(results[i], "ALTER", target_alias_));
    } else {
      round->refused[remove[i]] = std::string(results[i].message());
    }
  }
  if (gone.empty()) return error;
  error.Update(WithLedgerFix(ledger_->Remove(gone)));
  return error;
}

void AclSyncer::FillStatus(AclSyncStatus* status) const {
  const auto note = [](const AclBinding& acl, const std::string& reason,
                       AclNote* to) {
    to->set_acl(acl.ToString());
    to->set_reason(reason);
  };
  status->set_created(created_);
  status->set_removed(removed_);
  MutexLock lock(&mu_);
  status->set_present(last_.plan.present +
                      static_cast<int64_t>(last_.created.size()));
  for (const LeftOutAcl& one : last_.plan.left_out) {
    if (status->left_out_size() == kShown) break;
    note(one.acl, one.reason, status->add_left_out());
  }
  status->set_left_out_count(static_cast<int64_t>(last_.plan.left_out.size()));
  for (const auto& [acl, reason] : last_.refused) {
    if (status->refused_size() == kShown) break;
    note(acl, reason, status->add_refused());
  }
  status->set_refused_count(static_cast<int64_t>(last_.refused.size()));
  status->set_last_round_ms(absl::ToInt64Milliseconds(last_round_));
  status->set_reason(std::string(status_.message()));
  if (status_.ok() && !last_.without_authorizer.empty()) {
    status->set_reason(absl::StrCat("cluster ", last_.without_authorizer,
                                    " has no authorizer"));
  }
}

}  // namespace mirror::internal
