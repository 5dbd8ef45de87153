// SPDX-License-Identifier: Apache-2.0

#include "mirror/transform/schema/schema_copier.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/curl/http_client.h"
#include "mirror/testing/matchers.h"
#include "mirror/transform/schema/fake_schema_registry.h"

namespace mirror::internal {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Plain(const std::string& text) {
  return absl::StrCat("{\"schema\":\"", text, "\"}");
}
std::string Refers(const std::string& text, const std::string& subject,
                   int version) {
  return absl::StrCat("{\"references\":[{\"name\":\"n\",\"subject\":\"",
                      subject, "\",\"version\":", version, "}],\"schema\":\"",
                      text, "\"}");
}

class SchemaCopierTest : public ::testing::Test {
 protected:
  static std::unique_ptr<SchemaRegistry> Registry(
      const std::string& role, const FakeSchemaRegistry& server) {
    SchemaRegistryOptions options;
    options.url = server.url();
    return std::make_unique<SchemaRegistry>(
        role, HttpClient::Create(HttpOptionsFor(options)).value());
  }
  // As a record of the topic orders asks.
  absl::StatusOr<int32_t> Copy(int32_t id, const std::string& target = "") {
    return copier_.Copy({id, "orders-value", target});
  }
  int64_t Registrations() const {
    const auto requests = target_.Requests();
    return std::count_if(requests.begin(), requests.end(),
                         [](const std::string& request) {
                           return absl::EndsWith(request, "/versions");
                         });
  }

  FakeSchemaRegistry source_{1};
  FakeSchemaRegistry target_{100};
  SchemaCopier copier_{Registry("source", source_),
                       Registry("target", target_)};
};

TEST_F(SchemaCopierTest, RegistersUnderTheTopicsOwnSubjectIfThereIsOne) {
  const int32_t id = source_.Add("orders-value", Plain("s"));
  source_.Add("bills-value", Plain("s"));
  EXPECT_THAT(Copy(id), IsOkAndHolds(100));
  EXPECT_THAT(target_.Subjects(), ElementsAre("orders-value"));
  EXPECT_THAT(target_.Versions("orders-value"), ElementsAre(Plain("s")));
}

TEST_F(SchemaCopierTest, RegistersUnderEverySubjectOtherwise) {
  const int32_t id = source_.Add("com.shop.Order", Plain("s"));
  source_.Add("com.shop.Bill", Plain("s"));
  EXPECT_THAT(Copy(id), IsOkAndHolds(100));
  EXPECT_THAT(target_.Subjects(),
              ElementsAre("com.shop.Bill", "com.shop.Order"));
}

TEST_F(SchemaCopierTest, RegistersUnderTheSubjectThatIsAskedFor) {
  source_.Add("orders-value", Plain("1"));
  const int32_t id = source_.Add("orders-value", Plain("2"));
  EXPECT_THAT(Copy(id, "A.orders-value"), IsOk());
  EXPECT_THAT(target_.Versions("A.orders-value"),
              ElementsAre(Plain("1"), Plain("2")));
  const int32_t other = source_.Add("com.shop.Order", Plain("3"));
  EXPECT_THAT(Copy(other, "A.orders-value"), IsOk());
  EXPECT_THAT(target_.Subjects(), ElementsAre("A.orders-value"));
}

TEST_F(SchemaCopierTest, EarlierVersionsComeFirst) {
  target_.RequireGrowth();
  const int32_t first = source_.Add("orders-value", Plain("1"));
  source_.Add("orders-value", Plain("22"));
  const int32_t third = source_.Add("orders-value", Plain("333"));
  source_.Add("orders-value", Plain("4444"));
  EXPECT_THAT(Copy(third), IsOkAndHolds(102));
  EXPECT_THAT(Copy(first), IsOkAndHolds(100));
  EXPECT_THAT(target_.Versions("orders-value"),
              ElementsAre(Plain("1"), Plain("22"), Plain("333")));
}

TEST_F(SchemaCopierTest, DeletedVersionsAreReadableButNoHistory) {
  const int32_t first = source_.Add("orders-value", Plain("1"));
  const int32_t second = source_.Add("orders-value", Plain("2"));
  source_.DeleteVersion("orders-value", 1);
  EXPECT_THAT(Copy(second), IsOk());
  EXPECT_THAT(target_.Versions("orders-value"), ElementsAre(Plain("2")));
  source_.DeleteVersion("orders-value", 2);
  EXPECT_THAT(Copy(first), IsOk());
  EXPECT_THAT(target_.Versions("orders-value"),
              ElementsAre(Plain("2"), Plain("1")));
}

TEST_F(SchemaCopierTest, ReferencesComeFirstWithTheVersionsOfTheTarget) {
  // What stands there already moves the numbers on.
  target_.Add("money", Plain("another"));
  source_.Add("money", Plain("m"));
  source_.Add("item", Refers("i", "money", 1));
  const int32_t id = source_.Add("orders-value", Refers("o", "item", 1));
  EXPECT_THAT(Copy(id), IsOk());
  EXPECT_THAT(target_.Versions("money"),
              ElementsAre(Plain("another"), Plain("m")));
  EXPECT_THAT(target_.Versions("item"), ElementsAre(Refers("i", "money", 2)));
  EXPECT_THAT(target_.Versions("orders-value"),
              ElementsAre(Refers("o", "item", 1)));
}

TEST_F(SchemaCopierTest, ReferencesAreBounded) {
  source_.Add("s0", Plain("s"));
  for (int i = 1; i < 25; ++i) {
    source_.Add(absl::StrCat("s", i), Refers("s", absl::StrCat("s", i - 1), 1));
  }
  const int32_t id = source_.Add("orders-value", Refers("o", "s24", 1));
  EXPECT_THAT(Copy(id), StatusIs(absl::StatusCode::kFailedPrecondition,
                                 HasSubstr("20 deep")));
  EXPECT_THAT(target_.Subjects(), IsEmpty());
}

TEST_F(SchemaCopierTest, ARetryContinuesWhereItFailed) {
  target_.RequireGrowth();
  source_.Add("orders-value", Plain("1"));
  source_.Add("orders-value", Plain("333"));
  source_.Add("orders-value", Plain("22"));
  const int32_t id = source_.Add("orders-value", Plain("4444"));
  for (int attempt = 0; attempt < 2; ++attempt) {
    EXPECT_THAT(Copy(id),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         AllOf(HasSubstr("subject orders-value"),
                               HasSubstr("incompatible"),
                               HasSubstr("version 3 of the source's"))));
  }
  EXPECT_EQ(Registrations(), 4);
}

TEST_F(SchemaCopierTest, AnUnknownIdIsNotFound) {
  EXPECT_THAT(Copy(7),
              StatusIs(absl::StatusCode::kNotFound,
                       AllOf(HasSubstr("schema id 7"), HasSubstr(source_.url()),
                             HasSubstr("RecordFilter"))));
  EXPECT_THAT(target_.Requests(), IsEmpty());
}

TEST_F(SchemaCopierTest, NothingIsAskedOnceCancelled) {
  const int32_t id = source_.Add("orders-value", Plain("s"));
  copier_.Cancel();
  EXPECT_THAT(Copy(id), StatusIs(absl::StatusCode::kCancelled));
}

}  // namespace
}  // namespace mirror::internal
