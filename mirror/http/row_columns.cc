// SPDX-License-Identifier: Apache-2.0

#include "mirror/http/row_columns.h"

#include <numeric>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "mirror/http/value_text.h"
#include "mirror/metrics/state_names.h"
#include "mirror/model/format_count.h"
#include "mirror/telemetry/health.h"

namespace mirror::internal {
namespace {

template <class T>
std::optional<double> Number(const std::optional<T>& value) {
  if (!value.has_value()) return std::nullopt;
  return static_cast<double>(*value);
}

std::optional<double> Number(int64_t value) {
  return static_cast<double>(value);
}

// The worse, the greater.
std::optional<double> Badness(const CopyRow& row) {
  return HealthOf(row) * 10 + StateSeverity(row.state);
}
std::optional<double> Badness(const GroupRow& row) {
  return HealthOf(row) * 10 + row.state;
}

std::string StateOf(const CopyRow& row) {
  const std::string state = StateText(row.state, row.problem);
  if (row.problems == 0 || row.partitions == 1) return state;
  return absl::StrCat(state, " (", FormatCount(row.problems), " of ",
                      FormatCount(row.partitions), ")");
}

// Columns that topics and partitions share, behind their names.
void AddCopyColumns(std::vector<Column<CopyRow>>* columns) {
  using Kind = Column<CopyRow>::Kind;
  const std::vector<Column<CopyRow>> shared = {
      {"lag", "Lag", Kind::kCount, nullptr,
       [](const CopyRow& row) { return Number(row.lag); }},
      {"lag_ms", "Lag in time", Kind::kMs, nullptr,
       [](const CopyRow& row) { return Number(row.lag_ms); }},
      {"rate", "Records/s", Kind::kRate, nullptr,
       [](const CopyRow& row) { return row.rate; }},
      {"records", "Copied", Kind::kCount, nullptr,
       [](const CopyRow& row) { return Number(row.records); }},
      {"skipped", "Skipped", Kind::kCount, nullptr,
       [](const CopyRow& row) { return Number(row.skipped); }}};
  columns->insert(columns->end(), shared.begin(), shared.end());
}

std::vector<Column<CopyRow>> FirstCopyColumns(const char* title) {
  using Kind = Column<CopyRow>::Kind;
  return {{"name", title, Kind::kText,
           [](const CopyRow& row) { return row.Name(); }, nullptr},
          {"flow", "Flow", Kind::kText,
           [](const CopyRow& row) { return row.flow; }, nullptr},
          {"state", "State", Kind::kText, StateOf, Badness}};
}

template <class Row>
const Column<Row>* FindColumn(const std::vector<Column<Row>>& columns,
                              absl::string_view key) {
  for (const Column<Row>& column : columns) {
    if (key == column.key) return &column;
  }
  return nullptr;
}

template <class Row>
void SortBy(const Column<Row>& column, bool down, std::vector<Row>* rows) {
  struct Key {
    std::optional<double> number;
    std::string text;
    size_t index = 0;
  };
  std::vector<Key> keys;
  keys.reserve(rows->size());
  for (const Row& row : *rows) {
    Key key;
    key.index = keys.size();
    if (column.number != nullptr) {
      key.number = column.number(row);
    } else {
      key.number = 0;
      key.text = column.text(row);
    }
    keys.push_back(std::move(key));
  }
  std::sort(keys.begin(), keys.end(), [down](const Key& a, const Key& b) {
    if (a.number.has_value() != b.number.has_value()) {
      return a.number.has_value();
    }
    const auto left = std::tie(a.number, a.text);
    const auto right = std::tie(b.number, b.text);
    if (left != right) return down ? right < left : left < right;
    return a.index < b.index;
  });
  std::vector<Row> sorted;
  sorted.reserve(rows->size());
  for (const Key& key : keys) sorted.push_back(std::move((*rows)[key.index]));
  *rows = std::move(sorted);
}

// As the reader may not know how the name is written.
bool ContainsIgnoringCase(absl::string_view name, absl::string_view lower) {
  return absl::StrContains(absl::AsciiStrToLower(name), lower);
}

}  // namespace

std::vector<Column<FlowRow>> FlowColumns() {
  using Kind = Column<FlowRow>::Kind;
  return {
      {"flow", "Flow", Kind::kText, [](const FlowRow& row) { return row.flow; },
       nullptr},
      {"state", "State", Kind::kText,
       [](const FlowRow& row) { return row.state; }, nullptr},
      {"health", "Health", Kind::kText,
       [](const FlowRow& row) { return StateName(row.health); },
       [](const FlowRow& row) -> std::optional<double> { return row.health; }},
      {"partitions", "Partitions", Kind::kCount, nullptr,
       [](const FlowRow& row) { return Number(row.partitions); }},
      {"problems", "Problems", Kind::kCount, nullptr,
       [](const FlowRow& row) { return Number(row.problems); }},
      {"lag", "Lag", Kind::kCount, nullptr,
       [](const FlowRow& row) { return Number(row.lag); }},
      {"lag_ms", "Lag in time", Kind::kMs, nullptr,
       [](const FlowRow& row) { return Number(row.lag_ms); }},
      {"rate", "Records/s", Kind::kRate, nullptr,
       [](const FlowRow& row) { return row.rate; }},
      {"records", "Copied", Kind::kCount, nullptr,
       [](const FlowRow& row) { return Number(row.records); }}};
}

std::vector<Column<CopyRow>> TopicColumns() {
  using Kind = Column<CopyRow>::Kind;
  std::vector<Column<CopyRow>> columns = FirstCopyColumns("Topic");
  columns.push_back(
      {"partitions", "Partitions", Kind::kCount, nullptr,
       [](const CopyRow& row) { return Number(row.partitions); }});
  AddCopyColumns(&columns);
  return columns;
}

std::vector<Column<CopyRow>> PartitionColumns() {
  using Kind = Column<CopyRow>::Kind;
  std::vector<Column<CopyRow>> columns = FirstCopyColumns("Partition");
  AddCopyColumns(&columns);
  columns.push_back(
      {"acked", "Last offset", Kind::kCount, nullptr,
       [](const CopyRow& row) { return Number(row.acked_offset); }});
  return columns;
}

std::vector<Column<GroupRow>> GroupColumns() {
  using Kind = Column<GroupRow>::Kind;
  return {{"name", "Group", Kind::kText,
           [](const GroupRow& row) { return row.group; }, nullptr},
          {"flow", "Flow", Kind::kText,
           [](const GroupRow& row) { return row.flow; }, nullptr},
          {"state", "State", Kind::kText,
           [](const GroupRow& row) { return StateName(row.state); }, Badness},
          {"partitions", "Partitions", Kind::kCount, nullptr,
           [](const GroupRow& row) { return Number(row.partitions); }},
          {"written", "Written", Kind::kCount, nullptr,
           [](const GroupRow& row) { return Number(row.written); }},
          {"ahead", "Ahead", Kind::kCount, nullptr,
           [](const GroupRow& row) { return Number(row.ahead); }},
          {"refused", "Refused", Kind::kCount, nullptr,
           [](const GroupRow& row) { return Number(row.refused); }},
          {"withheld", "Withheld", Kind::kCount, nullptr,
           [](const GroupRow& row) { return Number(row.withheld); }},
          {"reason", "Reason", Kind::kText,
           [](const GroupRow& row) { return row.reason; }, nullptr}};
}

template <class Row>
std::string CellText(const Column<Row>& column, const Row& row) {
  using Kind = typename Column<Row>::Kind;
  if (column.kind == Kind::kText) return column.text(row);
  const std::optional<double> number = column.number(row);
  if (!number.has_value()) return "";
  if (column.kind == Kind::kRate) return FormatRate(*number);
  const auto whole = static_cast<int64_t>(*number);
  return column.kind == Kind::kMs ? FormatMs(whole) : FormatCount(whole);
}

void KeepRows(const RowFilter& filter, std::vector<CopyRow>* rows) {
  const std::string text = absl::AsciiStrToLower(filter.text);
  const auto keep = [&](const CopyRow& row) {
    return (filter.flow.empty() || row.flow == filter.flow) &&
           (filter.name.empty() || row.topic == filter.name) &&
           (ContainsIgnoringCase(row.Name(), text) ||
            ContainsIgnoringCase(row.target_topic, text));
  };
  rows->erase(std::remove_if(rows->begin(), rows->end(),
                             [&](const CopyRow& row) { return !keep(row); }),
              rows->end());
}

void KeepRows(const RowFilter& filter, std::vector<GroupRow>* rows) {
  const std::string text = absl::AsciiStrToLower(filter.text);
  const auto keep = [&](const GroupRow& row) {
    return (filter.flow.empty() || row.flow == filter.flow) &&
           (filter.name.empty() || row.group == filter.name) &&
           ContainsIgnoringCase(row.group, text);
  };
  rows->erase(std::remove_if(rows->begin(), rows->end(),
                             [&](const GroupRow& row) { return !keep(row); }),
              rows->end());
}

template <class Row>
void SortRows(const std::vector<Column<Row>>& columns, absl::string_view key,
              bool down, std::vector<Row>* rows) {
  const Column<Row>* column = FindColumn(columns, key);
  if (column == nullptr || key == "state") {
    if (column == nullptr) down = true;
    const Column<Row>* const lag = FindColumn(columns, "lag");
    if (lag != nullptr) SortBy(*lag, /*down=*/true, rows);
    column = FindColumn(columns, "state");
  }
  SortBy(*column, down, rows);
}

template std::string CellText(const Column<FlowRow>&, const FlowRow&);
template std::string CellText(const Column<CopyRow>&, const CopyRow&);
template std::string CellText(const Column<GroupRow>&, const GroupRow&);
template void SortRows(const std::vector<Column<CopyRow>>&, absl::string_view,
                       bool, std::vector<CopyRow>*);
template void SortRows(const std::vector<Column<GroupRow>>&, absl::string_view,
                       bool, std::vector<GroupRow>*);

}  // namespace mirror::internal
