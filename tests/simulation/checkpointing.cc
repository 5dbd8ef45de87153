// SPDX-License-Identifier: Apache-2.0

#include "tests/simulation/checkpointing.h"

#include <optional>
#include <utility>

#include "absl/strings/string_view.h"
#include "mirror/policy/default_replication_policy.h"
#include "mirror/policy/group_filter.h"
#include "mirror/policy/topic_filter.h"

namespace mirror {
namespace {

constexpr char kTopic[] = "A.checkpoints.internal";

}  // namespace

void Checkpointing::Start() {
  CheckpointEmitterOptions options;
  options.checkpoints.interval = absl::Seconds(2);
  options.policy = DefaultReplicationPolicy::Create().value();
  options.groups = RegexGroupFilter::Create().value();
  options.topics = RegexTopicFilter::Create().value();
  emitter_ =
      CheckpointEmitter::Create(&flow_->source(), &flow_->target(),
                                std::move(options), &flow_->store(), &clock_)
          .value();
  due_ = absl::InfinitePast();
}

void Checkpointing::Step() {
  if (flow_->clock().Now() < due_) return;
  if (flow_->ControlStatus().state() != FLOW_RUNNING) return;
  emitter_->RunOnce().IgnoreError();  // tried again at the next turn
  due_ = flow_->clock().Now() + emitter_->TimeToNextTurn();
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

}  // namespace mirror
