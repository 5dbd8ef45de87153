// SPDX-License-Identifier: Apache-2.0
//
// What needs no broker; the rest is in tests/contract and tests/integration.

#include "mirror/kafka/kafka_cluster.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"

namespace mirror {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::HasSubstr;

KafkaClusterOptions Options() {
  KafkaClusterOptions options;
  options.alias = "backup";
  options.properties = {{"bootstrap.servers", "127.0.0.1:1"}};
  return options;
}

TEST(KafkaCluster, RefusesABadSettingOfAnyClientAtOnce) {
  for (const auto settings :
       {&KafkaClusterOptions::properties, &KafkaClusterOptions::consumer,
        &KafkaClusterOptions::producer, &KafkaClusterOptions::admin}) {
    KafkaClusterOptions options = Options();
    (options.*settings)["no.such.setting"] = "1";
    EXPECT_THAT(
        KafkaCluster::Create(std::move(options)),
        StatusIs(StatusCode::kInvalidArgument,
                 AllOf(HasSubstr("backup"), HasSubstr("no.such.setting"))));
  }
}

TEST(KafkaCluster, SettingsOfOneKindOfClientReplaceTheCommonOnes) {
  KafkaClusterOptions options = Options();
  options.properties["linger.ms"] = "not a number";
  EXPECT_FALSE(KafkaCluster::Create(options).ok());
  options.consumer["linger.ms"] = "1";
  options.producer["linger.ms"] = "1";
  options.admin["linger.ms"] = "1";
  EXPECT_THAT(KafkaCluster::Create(options), IsOk());
}

TEST(KafkaCluster, ClientsOfAnUnreachableClusterAreMadeAndEndSoon) {
  const absl::Time start = absl::Now();
  auto cluster = KafkaCluster::Create(Options()).value();
  auto source = cluster->NewSource({}).value();
  EXPECT_THAT(source->Assign({{{"orders", 0}, UpstreamOffset(7)}}), IsOk());
  EXPECT_FALSE(source->Bounds({"orders", 0}).has_value());
  auto sink = cluster->NewSink({}).value();
  OwnedRecordBatch batch({"orders", 0}, std::vector<Record>(1));
  int64_t next = 0;
  EXPECT_THAT(sink->Send({"orders", 0}, &batch, &next),
              StatusIs(StatusCode::kNotFound, HasSubstr("orders-0")));
  EXPECT_EQ(next, 0);
  auto admin = cluster->NewAdmin("test").value();
  auto groups = cluster->NewGroupAdmin("test").value();
  source.reset();
  sink.reset();
  admin.reset();
  groups.reset();
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
}

}  // namespace
}  // namespace mirror
