// SPDX-License-Identifier: Apache-2.0

#include "tools/demo_data/watcher.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "mirror/model/format_count.h"

namespace mirror::demo {
namespace {

// Short while nothing has come, to time the first record well.
constexpr absl::Duration kFirstRecordInterval = absl::Milliseconds(20);
constexpr absl::Duration kInterval = absl::Milliseconds(100);
constexpr absl::Duration kRateInterval = absl::Milliseconds(500);
constexpr absl::Duration kLineInterval = absl::Seconds(1);

int64_t SumOfEnds(ClusterAdmin* admin, const std::string& topic,
                  int32_t partitions) {
  std::vector<TopicPartition> all;
  for (int32_t i = 0; i < partitions; ++i) all.push_back({topic, i});
  int64_t sum = 0;
  for (const auto& end : admin->ListOffsets(all, OffsetSpec::kLatest)) {
    sum += end.ok() ? *end : 0;
  }
  return sum;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Watcher>> Watcher::Create(
    Cluster* source, Cluster* target, std::vector<SampleTopic> topics,
    WatchOptions options, std::FILE* out) {
  auto watcher =
      absl::WrapUnique(new Watcher(std::move(topics), std::move(options), out));
  auto source_admin = source->NewAdmin("demo-watch");
  if (!source_admin.ok()) return source_admin.status();
  auto target_admin = target->NewAdmin("demo-watch");
  if (!target_admin.ok()) return target_admin.status();
  watcher->source_ = *std::move(source_admin);
  watcher->target_ = *std::move(target_admin);
  return watcher;
}

Watcher::Watcher(std::vector<SampleTopic> topics, WatchOptions options,
                 std::FILE* out)
    : options_(std::move(options)),
      out_(out),
      terminal_(isatty(fileno(out)) != 0) {
  for (SampleTopic& topic : topics) {
    expected_ += topic.records;
    rows_.push_back({std::move(topic)});
  }
}

int64_t Watcher::Total(int64_t Row::* column) const {
  int64_t sum = 0;
  for (const Row& row : rows_) sum += row.*column;
  return sum;
}

bool Watcher::Complete() const {
  return std::all_of(rows_.begin(), rows_.end(), [](const Row& row) {
    return row.copied >= row.topic.records;
  });
}

void Watcher::Refresh() {
  for (Row& row : rows_) {
    row.copied =
        SumOfEnds(target_.get(), absl::StrCat(options_.prefix, row.topic.name),
                  row.topic.partitions);
  }
}

absl::StatusOr<WatchResult> Watcher::AwaitCopies() {
  for (Row& row : rows_) {
    row.source_end =
        SumOfEnds(source_.get(), row.topic.name, row.topic.partitions);
  }
  WatchResult result;
  std::optional<absl::Time> first;
  absl::Time last_news = absl::Now();
  while (true) {
    const int64_t before = Total(&Row::copied);
    Refresh();
    const absl::Time now = absl::Now();
    const int64_t copied = Total(&Row::copied);
    if (copied > before) {
      last_news = now;
      if (!first.has_value()) first = now;
    }
    UpdateRates(now);
    const bool complete = Complete();
    if (complete || now - printed_ >= (terminal_ ? kInterval : kLineInterval)) {
      Print(now);
    }
    if (complete) {
      result.records = copied;
      result.to_first_record = *first - options_.start;
      result.to_last_record = now - options_.start;
      return result;
    }
    if (now - last_news >= options_.patience) {
      return absl::DeadlineExceededError(absl::StrCat(
          "no record for ", absl::FormatDuration(options_.patience), ", and ",
          internal::FormatCount(expected_ - copied), " are missing"));
    }
    absl::SleepFor(first.has_value() ? kInterval : kFirstRecordInterval);
  }
}

void Watcher::UpdateRates(absl::Time now) {
  const absl::Duration passed = now - rated_;
  if (passed < kRateInterval) return;
  for (Row& row : rows_) {
    row.rate = static_cast<double>(row.copied - row.copied_before) /
               absl::ToDoubleSeconds(passed);
    row.copied_before = row.copied;
  }
  rated_ = now;
}

void Watcher::Print(absl::Time now) {
  printed_ = now;
  if (terminal_) {
    PrintTable();
  } else {
    PrintLine(now);
  }
  std::fflush(out_);
}

void Watcher::PrintTable() {
  if (std::exchange(drawn_, true)) {
    absl::FPrintF(out_, "\x1b[%dA", rows_.size() + 1);
  }
  absl::FPrintF(out_, "  %-12s%12s%12s%12s%12s\x1b[K\n", "topic", "source end",
                "copied", "lag", "records/s");
  for (const Row& row : rows_) {
    absl::FPrintF(out_, "  %-12s%12s%12s%12s%12s\x1b[K\n", row.topic.name,
                  internal::FormatCount(row.source_end),
                  internal::FormatCount(row.copied),
                  internal::FormatCount(
                      std::max<int64_t>(0, row.topic.records - row.copied)),
                  internal::FormatCount(static_cast<int64_t>(row.rate)));
  }
}

void Watcher::PrintLine(absl::Time now) {
  absl::FPrintF(out_, "  %5.1f s", absl::ToDoubleSeconds(now - options_.start));
  for (const Row& row : rows_) {
    absl::FPrintF(out_, "  %s %s/%s", row.topic.name,
                  internal::FormatCount(row.copied),
                  internal::FormatCount(row.topic.records));
  }
  absl::FPrintF(out_, "\n");
}

}  // namespace mirror::demo
