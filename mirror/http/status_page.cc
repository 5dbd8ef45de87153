// SPDX-License-Identifier: Apache-2.0

#include "mirror/http/status_page.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "mirror/http/html.h"
#include "mirror/http/row_columns.h"
#include "mirror/http/value_text.h"
#include "mirror/metrics/state_names.h"
#include "mirror/model/format_count.h"

namespace mirror::internal {
namespace {

constexpr size_t kRowsPerPage = 50;
constexpr size_t kProblemsShown = 20;

struct PageQuery {
  std::string view = "topics";
  RowFilter filter;
  std::string sort;
  bool down = true;
  size_t page = 1;
};

PageQuery ReadQuery(const std::map<std::string, std::string>& query) {
  const auto value = [&query](const char* name) {
    const auto it = query.find(name);
    return it == query.end() ? std::string() : it->second;
  };
  PageQuery read;
  const std::string view = value("view");
  if (view == "partitions" || view == "groups") read.view = view;
  read.filter = {value("flow"), value("name"), value("q")};
  read.sort = value("sort");
  read.down = value("dir") != "up";
  uint32_t page = 0;
  if (absl::SimpleAtoi(value("page"), &page) && page > 0) read.page = page;
  return read;
}

// A link to the page with this query, without what is the default.
std::string Link(const PageQuery& query) {
  std::string url = "./?view=" + query.view;
  const auto add = [&url](const char* name, const std::string& value) {
    if (!value.empty()) absl::StrAppend(&url, "&", name, "=", UrlText(value));
  };
  add("flow", query.filter.flow);
  add("name", query.filter.name);
  add("q", query.filter.text);
  add("sort", query.sort);
  add("dir", query.down ? "" : "up");
  add("page", query.page > 1 ? absl::StrCat(query.page) : "");
  return HtmlText(url);
}

const char* PillClass(Health health) {
  switch (health) {
    case HEALTH_OK:
      return "pill ok";
    case HEALTH_DEGRADED:
      return "pill warn";
    case HEALTH_FAILED:
      return "pill bad";
    default:
      return "pill";
  }
}

std::string Pill(Health health, absl::string_view text) {
  return absl::StrCat("<span class=\"", PillClass(health), "\">",
                      HtmlText(text), "</span>");
}

std::string HealthPill(Health health) {
  return Pill(health,
              health == HEALTH_UNSPECIFIED ? "not running" : StateName(health));
}

// Writes the table of one view.
template <class Row>
class Table {
 public:
  Table(PageQuery query, std::vector<Column<Row>> columns, bool one_flow,
        std::string* out)
      : query_(std::move(query)), columns_(std::move(columns)), out_(out) {
    if (one_flow) {
      columns_.erase(std::remove_if(columns_.begin(), columns_.end(),
                                    [](const Column<Row>& column) {
                                      return absl::string_view(column.key) ==
                                             "flow";
                                    }),
                     columns_.end());
    }
  }

  void Write(std::vector<Row> rows) {
    const size_t all = rows.size();
    KeepRows(query_.filter, &rows);
    SortRows(columns_, query_.sort, query_.down, &rows);
    const size_t pages =
        std::max<size_t>((rows.size() + kRowsPerPage - 1) / kRowsPerPage, 1);
    query_.page = std::min(query_.page, pages);
    const size_t begin = (query_.page - 1) * kRowsPerPage;
    const size_t end = std::min(begin + kRowsPerPage, rows.size());
    WriteCounts(begin, end, rows.size(), all);
    if (!rows.empty()) {
      absl::StrAppend(out_, "<table><caption class=\"unseen\">", query_.view,
                      "</caption><thead><tr>");
      for (const Column<Row>& column : columns_) WriteHead(column);
      absl::StrAppend(out_, "</tr></thead>\n<tbody>\n");
      for (size_t i = begin; i < end; ++i) WriteRow(rows[i]);
      absl::StrAppend(out_, "</tbody></table>\n");
    }
    if (pages > 1) WritePaging(pages);
  }

 private:
  void WriteCounts(size_t begin, size_t end, size_t found, size_t all) {
    absl::StrAppend(out_, "<p class=\"dim\">");
    if (found == 0) {
      absl::StrAppend(out_, all == 0 ? "There are none." : "None matches.");
    } else {
      absl::StrAppend(out_, FormatCount(static_cast<int64_t>(begin) + 1),
                      " to ", FormatCount(static_cast<int64_t>(end)), " of ",
                      FormatCount(static_cast<int64_t>(found)));
    }
    if (found > 0 && found < all) absl::StrAppend(out_, " that match");
    absl::StrAppend(out_, "</p>\n");
  }

  // A column that is sorted by is turned by its link.
  void WriteHead(const Column<Row>& column) {
    const absl::string_view key = column.key;
    const bool is_text =
        column.kind == Column<Row>::Kind::kText && column.number == nullptr;
    const bool sorted =
        query_.sort.empty() ? key == "state" : key == query_.sort;
    PageQuery link = query_;
    link.sort = column.key;
    link.down = sorted ? !query_.down : !is_text;
    link.page = 1;
    absl::StrAppend(out_, "<th scope=\"col\"", ClassOf(column));
    if (sorted) {
      absl::StrAppend(out_, " aria-sort=\"",
                      query_.down ? "descending" : "ascending", "\"");
    }
    absl::StrAppend(out_, "><a href=\"", Link(link), "\">", column.title);
    if (sorted) {
      absl::StrAppend(out_, "<span aria-hidden=\"true\"> ",
                      query_.down ? "&#9662;" : "&#9652;", "</span>");
    }
    absl::StrAppend(out_, "</a></th>");
  }

  static const char* ClassOf(const Column<Row>& column) {
    return column.kind == Column<Row>::Kind::kText ? "" : " class=\"n\"";
  }

  void WriteRow(const Row& row) {
    absl::StrAppend(out_, "<tr>");
    for (const Column<Row>& column : columns_) {
      const std::string text = CellText(column, row);
      if (&column == &columns_.front()) {
        absl::StrAppend(out_, "<th scope=\"row\">", NameCell(row, text),
                        "</th>");
        continue;
      }
      absl::StrAppend(out_, "<td", ClassOf(column), " data-label=\"",
                      column.title, "\">");
      if (text.empty()) {
        absl::StrAppend(out_, "<span class=\"dim\">&ndash;</span>");
      } else if (absl::string_view(column.key) == "state") {
        absl::StrAppend(out_, Pill(HealthOf(row), text));
      } else {
        absl::StrAppend(out_, HtmlText(text));
      }
      absl::StrAppend(out_, "</td>");
    }
    absl::StrAppend(out_, "</tr>\n");
  }

  // A topic leads to its partitions.
  static std::string NameCell(const CopyRow& row, const std::string& name) {
    std::string cell = HtmlText(name);
    if (row.partition < 0) {
      PageQuery link;
      link.view = "partitions";
      link.filter = {row.flow, row.topic, ""};
      cell = absl::StrCat("<a href=\"", Link(link), "\">", cell, "</a>");
    }
    if (row.target_topic != row.topic) {
      absl::StrAppend(&cell, "<span class=\"to\">as ",
                      HtmlText(row.target_topic), "</span>");
    }
    return cell;
  }
  static std::string NameCell(const GroupRow& /*row*/,
                              const std::string& name) {
    return HtmlText(name);
  }

  void WritePaging(size_t pages) {
    const auto add = [this](size_t page, const char* text) {
      PageQuery link = query_;
      link.page = page;
      absl::StrAppend(out_, "<a href=\"", Link(link), "\">", text, "</a> ");
    };
    absl::StrAppend(out_, "<nav class=\"paging\" aria-label=\"Pages\">");
    if (query_.page > 1) {
      add(1, "First");
      add(query_.page - 1, "Previous");
    }
    absl::StrAppend(out_, "<span>Page ", query_.page, " of ", pages,
                    "</span> ");
    if (query_.page < pages) {
      add(query_.page + 1, "Next");
      add(pages, "Last");
    }
    absl::StrAppend(out_, "</nav>\n");
  }

  PageQuery query_;
  std::vector<Column<Row>> columns_;
  std::string* const out_;
};

// Writes the page of one request.
class Writer {
 public:
  Writer(const EngineStatus& status, const RowRates& rates, PageQuery query,
         absl::Time now)
      : status_(status),
        query_(std::move(query)),
        now_(now),
        flows_(FlowRows(status, rates)),
        problems_(ProblemRows(status)),
        partitions_(PartitionRows(status, rates)),
        topics_(TopicRows(partitions_)),
        groups_(GroupRows(status)) {}

  std::string Write() {
    WriteHead();
    WriteFlows();
    WriteProblems();
    WriteTable();
    Add("</main>\n<footer><a href=\"metrics\">Metrics</a> "
        "<a href=\"status\">JSON</a> <a href=\"livez\">livez</a> "
        "<a href=\"readyz\">readyz</a> <a href=\"health\">health</a></footer>\n"
        "</body></html>\n");
    return std::move(out_);
  }

 private:
  template <class... Parts>
  void Add(const Parts&... parts) {
    absl::StrAppend(&out_, parts...);
  }

  static std::string CountOf(size_t count) {
    return FormatCount(static_cast<int64_t>(count));
  }

  void WriteHead() {
    const std::string time =
        absl::FormatTime("%H:%M:%S UTC", now_, absl::UTCTimeZone());
    Add("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, "
        "initial-scale=1\">\n<title>");
    if (!problems_.empty()) {
      Add(CountOf(problems_.size()),
          problems_.size() == 1 ? " problem" : " problems", " - ");
    }
    Add("Kafka mirror</title>\n<link rel=\"icon\" href=\"data:,\">\n"
        "<link rel=\"stylesheet\" href=\"status_page.css\">\n"
        "<script src=\"status_page.js\" defer></script>\n</head><body>\n"
        "<header><h1>Kafka mirror</h1>\n<p id=\"health\" data-live>",
        HealthPill(status_.health()), " <span class=\"dim\">at ", time,
        "</span></p>\n<p id=\"stale\" role=\"status\"></p></header>\n<main>\n");
  }

  void WriteFlows() {
    Add("<section aria-labelledby=\"flows-head\">"
        "<h2 id=\"flows-head\">Flows</h2>\n<div id=\"flows\" data-live>\n");
    if (flows_.empty()) Add("<p class=\"dim\">There are none.</p>\n");
    for (const FlowRow& flow : flows_) WriteFlow(flow);
    Add("</div></section>\n");
  }

  void WriteFlow(const FlowRow& flow) {
    PageQuery link;
    link.filter.flow = flow.flow;
    Add("<article class=\"card\"><h3><a href=\"", Link(link), "\">",
        HtmlText(flow.flow), "</a> ", HealthPill(flow.health));
    if (flow.state != "running") Add(" ", Pill(HEALTH_UNSPECIFIED, flow.state));
    Add("</h3>\n<p>", HtmlText(flow.summary), ".</p>\n<dl>");
    const auto fact = [this](const char* name, const std::string& value) {
      Add("<div><dt>", name, "</dt><dd>", value.empty() ? "&ndash;" : value,
          "</dd></div>");
    };
    fact("Lag in records", flow.lag ? FormatCount(*flow.lag) : "");
    fact("Lag in time", flow.lag_ms ? FormatMs(*flow.lag_ms) : "");
    fact("Records/s", flow.rate ? FormatRate(*flow.rate) : "");
    fact("Copied", FormatCount(flow.records));
    fact("Partitions", FormatCount(flow.partitions));
    fact("Heartbeat",
         flow.heartbeat_ms
             ? FormatMs(absl::ToUnixMillis(now_) - *flow.heartbeat_ms) + " ago"
             : "");
    Add("</dl></article>\n");
  }

  void WriteProblems() {
    Add("<section aria-labelledby=\"problems-head\">"
        "<h2 id=\"problems-head\">Problems</h2>\n"
        "<div id=\"problems\" data-live>\n");
    if (problems_.empty()) Add("<p class=\"dim\">There are none.</p>\n");
    if (!problems_.empty()) Add("<ul class=\"problems\">\n");
    const size_t shown = std::min(problems_.size(), kProblemsShown);
    for (size_t i = 0; i < shown; ++i) {
      const ProblemRow& row = problems_[i];
      Add("<li>", Pill(row.health, row.problem), " <strong>",
          HtmlText(row.subject.empty() ? row.flow : row.subject), "</strong>",
          row.subject.empty() || flows_.size() == 1
              ? ""
              : absl::StrCat(" <span class=\"dim flow\">", HtmlText(row.flow),
                             "</span>"),
          "<p>", HtmlText(row.reason), "</p></li>\n");
    }
    if (!problems_.empty()) Add("</ul>\n");
    if (shown < problems_.size()) {
      PageQuery link;
      link.view = "partitions";
      Add("<p>And ", CountOf(problems_.size() - shown), " more: see <a href=\"",
          Link(link), "\">all partitions</a>, of which those with a problem ",
          "are first.</p>\n");
    }
    Add("</div></section>\n");
  }

  void WriteTab(const char* view, const char* title, size_t count) {
    PageQuery link;
    link.view = view;
    link.filter.flow = query_.filter.flow;
    Add("<a href=\"", Link(link), "\"",
        query_.view == view ? " aria-current=\"page\"" : "", ">", title,
        " <span class=\"dim\">", CountOf(count), "</span></a>\n");
  }

  void WriteTable() {
    Add("<section aria-labelledby=\"rows-head\">"
        "<h2 id=\"rows-head\" class=\"unseen\">Details</h2>\n"
        "<nav class=\"tabs\" id=\"tabs\" aria-label=\"Views\" data-live>\n");
    WriteTab("topics", "Topics", topics_.size());
    WriteTab("partitions", "Partitions", partitions_.size());
    WriteTab("groups", "Groups", groups_.size());
    Add("</nav>\n");
    WriteSearch();
    Add("<div id=\"rows\" data-live>\n");
    const bool one_flow = flows_.size() == 1 || !query_.filter.flow.empty();
    if (query_.view == "topics") {
      Table<CopyRow>(query_, TopicColumns(), one_flow, &out_)
          .Write(std::move(topics_));
    } else if (query_.view == "partitions") {
      Table<CopyRow>(query_, PartitionColumns(), one_flow, &out_)
          .Write(std::move(partitions_));
    } else {
      Table<GroupRow>(query_, GroupColumns(), one_flow, &out_)
          .Write(std::move(groups_));
    }
    Add("</div></section>\n");
  }

  void WriteSearch() {
    const auto keep = [this](const char* name, const std::string& value) {
      if (value.empty()) return;
      Add("<input type=\"hidden\" name=\"", name, "\" value=\"",
          HtmlText(value), "\">\n");
    };
    Add("<form role=\"search\" action=\"./\">\n");
    keep("view", query_.view);
    keep("flow", query_.filter.flow);
    keep("sort", query_.sort);
    keep("dir", query_.down ? "" : "up");
    Add("<input type=\"search\" name=\"q\" aria-label=\"Part of a name\" "
        "placeholder=\"Part of a name\" value=\"",
        HtmlText(query_.filter.text), "\"><button>Search</button>\n");
    const RowFilter& filter = query_.filter;
    if (!filter.flow.empty() || !filter.name.empty() || !filter.text.empty()) {
      PageQuery link;
      link.view = query_.view;
      const std::string& only = filter.name.empty() ? filter.flow : filter.name;
      Add("<span>", only.empty() ? "" : "Only " + HtmlText(only) + " ",
          "<a href=\"", Link(link), "\">show all</a></span>\n");
    }
    Add("</form>\n");
  }

  const EngineStatus& status_;
  const PageQuery query_;
  const absl::Time now_;
  const std::vector<FlowRow> flows_;
  const std::vector<ProblemRow> problems_;
  std::vector<CopyRow> partitions_;
  std::vector<CopyRow> topics_;
  std::vector<GroupRow> groups_;
  std::string out_;
};

}  // namespace

std::string StatusPage::Render(
    const EngineStatus& status, absl::Time asked,
    const std::map<std::string, std::string>& query) {
  rates_.Update(status, asked);
  return Writer(status, rates_, ReadQuery(query), clock_->ToWallTime(asked))
      .Write();
}

}  // namespace mirror::internal
