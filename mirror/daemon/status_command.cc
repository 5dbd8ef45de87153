// SPDX-License-Identifier: Apache-2.0

#include "mirror/daemon/status_command.h"

#include <unistd.h>

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "mirror/daemon/text_table.h"
#include "mirror/http/row_columns.h"
#include "mirror/http/status_json.h"
#include "mirror/metrics/state_names.h"
#include "mirror/model/utf8.h"
#include "nlohmann/json.hpp"

namespace mirror::internal {
namespace {

constexpr absl::Duration kWatchInterval = absl::Seconds(2);
// 100,000 partitions.
constexpr size_t kMaxStatusBytes = 256 << 20;
// To the upper left corner, and what was there goes.
constexpr char kClearTerminal[] = "\x1b[H\x1b[2J\x1b[3J";

using View = StatusCommand::View;
using Json = nlohmann::ordered_json;

template <class Row>
std::string TableOf(const std::vector<Column<Row>>& columns,
                    const std::vector<Row>& rows) {
  TextTable table;
  for (const Column<Row>& column : columns) {
    table.head.push_back(
        {column.title, column.kind != Column<Row>::Kind::kText});
  }
  for (const Row& row : rows) {
    std::vector<std::string>& cells = table.rows.emplace_back();
    for (const Column<Row>& column : columns) {
      cells.push_back(CellText(column, row));
    }
  }
  return FormatTable(table);
}

template <class Row>
Json JsonOf(const std::vector<Column<Row>>& columns,
            const std::vector<Row>& rows) {
  Json array = Json::array();
  for (const Row& row : rows) {
    Json object;
    for (const Column<Row>& column : columns) {
      if (column.kind == Column<Row>::Kind::kText) {
        object[column.key] = ToUtf8(column.text(row));
        continue;
      }
      const std::optional<double> number = column.number(row);
      if (!number.has_value()) {
        object[column.key] = nullptr;
      } else if (column.kind == Column<Row>::Kind::kRate) {
        object[column.key] = *number;
      } else {
        object[column.key] = static_cast<int64_t>(*number);
      }
    }
    array.push_back(std::move(object));
  }
  return array;
}

std::vector<CopyRow> SortedTopics(const EngineStatus& status,
                                  const RowRates& rates) {
  std::vector<CopyRow> rows = TopicRows(PartitionRows(status, rates));
  SortRows(TopicColumns(), "state", /*down=*/true, &rows);
  return rows;
}

std::vector<GroupRow> SortedGroups(const EngineStatus& status) {
  std::vector<GroupRow> rows = GroupRows(status);
  SortRows(GroupColumns(), "state", /*down=*/true, &rows);
  return rows;
}

std::string ProblemTable(const EngineStatus& status) {
  const std::vector<ProblemRow> problems = ProblemRows(status);
  if (problems.empty()) return "";
  TextTable table{{{"Health"}, {"Flow"}, {"Of"}, {"Problem"}, {"Reason"}}, {}};
  for (const ProblemRow& row : problems) {
    table.rows.push_back(
        {row.health == HEALTH_UNSPECIFIED ? "" : StateName(row.health),
         row.flow, row.subject, row.problem, row.reason});
  }
  return absl::StrCat(FormatTable(table), "\n");
}

Json StatusJson(const EngineStatus& status, const RowRates& rates) {
  Json problems = Json::array();
  for (const ProblemRow& row : ProblemRows(status)) {
    problems.push_back({{"health", StateName(row.health)},
                        {"flow", ToUtf8(row.flow)},
                        {"of", ToUtf8(row.subject)},
                        {"problem", row.problem},
                        {"reason", ToUtf8(row.reason)}});
  }
  return {{"health", StateName(status.health())},
          {"problems", std::move(problems)},
          {"flows", JsonOf(FlowColumns(), FlowRows(status, rates))}};
}

std::string FlowTable(const EngineStatus& status, const RowRates& rates) {
  const std::vector<FlowRow> rows = FlowRows(status, rates);
  std::string text = TableOf(FlowColumns(), rows);
  for (const FlowRow& row : rows) {
    absl::StrAppend(&text, "\n", ToPrintable(row.flow), ": ",
                    ToPrintable(row.summary));
  }
  return rows.empty() ? text : text + "\n";
}

}  // namespace

std::string FormatStatus(View view, const EngineStatus& status,
                         const RowRates& rates) {
  switch (view) {
    case View::kTopics:
      return TableOf(TopicColumns(), SortedTopics(status, rates));
    case View::kGroups:
      return TableOf(GroupColumns(), SortedGroups(status));
    default:
      return absl::StrCat(ProblemTable(status), FlowTable(status, rates));
  }
}

std::string StatusRowsJson(View view, const EngineStatus& status,
                           const RowRates& rates) {
  const Json json = view == View::kTopics
                        ? JsonOf(TopicColumns(), SortedTopics(status, rates))
                    : view == View::kGroups
                        ? JsonOf(GroupColumns(), SortedGroups(status))
                        : StatusJson(status, rates);
  return json.dump() + "\n";
}

absl::StatusOr<std::unique_ptr<StatusAsker>> StatusAsker::Create(
    StatusCommand command, Clock* clock) {
  HttpClientOptions options;
  options.server = "mirror_maker";
  options.url = absl::StrContains(command.at, "://")
                    ? command.at
                    : absl::StrCat("http://", command.at);
  options.timeout = absl::Seconds(20);
  options.max_body_bytes = kMaxStatusBytes;
  auto http = HttpClient::Create(std::move(options));
  if (!http.ok()) return http.status();
  return std::unique_ptr<StatusAsker>(
      new StatusAsker(std::move(command), *std::move(http), clock));
}

StatusAsker::StatusAsker(StatusCommand command,
                         std::unique_ptr<HttpClient> http, Clock* clock)
    : command_(std::move(command)), http_(std::move(http)), clock_(clock) {}

absl::StatusOr<std::string> StatusAsker::Ask() {
  const auto answer = http_->Get("/status");
  if (!answer.ok()) return answer.status();
  auto status = answer->code == 200
                    ? StatusFromJson(answer->body)
                    : absl::NotFoundError(absl::StrCat("HTTP ", answer->code));
  if (!status.ok()) {
    return absl::FailedPreconditionError(absl::StrCat(
        http_->url(), "/status: ", status.status().message(),
        "; --at must be the address of a mirror_maker's --metrics-listen"));
  }
  rates_.Update(*status, clock_->Now());
  return command_.json ? StatusRowsJson(command_.view, *status, rates_)
                       : FormatStatus(command_.view, *status, rates_);
}

bool RunStatusCommand(const StatusCommand& command, StatusAsker* asker,
                      const std::function<bool(absl::Duration)>& wait,
                      std::FILE* out, std::FILE* errors) {
  const bool in_place =
      command.watch && !command.json && isatty(fileno(out)) == 1;
  for (;;) {
    const absl::StatusOr<std::string> text = asker->Ask();
    if (in_place) std::fputs(kClearTerminal, out);
    if (text.ok()) {
      std::fputs(text->c_str(), out);
      if (command.watch && !command.json && !in_place) std::fputs("\n", out);
    } else {
      const std::string message(text.status().message());
      std::fprintf(errors, "mirror_maker: %s\n", message.c_str());
    }
    // Also where a reader has gone.
    if (std::fflush(out) != 0) return false;
    if (!command.watch || !wait(kWatchInterval)) return text.ok();
  }
}

}  // namespace mirror::internal
