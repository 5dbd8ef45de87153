// SPDX-License-Identifier: Apache-2.0
//
// Schema ids rewritten between two registries while brokers copy: what stops
// when a registry does, and what does not.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/model/record.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"
#include "mirror/testing/matchers.h"
#include "mirror/transform/schema/fake_schema_registry.h"
#include "mirror/transform/schema/schema_id_transform.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/test_cluster.h"

namespace mirror::internal::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string WithId(int32_t id, int number) {
  std::string bytes(1, '\0');
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(id >> shift));
  }
  return absl::StrCat(bytes, number);
}

class SchemaIdTest : public MirrorTest {
 protected:
  void Start() {
    SchemaIdTransform::Options options;
    options.source.url = source_registry_.url();
    options.target.url = target_registry_.url();
    options.retry_after = absl::Milliseconds(100);
    Flow flow = NewFlow();
    flow.transforms.push_back(SchemaIdTransform::Create(options).value());
    mirror_ = std::make_unique<RunningMirror>(std::move(flow));
  }
  static void Append(const std::string& name, int32_t id, int first,
                     int count) {
    std::vector<Record> records;
    for (int i = first; i < first + count; ++i) {
      Record record;
      record.value = WithId(id, i);
      records.push_back(std::move(record));
    }
    source()->Append({Topic(name), 0}, std::move(records));
  }
  int32_t AddSchema(const std::string& name, const std::string& schema) {
    return source_registry_.Add(absl::StrCat(Topic(name), "-value"), schema);
  }
  // Expects the numbers 0 to `count` - 1, each once, under `id`.
  static void ExpectCopy(const std::string& name, int32_t id, int count) {
    const auto values = target()->Values(Copy(name));
    ASSERT_EQ(values.size(), 1);
    ASSERT_EQ(values[0].size(), static_cast<size_t>(count));
    for (int i = 0; i < count; ++i) EXPECT_EQ(values[0][i], WithId(id, i));
  }

  FakeSchemaRegistry source_registry_{7};
  FakeSchemaRegistry target_registry_{1000};
  std::unique_ptr<RunningMirror> mirror_;
};

TEST_F(SchemaIdTest, ACopyHasTheIdsOfTheTarget) {
  source()->CreateTopic(Topic("orders"), 1);
  AddSchema("orders", R"({"schema":"\"int\""})");
  const int32_t id = AddSchema("orders", R"({"schema":"\"long\""})");
  Append("orders", id, 0, 1000);
  Start();
  ASSERT_TRUE(mirror_->AwaitCopied(source(), Topic("orders")));
  ExpectCopy("orders", 1001, 1000);
  EXPECT_THAT(target_registry_.Subjects(),
              ElementsAre(absl::StrCat(Topic("orders"), "-value")));
}

TEST_F(SchemaIdTest, ARegistryThatIsDownStopsOnlyWhatNeedsIt) {
  source()->CreateTopic(Topic("known"), 1);
  source()->CreateTopic(Topic("new"), 1);
  source()->CreateTopic(Topic("plain"), 1);
  const int32_t known = AddSchema("known", R"({"schema":"\"int\""})");
  const int32_t other = AddSchema("new", R"({"schema":"\"long\""})");
  Append("known", known, 0, 10);
  Start();
  ASSERT_TRUE(mirror_->AwaitCopied(source(), Topic("known")));

  target_registry_.Stop();
  Append("new", other, 0, 10);
  EXPECT_TRUE(mirror_->AwaitProblem(Topic("new"), 0, PROBLEM_TRANSFORM_FAILED));
  EXPECT_TRUE(mirror_->AwaitEvent(
      EngineEvent::Kind::kPartitionProblem,
      {Topic("new"), "schema id 8", target_registry_.url()}));
  EXPECT_THAT(mirror_->Partition(Topic("new"), 0).reason(),
              HasSubstr(target_registry_.url()));
  Append("known", known, 10, 10);
  source()->AppendNumbers({Topic("plain"), 0}, 0, 10);
  EXPECT_TRUE(mirror_->AwaitCopied(source(), Topic("known")));
  EXPECT_TRUE(mirror_->AwaitCopied(source(), Topic("plain")));
  EXPECT_EQ(target()->Values(Copy("new")).at(0).size(), 0);

  target_registry_.Start();
  EXPECT_TRUE(mirror_->AwaitCopied(source(), Topic("new")));
  ExpectCopy("new", 1001, 10);
  ExpectCopy("known", 1000, 20);
  EXPECT_THAT(mirror_->engine()->Stop(), IsOk());
}

TEST_F(SchemaIdTest, AnUnknownIdStopsBeforeItsRecordUntilItIsKnown) {
  source()->CreateTopic(Topic("orders"), 1);
  const int32_t id = AddSchema("orders", R"({"schema":"\"int\""})");
  Append("orders", id, 0, 5);
  Append("orders", id + 1, 5, 5);
  Start();
  EXPECT_TRUE(mirror_->AwaitEvent(
      EngineEvent::Kind::kPartitionProblem,
      {Topic("orders"), "at offset 5", absl::StrCat("schema id ", id + 1),
       source_registry_.url()}));
  EXPECT_TRUE(Eventually(
      [] { return target()->Values(Copy("orders")).at(0).size() == 5; }));
  EXPECT_EQ(AddSchema("orders", R"({"schema":"\"long\""})"), id + 1);
  ASSERT_TRUE(mirror_->AwaitCopied(source(), Topic("orders")));
  const auto values = target()->Values(Copy("orders")).at(0);
  ASSERT_EQ(values.size(), 10);
  EXPECT_EQ(values[4], WithId(1000, 4));
  EXPECT_EQ(values[5], WithId(1001, 5));
}

}  // namespace
}  // namespace mirror::internal::testing
