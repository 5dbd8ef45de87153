// SPDX-License-Identifier: Apache-2.0
//
// mirror_maker preview-failover: what a failover to the target of each flow
// would lose, and where its groups would resume, if it happened now.

#ifndef MIRROR_DAEMON_PREVIEW_FAILOVER_H_
#define MIRROR_DAEMON_PREVIEW_FAILOVER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mirror/flow.h"
#include "mirror/model/position.h"
#include "mirror/runtime/log.h"

namespace mirror::internal {

struct FlowPreview {
  std::string flow;  // "A->B"
  // An error: the target did not answer, or has nothing of the flow.
  absl::StatusOr<FailoverPreview> preview;
};

// Asks both clusters of `flow`, which has its topics, groups and policy set and
// may have its clusters. Only `group`, unless it is empty. Changes nothing;
// blocks for a minute at most, unless a cluster hangs.
FlowPreview PreviewFlowFailover(const Flow& flow, const std::string& group,
                                const Logger& log);

// Whether every flow was answered for in full.
bool IsComplete(const std::vector<FlowPreview>& previews);

// A sentence, topics and groups per flow; topics of which all is copied are
// only counted.
std::string FormatPreviews(const std::vector<FlowPreview>& previews);
// An array of objects, one per flow, in one line.
std::string PreviewsJson(const std::vector<FlowPreview>& previews);

}  // namespace mirror::internal

#endif  // MIRROR_DAEMON_PREVIEW_FAILOVER_H_
