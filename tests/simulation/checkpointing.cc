// SPDX-License-Identifier: Apache-2.0

#include "tests/simulation/checkpointing.h"

#include <optional>
#include <utility>

#include "absl/strings/string_view.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/mm2_replication_policies.h"

namespace mirror::internal {
namespace {

constexpr char kTopic[] = "A.checkpoints.internal";

}  // namespace

void Checkpointing::Start() {
  CheckpointEmitterOptions options;
  options.checkpoints.interval = absl::Seconds(2);
  options.checkpoints.sync_group_offsets = sync_group_offsets_;
  options.checkpoints.sync_group_offsets_interval = absl::Seconds(2);
  options.source_is_ready = [this] { return flow_->control().running(); };
  GroupOffsetSyncerOptions sync;
  sync.checkpoints = options.checkpoints;
  sync.flow = "A->B";
  syncer_.reset();
  options.policy = DefaultReplicationPolicy::Create().value();
  options.groups = RegexGroupFilter::Create().value();
  options.topics = RegexTopicFilter::Create().value();
  emitter_ =
      CheckpointEmitter::Create(&flow_->source(), &flow_->target(),
                                std::move(options), &flow_->store(), &clock_)
          .value();
  due_ = absl::InfinitePast();
  if (!sync_group_offsets_) return;
  syncer_ = GroupOffsetSyncer::Create(&flow_->target(), std::move(sync),
                                      emitter_.get(), &clock_)
                .value();
  sync_due_ = absl::InfinitePast();
}

void Checkpointing::Step() {
  if (!flow_->control().target_ready()) return;
  // What fails is retried at the next turn.
  if (flow_->clock().Now() >= due_) {
    emitter_->RunOnce().IgnoreError();
    due_ = flow_->clock().Now() + emitter_->TimeToNextTurn();
  }
  if (syncer_ == nullptr || flow_->clock().Now() < sync_due_) return;
  syncer_->RunOnce().IgnoreError();
  sync_due_ = flow_->clock().Now() + syncer_->TimeToNextTurn();
}

std::vector<Checkpoint> Checkpointing::Written() const {
  std::vector<Checkpoint> written;
  if (!flow_->target().HasTopic(kTopic)) return written;
  for (const Record& record : flow_->target().Records({kTopic, 0})) {
    std::optional<absl::string_view> value;
    if (record.value.has_value()) value = *record.value;
    const auto checkpoint = Checkpoint::Decode(*record.key, value);
    if (checkpoint.ok() && checkpoint->has_value()) {
      written.push_back(**checkpoint);
    }
  }
  return written;
}

}  // namespace mirror::internal
