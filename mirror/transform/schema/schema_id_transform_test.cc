// SPDX-License-Identifier: Apache-2.0

#include "mirror/transform/schema/schema_id_transform.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/testing/matchers.h"
#include "mirror/testing/simulated_clock.h"
#include "mirror/transform/schema/fake_schema_registry.h"

namespace mirror::internal {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Options = SchemaIdTransform::Options;
using Reply = FakeSchemaRegistry::Reply;

std::string WithId(uint32_t id, const std::string& data = "data") {
  std::string bytes(1, '\0');
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(id >> shift));
  }
  return bytes + data;
}

Record WithValue(std::optional<std::string> value) {
  Record record;
  record.value = std::move(value);
  return record;
}

class SchemaIdTransformTest : public ::testing::Test {
 protected:
  SchemaIdTransformTest() {
    options_.source.url = source_.url();
    options_.target.url = target_.url();
    // Longer than any machine needs, where waiting is not what is tested.
    options_.patience = absl::Seconds(30);
  }

  void Start() {
    auto transform = SchemaIdTransform::Create(options_);
    ASSERT_THAT(transform, IsOk());
    transform_ = *std::move(transform);
  }
  // What becomes of a record of the topic orders.
  absl::StatusOr<Record> Transformed(Record record) {
    const auto verdict = transform_->Transform({"orders", 3}, record);
    if (!verdict.ok()) return verdict.status();
    EXPECT_EQ(*verdict, RecordVerdict::kKeep);
    return record;
  }
  // Time passes for the transform alone.
  void UseSimulatedTime() {
    options_.clock = &clock_;
    options_.retry_after = absl::Seconds(5);
  }
  size_t Requests() const {
    return source_.Requests().size() + target_.Requests().size();
  }

  SimulatedClock clock_;
  FakeSchemaRegistry source_{1};
  FakeSchemaRegistry target_{0x01020304};
  Options options_;
  std::shared_ptr<const SchemaIdTransform> transform_;
};

TEST_F(SchemaIdTransformTest, RewritesTheIdAndNothingElse) {
  const int32_t id = source_.Add("orders-value", R"({"schema":"s"})");
  Start();
  Record record = WithValue(WithId(id));
  record.key = WithId(id);
  record.headers = {{"h", WithId(id)}};
  Record expected = record;
  expected.value = WithId(0x01020304);
  EXPECT_THAT(Transformed(record), IsOkAndHolds(expected));
  EXPECT_THAT(Transformed(WithValue(WithId(id, ""))),
              IsOkAndHolds(WithValue(WithId(0x01020304, ""))));
}

TEST_F(SchemaIdTransformTest, KeysHaveSubjectsOfTheirOwn) {
  const int32_t id = source_.Add("orders-key", R"({"schema":"s"})");
  options_.keys = true;
  options_.values = false;
  Start();
  Record record = WithValue(WithId(id));
  record.key = WithId(id);
  Record expected = record;
  expected.key = WithId(0x01020304);
  EXPECT_THAT(Transformed(record), IsOkAndHolds(expected));
  EXPECT_THAT(target_.Subjects(), ElementsAre("orders-key"));
}

TEST_F(SchemaIdTransformTest, AsksOnceForAnId) {
  const int32_t id = source_.Add("orders-value", R"({"schema":"s"})");
  Start();
  ASSERT_THAT(Transformed(WithValue(WithId(id))), IsOk());
  const size_t requests = Requests();
  source_.Stop();
  target_.Stop();
  for (int i = 0; i < 100; ++i) {
    EXPECT_THAT(Transformed(WithValue(WithId(id))), IsOk());
  }
  EXPECT_EQ(Requests(), requests);
}

TEST_F(SchemaIdTransformTest, CanNameSubjectsAfterTheCopy) {
  const int32_t id = source_.Add("orders-value", R"({"schema":"s"})");
  options_.subjects = SchemaIdTransform::Subjects::kRemoteTopicName;
  options_.policy = DefaultReplicationPolicy::Create().value();
  options_.source_alias = "A";
  Start();
  EXPECT_THAT(Transformed(WithValue(WithId(id))), IsOk());
  EXPECT_THAT(target_.Subjects(), ElementsAre("A.orders-value"));
}

TEST_F(SchemaIdTransformTest, WhatHasNoIdPassesOrIsRefused) {
  for (const auto without_id : {SchemaIdTransform::WithoutId::kPass,
                                SchemaIdTransform::WithoutId::kRefuse}) {
    options_.without_id = without_id;
    Start();
    EXPECT_THAT(Transformed(WithValue(std::nullopt)), IsOk());
    for (const std::string& value :
         {std::string(), std::string("text"), std::string("\0\0\0\1", 4),
          std::string("\1\0\0\0\1x", 6),
          std::string("\0\xFF\xFF\xFF\xFF", 5)}) {
      const auto transformed = Transformed(WithValue(value));
      if (without_id == SchemaIdTransform::WithoutId::kPass) {
        EXPECT_THAT(transformed, IsOkAndHolds(WithValue(value)));
      } else {
        EXPECT_THAT(transformed, StatusIs(absl::StatusCode::kInvalidArgument));
      }
    }
  }
  EXPECT_EQ(Requests(), 0);
}

TEST_F(SchemaIdTransformTest, AnUnknownIdIsAskedForAgainAfterAWhile) {
  UseSimulatedTime();
  Start();
  for (int i = 0; i < 10; ++i) {
    EXPECT_THAT(
        Transformed(WithValue(WithId(1))),
        StatusIs(absl::StatusCode::kNotFound,
                 AllOf(HasSubstr("schema id 1"), HasSubstr(source_.url()))));
  }
  EXPECT_EQ(Requests(), 1);
  source_.Add("orders-value", R"({"schema":"s"})");
  clock_.Advance(absl::Seconds(5));
  EXPECT_THAT(Transformed(WithValue(WithId(1))), IsOk());
}

TEST_F(SchemaIdTransformTest, ARefusalNamesSubjectAndReason) {
  target_.RequireGrowth();
  target_.Add("orders-value", R"({"schema":"a long one"})");
  const int32_t id = source_.Add("orders-value", R"({"schema":"s"})");
  Start();
  EXPECT_THAT(Transformed(WithValue(WithId(id))),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("schema id 1"), HasSubstr(target_.url()),
                             HasSubstr("subject orders-value"),
                             HasSubstr("incompatible"))));
}

TEST_F(SchemaIdTransformTest, FaultsOfARegistryPass) {
  UseSimulatedTime();
  const int32_t id = source_.Add("orders-value", R"({"schema":"s"})");
  Start();
  const std::pair<Reply, absl::StatusCode> faults[] = {
      {{500, "{}"}, absl::StatusCode::kUnavailable},
      {{401, "{}"}, absl::StatusCode::kPermissionDenied},
      {{200, "<html>"}, absl::StatusCode::kInternal}};
  for (FakeSchemaRegistry* registry : {&source_, &target_}) {
    for (const auto& [reply, code] : faults) {
      registry->SetReply(reply);
      EXPECT_THAT(Transformed(WithValue(WithId(id))),
                  StatusIs(code, HasSubstr(registry->url())));
      registry->SetReply(std::nullopt);
      clock_.Advance(absl::Seconds(5));
    }
    registry->Stop();
    EXPECT_THAT(
        Transformed(WithValue(WithId(id))),
        StatusIs(absl::StatusCode::kUnavailable, HasSubstr(registry->url())));
    registry->Start();
    clock_.Advance(absl::Seconds(5));
  }
  EXPECT_THAT(Transformed(WithValue(WithId(id))),
              IsOkAndHolds(WithValue(WithId(0x01020304))));
}

TEST_F(SchemaIdTransformTest, ASlowRegistryHoldsAShardUpOnlyOnce) {
  const int32_t id = source_.Add("orders-value", R"({"schema":"s"})");
  options_.patience = absl::Milliseconds(200);
  options_.source.timeout = absl::Hours(1);
  Start();
  source_.SetStalled(true);
  const absl::Time begin = absl::Now();
  for (uint32_t i = 0; i < 200; ++i) {
    EXPECT_THAT(Transformed(WithValue(WithId(id + i))),
                StatusIs(absl::StatusCode::kUnavailable,
                         HasSubstr("still being looked up")));
  }
  // Waiting each time would take 40 s.
  EXPECT_LT(absl::Now() - begin, absl::Seconds(20));
  source_.SetStalled(false);
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (!Transformed(WithValue(WithId(id))).ok()) {
    ASSERT_LT(absl::Now(), deadline);
  }
}

TEST_F(SchemaIdTransformTest, CanBeDestroyedWhileARegistryIsSilent) {
  options_.patience = absl::ZeroDuration();
  options_.source.timeout = absl::Hours(1);
  Start();
  source_.SetStalled(true);
  EXPECT_THAT(Transformed(WithValue(WithId(1))),
              StatusIs(absl::StatusCode::kUnavailable));
  ASSERT_TRUE(source_.AwaitRequest(absl::Minutes(1)));
  const absl::Time begin = absl::Now();
  transform_.reset();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(30));
}

TEST_F(SchemaIdTransformTest, RefusesOptionsThatMeanNothing) {
  options_.values = false;
  EXPECT_THAT(SchemaIdTransform::Create(options_),
              StatusIs(absl::StatusCode::kInvalidArgument));
  options_.values = true;
  options_.subjects = SchemaIdTransform::Subjects::kRemoteTopicName;
  EXPECT_THAT(
      SchemaIdTransform::Create(options_),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("source_alias")));
  options_.subjects = SchemaIdTransform::Subjects::kAsAtSource;
  options_.target.url = "registry:8081";
  EXPECT_THAT(
      SchemaIdTransform::Create(options_),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("target")));
}

}  // namespace
}  // namespace mirror::internal
