// SPDX-License-Identifier: Apache-2.0
//
// The page at / for people: how far each flow is, problems first, then topics,
// partitions or groups in a table that is searched, sorted and cut into pages
// here, so that a browser gets some dozen rows however many there are.
//
//   StatusPage page(clock);
//   page.Render(status, asked_at, {{"view", "partitions"}, {"q", "orders"}})
//
//   view   topics (default), partitions, groups
//   q      a part of a name
//   flow   "A->B": of this flow only; name: exactly this topic or group
//   sort   a column; dir: up or down
//   page   from 1
//
// It works without scripts; with them it renews itself. MM2 has no such page.

#ifndef MIRROR_HTTP_STATUS_PAGE_H_
#define MIRROR_HTTP_STATUS_PAGE_H_

#include <map>
#include <string>

#include "absl/time/time.h"
#include "mirror/http/status_rows.h"
#include "mirror/runtime/clock.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

// Thread safety: thread-compatible. Lifetime: `clock` must outlive it.
class StatusPage {
 public:
  explicit StatusPage(Clock* clock) : clock_(clock) {}

  // `asked` is when `status` was, in steady time. What `query` has that is not
  // known, or makes no sense, is ignored.
  std::string Render(const EngineStatus& status, absl::Time asked,
                     const std::map<std::string, std::string>& query);

 private:
  Clock* const clock_;
  RowRates rates_;
};

}  // namespace mirror::internal

#endif  // MIRROR_HTTP_STATUS_PAGE_H_
