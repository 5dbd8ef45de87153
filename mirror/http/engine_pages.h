// SPDX-License-Identifier: Apache-2.0
//
// What an engine answers to those who watch it: metrics, status, probes.
//
//   EnginePages pages([&engine] { return engine.Status(); }, {}, clock);
//   HttpServer::Start({address}, clock, [&](const HttpRequest& request) {
//     return pages.Answer(request);
//   });
//
//   /         a page for people (status_page.h)
//   /metrics  Prometheus' text format 0.0.4
//   /status   EngineStatus as JSON
//   /readyz   200 if the engine runs, also while it waits for a cluster
//   /health   the same in the form of Connect's (KIP-1017)
//
// /livez is the server's: it asks nothing of the engine.

#ifndef MIRROR_HTTP_ENGINE_PAGES_H_
#define MIRROR_HTTP_ENGINE_PAGES_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "mirror/http/http_server.h"
#include "mirror/http/status_page.h"
#include "mirror/metrics/metrics_reader.h"
#include "mirror/metrics/metrics_snapshot.h"
#include "mirror/runtime/clock.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

// Thread safety: thread-compatible. Lifetime: what `status` uses, and `clock`,
// must outlive it.
// However many ask, the engine is asked for its status once per second at most,
// by probes once in five.
class EnginePages {
 public:
  EnginePages(std::function<EngineStatus()> status, MetricsOptions options,
              Clock* clock);

  HttpResponse Answer(const HttpRequest& request);

 private:
  // A page of `status_`, made when it is asked for.
  struct Page {
    std::shared_ptr<const std::string> text;
    std::shared_ptr<const std::string> gzip;
  };

  // Makes `status_` no older than `age`.
  void Refresh(absl::Duration age);
  HttpResponse Serve(const HttpRequest& request, const std::string& type,
                     Page* page, std::string (EnginePages::*make)());
  // Packed if the client takes that.
  static HttpResponse Pack(const HttpRequest& request, const std::string& type,
                           Page* page);
  HttpResponse ServeStatusPage(const HttpRequest& request);
  std::string MakeMetrics();
  std::string MakeStatus();
  HttpResponse Readiness();
  HttpResponse Health();

  const std::function<EngineStatus()> ask_;
  Clock* const clock_;
  MetricsReader reader_;
  EngineStatus status_;
  absl::Time asked_ = absl::InfinitePast();
  StatusPage page_for_people_;
  Page metrics_page_;
  Page status_page_;
};

}  // namespace mirror::internal

#endif  // MIRROR_HTTP_ENGINE_PAGES_H_
