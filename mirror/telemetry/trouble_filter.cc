// SPDX-License-Identifier: Apache-2.0

#include "mirror/telemetry/trouble_filter.h"

#include <algorithm>

#include "absl/strings/match.h"

namespace mirror::internal {
namespace {

constexpr absl::Duration kSameError = absl::Seconds(30);

}  // namespace

bool TroubleFilter::IsNews(const EngineEvent& event, absl::Time now) {
  if (event.kind != EngineEvent::Kind::kClusterTrouble) return true;
  reported_.erase(std::remove_if(reported_.begin(), reported_.end(),
                                 [now](const Reported& last) {
                                   return now - last.at >= kSameError;
                                 }),
                  reported_.end());
  for (const Reported& last : reported_) {
    if (absl::StrContains(last.message, event.message) ||
        absl::StrContains(event.message, last.message)) {
      return false;
    }
    if (!event.cluster.empty() && last.cluster == event.cluster &&
        last.level == event.level) {
      return false;
    }
  }
  reported_.push_back({event.cluster, event.level, event.message, now});
  return true;
}

}  // namespace mirror::internal
