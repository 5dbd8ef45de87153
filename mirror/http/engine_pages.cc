// SPDX-License-Identifier: Apache-2.0

#include "mirror/http/engine_pages.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mirror/http/gzip.h"
#include "mirror/http/status_json.h"
#include "mirror/http/status_page_assets.h"
#include "mirror/metrics/prometheus_text.h"
#include "nlohmann/json.hpp"

namespace mirror::internal {
namespace {

constexpr absl::Duration kStatusAge = absl::Seconds(1);
// Probes must cost next to nothing.
constexpr absl::Duration kProbeAge = absl::Seconds(5);

constexpr char kJson[] = "application/json";
constexpr char kText[] = "text/plain; charset=utf-8";

HttpResponse Whole(int code, const std::string& type, std::string body) {
  return {code, type, std::make_shared<const std::string>(std::move(body))};
}

HttpResponse Json(int code, const nlohmann::ordered_json& json) {
  return Whole(code, kJson,
               json.dump(-1, ' ', false,
                         nlohmann::ordered_json::error_handler_t::replace) +
                   "\n");
}

// A flow that waits for a cluster says so, and may do that for hours; a rollout
// must not wait for it.
bool IsStarting(const FlowStatus& flow) {
  return flow.state() == FLOW_STARTING && flow.reason().empty();
}

bool AllHaveFailed(const EngineStatus& status) {
  for (const FlowStatus& flow : status.flows()) {
    if (flow.state() != FLOW_FAILED) return false;
  }
  return status.flows_size() > 0;
}

// Why the engine cannot do its work; empty if it can.
std::string NotReady(const EngineStatus& status) {
  if (!status.started()) return "the engine does not run";
  if (AllHaveFailed(status)) return "every flow has failed";
  for (const FlowStatus& flow : status.flows()) {
    if (IsStarting(flow)) {
      return absl::StrCat("flow ", flow.source(), "->", flow.target(),
                          " is starting");
    }
  }
  return "";
}

}  // namespace

EnginePages::EnginePages(std::function<EngineStatus()> status,
                         MetricsOptions options, Clock* clock)
    : ask_(std::move(status)),
      clock_(clock),
      reader_(options, clock),
      page_for_people_(clock) {}

HttpResponse EnginePages::Answer(const HttpRequest& request) {
  if (request.path == "/readyz") return Readiness();
  if (request.path == "/health") return Health();
  if (request.path == "/metrics") {
    return Serve(request, kPrometheusTextType, &metrics_page_,
                 &EnginePages::MakeMetrics);
  }
  if (request.path == "/status") {
    return Serve(request, kJson, &status_page_, &EnginePages::MakeStatus);
  }
  if (request.path == "/") return ServeStatusPage(request);
  if (request.path == kStatusPageStylePath) {
    return Whole(200, "text/css; charset=utf-8", kStatusPageStyle);
  }
  if (request.path == kStatusPageScriptPath) {
    return Whole(200, "text/javascript; charset=utf-8", kStatusPageScript);
  }
  return Json(404, {{"error_code", 404}, {"message", "HTTP 404 Not Found"}});
}

void EnginePages::Refresh(absl::Duration age) {
  const absl::Time now = clock_->Now();
  if (now - asked_ < age) return;
  status_ = ask_();
  asked_ = now;
  metrics_page_ = {};
  status_page_ = {};
}

HttpResponse EnginePages::Serve(const HttpRequest& request,
                                const std::string& type, Page* page,
                                std::string (EnginePages::*make)()) {
  Refresh(kStatusAge);
  if (page->text == nullptr) {
    page->text = std::make_shared<const std::string>((this->*make)());
  }
  return Pack(request, type, page);
}

HttpResponse EnginePages::Pack(const HttpRequest& request,
                               const std::string& type, Page* page) {
  if (!request.accepts_gzip) return {200, type, page->text};
  if (page->gzip == nullptr) {
    page->gzip = std::make_shared<const std::string>(Gzip(*page->text));
  }
  if (page->gzip->empty()) return {200, type, page->text};
  return {200, type, page->gzip, /*gzip=*/true};
}

HttpResponse EnginePages::ServeStatusPage(const HttpRequest& request) {
  Refresh(kStatusAge);
  Page page;
  page.text = std::make_shared<const std::string>(
      page_for_people_.Render(status_, asked_, request.query));
  HttpResponse response = Pack(request, "text/html; charset=utf-8", &page);
  response.content_security_policy = kStatusPagePolicy;
  return response;
}

std::string EnginePages::MakeMetrics() {
  return ToPrometheusText(reader_.Read(status_));
}

std::string EnginePages::MakeStatus() { return StatusToJson(status_); }

HttpResponse EnginePages::Readiness() {
  Refresh(kProbeAge);
  const std::string reason = NotReady(status_);
  if (!reason.empty()) return Whole(503, kText, reason + "\n");
  return Whole(
      200, kText,
      absl::StrCat("ok\n", absl::StrJoin(status_.health_reasons(), "\n"),
                   status_.health_reasons().empty() ? "" : "\n"));
}

HttpResponse EnginePages::Health() {
  Refresh(kProbeAge);
  if (AllHaveFailed(status_)) {
    return Json(500,
                {{"status", "unhealthy"},
                 {"message", absl::StrJoin(status_.health_reasons(), "; ")}});
  }
  const std::string reason = NotReady(status_);
  if (!reason.empty()) {
    return Json(503, {{"status", "starting"}, {"message", reason}});
  }
  return Json(
      200,
      {{"status", "healthy"},
       {"message",
        status_.health_reasons().empty()
            ? "Worker has completed startup and is ready to handle requests."
            : absl::StrJoin(status_.health_reasons(), "; ")}});
}

}  // namespace mirror::internal
