// SPDX-License-Identifier: Apache-2.0
//
// mirror_maker --dry-run: what the flows would create and change on their
// clusters now, as a table. Decided by the code that decides for the engine.
//
//   DryRunReport report;
//   for (const Flow& flow : flows) DryRunFlow(flow, log, &report);
//   std::fputs(FormatDryRun(report.rows).c_str(), stdout);

#ifndef MIRROR_DAEMON_DRY_RUN_H_
#define MIRROR_DAEMON_DRY_RUN_H_

#include <string>
#include <vector>

#include "mirror/flow.h"
#include "mirror/runtime/log.h"

namespace mirror::internal {

// One thing that would be created or changed.
struct DryRunRow {
  std::string flow;    // "S->T"
  std::string kind;    // "topic", "partitions", "config" or "acl"
  std::string object;  // what and on which cluster: "A.orders on B"
  std::string now;
  std::string then;
};
using DryRunRows = std::vector<DryRunRow>;

struct DryRunReport {
  DryRunRows rows;
  // False: a cluster did not answer, or the flow cannot run. `rows` lacks what
  // could not be found out.
  bool complete = true;
};

// Adds what `flow` would do, and logs to `log` what cannot be found out. Reads
// only. Blocks until the clusters have answered, or failed to. `flow` has its
// topics, policy and config filter set, and may have its clusters.
void DryRunFlow(const Flow& flow, const Logger& log, DryRunReport* report);

// The rows in columns under a head, and a line that counts them.
std::string FormatDryRun(const DryRunRows& rows);

}  // namespace mirror::internal

#endif  // MIRROR_DAEMON_DRY_RUN_H_
