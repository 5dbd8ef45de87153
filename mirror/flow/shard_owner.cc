// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/shard_owner.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mirror/cluster/errors.h"
#include "mirror/cluster/fenced_sink.h"
#include "mirror/progress/shard_of.h"

namespace mirror::internal {
namespace {

using Kind = EngineEvent::Kind;

constexpr absl::Duration kTurn = absl::Milliseconds(100);
// While a shard is taken or released.
constexpr absl::Duration kFastTurn = absl::Milliseconds(10);
constexpr absl::Duration kRetry = absl::Seconds(1);
// Memberships return an error that lasts twice in this time.
constexpr absl::Duration kErrorLasts = absl::Minutes(1);

}  // namespace

ShardOwner::ShardOwner(ShardOwnerOptions options, Cluster* target, Clock* clock)
    : options_(std::move(options)), target_(target), clock_(clock) {}

void ShardOwner::Leave() {
  const bool comes_back = !options_.membership.instance_id.empty();
  if (membership_ != nullptr && !comes_back) membership_->Leave();
  membership_.reset();
}

void ShardOwner::Start(int32_t shards) {
  MutexLock lock(&mu_);
  shard_count_ = shards;
}

absl::Duration ShardOwner::RunOnce() {
  {
    MutexLock lock(&mu_);
    if (shard_count_ == 0) return kTurn;
  }
  ReleaseInGroup();
  absl::Status status = Follow();
  status.Update(ProveIfAsked());
  status.Update(Fence());
  SetError(status);
  MutexLock lock(&mu_);
  const bool moving = !fencing_.empty() || !In(State::kReleasing).empty();
  return moving ? kFastTurn : kTurn;
}

absl::Status ShardOwner::Follow() {
  if (membership_ == nullptr) {
    auto made = target_->NewMembership(options_.membership);
    if (!made.ok()) return made.status();
    membership_ = *std::move(made);
  }
  std::vector<GroupMembership::Change> changes;
  const absl::Status status = membership_->Poll(absl::ZeroDuration(), &changes);
  for (const GroupMembership::Change& change : changes) OnChange(change);
  if (absl::IsFailedPrecondition(status)) membership_.reset();
  // An error that lasts is returned again only after a while.
  const absl::Time now = clock_->Now();
  if (!status.ok()) {
    group_error_ = status;
    group_error_until_ = now + kErrorLasts;
  } else if (!changes.empty() || now >= group_error_until_) {
    group_error_ = absl::OkStatus();
  }
  return group_error_;
}

void ShardOwner::OnChange(const GroupMembership::Change& change) {
  switch (change.kind) {
    case GroupMembership::Change::Kind::kAssigned:
      return OnAssigned(change.partitions);
    case GroupMembership::Change::Kind::kRevoked:
      return OnRevoked(change.partitions);
    case GroupMembership::Change::Kind::kLost:
      return OnLost(change.partitions);
  }
}

void ShardOwner::OnAssigned(const std::set<int32_t>& shards) {
  MutexLock lock(&mu_);
  for (const int32_t shard : shards) {
    // The topic may have got more partitions than the flow has shards.
    if (shard >= shard_count_) continue;
    shards_[shard].state = State::kFencing;
  }
}

void ShardOwner::OnRevoked(const std::set<int32_t>& shards) {
  std::vector<std::unique_ptr<RecordSink>> ended;  // may take a moment to end
  MutexLock lock(&mu_);
  for (const int32_t shard : shards) {
    fencing_.erase(shard);
    Shard& revoked = shards_[shard];
    const bool in_use = revoked.state >= State::kLoading;
    if (!in_use) released_.insert(shard);
    ended.push_back(std::move(revoked.writer));
    revoked.state = in_use ? State::kReleasing : State::kNone;
  }
}

void ShardOwner::OnLost(const std::set<int32_t>& shards) {
  if (options_.on_lost) options_.on_lost(shards);
  std::vector<std::unique_ptr<RecordSink>> ended;  // may take a moment to end
  {
    MutexLock lock(&mu_);
    for (const int32_t shard : shards) {
      fencing_.erase(shard);
      ended.push_back(std::move(shards_[shard].writer));
      shards_[shard] = Shard();
      released_.erase(shard);
    }
  }
  Report(Kind::kShardLost, LogLevel::kWarning, shards,
         absl::StrCat("this process was no member of group ",
                      options_.membership.group, " on cluster ",
                      target_->alias(), " for ",
                      absl::FormatDuration(options_.membership.session_timeout),
                      ": other processes may copy its shards"));
}

void ShardOwner::ReleaseInGroup() {
  std::set<int32_t> released;
  {
    MutexLock lock(&mu_);
    released.swap(released_);
  }
  if (!released.empty() && membership_ != nullptr) {
    membership_->Release(released);
  }
}

absl::Status ShardOwner::ProveIfAsked() {
  absl::Time asked;
  {
    MutexLock lock(&mu_);
    if (!prove_) return absl::OkStatus();
    asked = clock_->Now();
  }
  if (membership_ == nullptr) return absl::OkStatus();  // all is lost
  absl::Status status = membership_->Prove();
  MutexLock lock(&mu_);
  if (!status.ok()) return status;
  proven_ = asked;
  prove_ = false;
  return status;
}

bool ShardOwner::OwnedSince(absl::Time since) {
  MutexLock lock(&mu_);
  if (proven_ >= since) return true;
  prove_ = true;
  return false;
}

absl::Status ShardOwner::Fence() {
  std::set<int32_t> numbers;
  {
    MutexLock lock(&mu_);
    numbers = In(State::kFencing);
  }
  absl::Status status;
  for (const int32_t number : numbers) {
    Fencing& fencing = fencing_[number];
    if (clock_->Now() >= fencing.next) {
      fencing.error = StepFencing(number, &fencing);
      if (!fencing.error.ok()) {
        fencing.sink.reset();
        fencing.next = clock_->Now() + kRetry;
      }
    }
    status.Update(Annotate(fencing.error.ok() ? fencing.waits : fencing.error,
                           absl::StrCat("taking shard ", number)));
    if (fencing.done) fencing_.erase(number);
  }
  return status;
}

absl::Status ShardOwner::StepFencing(int32_t number, Fencing* fencing) {
  if (fencing->sink == nullptr) {
    TransactionalSinkOptions options;
    options.client_id = absl::StrCat(options_.client_id, "-", number);
    options.transactional_id =
        absl::StrCat(options_.transactional_id_prefix, number);
    options.max_buffered_bytes = 4 << 20;
    auto made = target_->NewTransactionalSink(options);
    if (!made.ok()) return made.status();
    fencing->sink = *std::move(made);
  }
  std::vector<Ack> none;
  absl::Status status = fencing->sink->Poll(absl::ZeroDuration(), &none);
  if (!status.ok()) return status;
  if (fencing->sink->state() != TransactionalSink::State::kReady) {
    // It retries by itself.
    const absl::Status retried = fencing->sink->TakeClusterStatus();
    if (!retried.ok()) fencing->waits = retried;
    return absl::OkStatus();
  }
  // A process that slept between the assignment and the fencing has fenced the
  // rightful owner, and must not load what that one continues to write.
  if (membership_ == nullptr) return absl::UnavailableError("no member now");
  if (status = membership_->Prove(); !status.ok()) return status;
  fencing->done = true;
  MutexLock lock(&mu_);
  Shard& shard = shards_[number];
  shard.state = State::kFenced;
  shard.writer = std::make_unique<FencedSink>(std::move(fencing->sink), clock_);
  return absl::OkStatus();
}

std::vector<FencedShard> ShardOwner::TakeFenced() {
  std::vector<FencedShard> fenced;
  MutexLock lock(&mu_);
  for (const int32_t number : In(State::kFenced)) {
    Shard& shard = shards_[number];
    shard.state = State::kLoading;
    fenced.push_back({number, std::move(shard.writer)});
  }
  return fenced;
}

bool ShardOwner::NoteRunning(int32_t shard) {
  {
    MutexLock lock(&mu_);
    Shard& loaded = shards_[shard];
    if (loaded.state != State::kLoading) return false;
    loaded.state = State::kRunning;
    loaded.since = clock_->Now();
  }
  Report(Kind::kShardTaken, LogLevel::kInfo, {shard},
         "copied here from now on");
  return true;
}

std::set<int32_t> ShardOwner::Releasing() const {
  MutexLock lock(&mu_);
  return In(State::kReleasing);
}

void ShardOwner::NoteReleased(int32_t shard) {
  {
    MutexLock lock(&mu_);
    Shard& released = shards_[shard];
    if (released.state != State::kReleasing) return;
    released = Shard();
    released_.insert(shard);
  }
  Report(Kind::kShardReleased, LogLevel::kInfo, {shard},
         "given to another process");
}

void ShardOwner::NoteWriterLost(int32_t shard, const absl::Status& why) {
  {
    MutexLock lock(&mu_);
    Shard& lost = shards_[shard];
    if (lost.state == State::kReleasing) {
      lost = Shard();
      released_.insert(shard);
    } else if (lost.state >= State::kLoading) {
      lost.state = State::kFencing;
    }
  }
  Report(Kind::kShardLost, LogLevel::kWarning, {shard},
         absl::StrCat(why.message(),
                      "; taken again, if it still belongs to this process"));
}

bool ShardOwner::Runs(int32_t shard) const {
  MutexLock lock(&mu_);
  const auto it = shards_.find(shard);
  return it != shards_.end() && it->second.state == State::kRunning;
}

bool ShardOwner::Owns(const TopicPartition& source) const {
  int32_t count = 0;
  {
    MutexLock lock(&mu_);
    count = shard_count_;
  }
  return count > 0 && Runs(ShardOf(source, count));
}

std::set<int32_t> ShardOwner::In(State state) const {
  std::set<int32_t> numbers;
  for (const auto& [number, shard] : shards_) {
    if (shard.state == state) numbers.insert(number);
  }
  return numbers;
}

void ShardOwner::SetError(const absl::Status& status) {
  MutexLock lock(&mu_);
  error_ = status;
}

absl::Status ShardOwner::error() const {
  MutexLock lock(&mu_);
  return error_;
}

void ShardOwner::FillStatus(FlowStatus* status) const {
  MutexLock lock(&mu_);
  for (const auto& [number, shard] : shards_) {
    if (shard.state == State::kNone) continue;
    ShardStatus* const out = status->add_shards();
    out->set_shard(number);
    out->set_state(shard.state == State::kRunning     ? SHARD_RUNNING
                   : shard.state == State::kReleasing ? SHARD_RELEASING
                                                      : SHARD_TAKING);
    if (shard.state != State::kRunning) continue;
    out->set_running_ms(absl::ToInt64Milliseconds(clock_->Now() - shard.since));
  }
}

void ShardOwner::Report(Kind kind, LogLevel level,
                        const std::set<int32_t>& shards,
                        const std::string& message) {
  if (!options_.on_event || shards.empty()) return;
  options_.on_event(
      EngineEvent(kind, level, options_.flow,
                  absl::StrCat(shards.size() == 1 ? "shard " : "shards ",
                               absl::StrJoin(shards, ", "), ": ", message)));
}

}  // namespace mirror::internal
