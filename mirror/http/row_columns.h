// SPDX-License-Identifier: Apache-2.0
//
// The columns of tables of rows, and the rows that a reader asks for, in the
// order that he asks for.
//
//   std::vector<CopyRow> rows = TopicRows(partitions);
//   KeepRows({/*flow=*/"", /*name=*/"", /*text=*/"ord"}, &rows);
//   SortRows(TopicColumns(), "lag", /*down=*/true, &rows);

#ifndef MIRROR_HTTP_ROW_COLUMNS_H_
#define MIRROR_HTTP_ROW_COLUMNS_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "mirror/http/status_rows.h"

namespace mirror::internal {

template <class Row>
struct Column {
  enum class Kind { kText, kCount, kMs, kRate };

  const char* key;  // in URLs and JSON
  const char* title;
  Kind kind;
  // Of kText; null otherwise.
  std::string (*text)(const Row&);
  // Null for texts that are ordered as such.
  std::optional<double> (*number)(const Row&);
};

std::vector<Column<FlowRow>> FlowColumns();
std::vector<Column<CopyRow>> TopicColumns();
std::vector<Column<CopyRow>> PartitionColumns();
std::vector<Column<GroupRow>> GroupColumns();

// What a cell shows; "" if there is no value.
template <class Row>
std::string CellText(const Column<Row>& column, const Row& row);

struct RowFilter {
  std::string flow;  // "A->B"; "": any
  std::string name;  // exactly this topic or group; "": any
  std::string text;  // a part of a name, in any case
};

void KeepRows(const RowFilter& filter, std::vector<CopyRow>* rows);
void KeepRows(const RowFilter& filter, std::vector<GroupRow>* rows);

// By the column `key`; rows without a value are last, and equal ones keep their
// order. By "state", or if there is no such column: problems first, then by
// lag.
template <class Row>
void SortRows(const std::vector<Column<Row>>& columns, absl::string_view key,
              bool down, std::vector<Row>* rows);

}  // namespace mirror::internal

#endif  // MIRROR_HTTP_ROW_COLUMNS_H_
