// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"
#include "mirror/transform/record_transforms.h"

namespace mirror::internal {
namespace {

class Fails final : public RecordTransform {
  absl::StatusOr<RecordVerdict> Transform(const TopicPartition&,
                                          Record&) const override {
    return absl::InternalError("asked");
  }
};

ForTopics ForOrders(std::shared_ptr<const RecordTransform> transform) {
  return ForTopics(RegexTopicFilter::Create("orders").value(),
                   std::move(transform));
}

TEST(ForTopics, AsksTheTransformAboutTheChosenTopicsOnly) {
  const ForTopics transform = ForOrders(std::make_shared<DropByHeader>("x"));
  Record record;
  record.headers = {{"x", "1"}};
  EXPECT_THAT(transform.Transform({"orders", 0}, record),
              IsOkAndHolds(RecordVerdict::kDrop));
  EXPECT_THAT(transform.Transform({"bills", 0}, record),
              IsOkAndHolds(RecordVerdict::kKeep));
}

TEST(ForTopics, PassesErrorsOn) {
  const ForTopics transform = ForOrders(std::make_shared<Fails>());
  Record record;
  EXPECT_THAT(transform.Transform({"orders", 0}, record),
              StatusIs(absl::StatusCode::kInternal, "asked"));
  EXPECT_THAT(transform.Transform({"heartbeats", 0}, record), IsOk());
}

}  // namespace
}  // namespace mirror::internal
