// SPDX-License-Identifier: Apache-2.0

#include "mirror/metrics/prometheus_text.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/metrics/metrics_fixture.h"
#include "mirror/metrics/metrics_reader.h"
#include "mirror/metrics/snapshot_builder.h"
#include "mirror/testing/simulated_clock.h"

namespace mirror::internal {
namespace {

using ::testing::Lt;

TEST(PrometheusTextTest, EscapesWhateverANameHas) {
  SnapshotBuilder builder;
  builder.Add(Metric::kGroupSyncState,
              SnapshotBuilder::Labels(
                  {{"group", "a\"b\\c\nd<script>\xff"}, {"state", "synced"}}),
              1);
  EXPECT_EQ(
      ToPrometheusText(std::move(builder).Build()),
      "# HELP kafka_mirror_group_sync_state 1 for what was decided for the "
      "group; with the option for groups only.\n"
      "# TYPE kafka_mirror_group_sync_state gauge\n"
      "kafka_mirror_group_sync_state{group=\"a\\\"b\\\\c\\nd<script>\\\\xff\","
      "state=\"synced\"} 1\n");
}

TEST(PrometheusTextTest, KeepsLargeCountsExact) {
  SnapshotBuilder builder;
  builder.Add(Metric::kBytes, SnapshotBuilder::Labels({}), 123456789012345);
  EXPECT_THAT(ToPrometheusText(std::move(builder).Build()),
              testing::EndsWith("kafka_mirror_bytes_total 123456789012345\n"));
}

TEST(PrometheusTextTest, TenThousandPartitionsAreAtMost30Megabytes) {
  SimulatedClock clock;
  MetricsReader reader({}, &clock);
  const EngineStatus status = CopyingStatus(10000);
  reader.Read(status);
  clock.Advance(absl::Seconds(1));
  const std::string text = ToPrometheusText(reader.Read(status));
  EXPECT_THAT(text.size(), Lt(30 << 20));
}

}  // namespace
}  // namespace mirror::internal
