// SPDX-License-Identifier: Apache-2.0
//
// Whether flows are right, by themselves, beside others, and as an update of
// one that runs.
//
//   absl::Status status = CompleteFlow(&flow, log, clock);
//   if (status.ok()) status = CheckFlow(flow);

#ifndef MIRROR_FLOW_CHECK_H_
#define MIRROR_FLOW_CHECK_H_

#include "absl/status/status.h"
#include "mirror/flow.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/log.h"

namespace mirror::internal {

// All errors are InvalidArgument and name flow and field. No function contacts
// a cluster.

// Whether two flows can be in one engine, completed or not.
absl::Status CheckBeside(const Flow& flow, const Flow& other);

// Fills in what the host has left to the defaults, and makes its clusters. Or
// an error names the client setting that is wrong.
absl::Status CompleteFlow(Flow* flow, LogSink* log, Clock* clock);

// The rest is about flows that are complete.
absl::Status CheckFlow(const Flow& flow);

// Whether both give their copies of a topic the same name in the same cluster.
bool ShareTopics(const Flow& a, const Flow& b);

// Whether a flow that runs as `now` can run on as `next`. `next` has the
// clusters of `now`, if the host has given none.
absl::Status CheckUpdate(const Flow& now, const Flow& next);

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_CHECK_H_
