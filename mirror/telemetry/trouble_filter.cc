// SPDX-License-Identifier: Apache-2.0

#include "mirror/telemetry/trouble_filter.h"

#include <algorithm>

#include "absl/strings/match.h"

namespace mirror::internal {
namespace {

constexpr absl::Duration kSameTrouble = absl::Seconds(30);

}  // namespace

bool TroubleFilter::IsNews(const EngineEvent& event, absl::Time now) {
  if (event.kind != EngineEvent::Kind::kClusterTrouble) return true;
  told_.erase(std::remove_if(told_.begin(), told_.end(),
                             [now](const Told& told) {
                               return now - told.at >= kSameTrouble;
                             }),
              told_.end());
  for (const Told& told : told_) {
    if (absl::StrContains(told.message, event.message) ||
        absl::StrContains(event.message, told.message)) {
      return false;
    }
    if (!event.cluster.empty() && told.cluster == event.cluster &&
        told.level == event.level) {
      return false;
    }
  }
  told_.push_back({event.cluster, event.level, event.message, now});
  return true;
}

}  // namespace mirror::internal
