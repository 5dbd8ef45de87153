// SPDX-License-Identifier: Apache-2.0

#include "mirror/metrics/prometheus_collectable.h"

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/metrics/metrics_fixture.h"

namespace mirror {
namespace {

TEST(PrometheusCollectableTest, GivesWhatTheReaderReads) {
  const PrometheusCollectable collectable(
      [] { return internal::CopyingStatus(1); });
  for (const prometheus::MetricFamily& family : collectable.Collect()) {
    if (family.name != "kafka_mirror_records_total") continue;
    EXPECT_EQ(family.type, prometheus::MetricType::Counter);
    ASSERT_THAT(family.metric, testing::SizeIs(1));
    EXPECT_EQ(family.metric[0].counter.value, 1000);
    EXPECT_THAT(
        family.metric[0].label,
        testing::Contains(prometheus::ClientMetric::Label{"topic", "orders"}));
    return;
  }
  FAIL() << "no such family";
}

}  // namespace
}  // namespace mirror
