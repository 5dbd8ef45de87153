// SPDX-License-Identifier: Apache-2.0

#include "mirror/transform/schema/schema_registry.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

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
using Reply = FakeSchemaRegistry::Reply;

class SchemaRegistryTest : public ::testing::Test {
 protected:
  static std::unique_ptr<HttpClient> Http(const std::string& url) {
    SchemaRegistryOptions options;
    options.url = url;
    return HttpClient::Create(HttpOptionsFor(options)).value();
  }

  FakeSchemaRegistry server_;
  SchemaRegistry registry_{"source", Http(server_.url())};
};

TEST_F(SchemaRegistryTest, ASchemaIsReadAndWrittenAsItIs) {
  server_.Add("base", R"({"schema":"b","schemaType":"PROTOBUF"})");
  const std::string full =
      R"({"metadata":{"owner":"x","n":1.5},)"
      R"("references":[{"name":"b.proto","subject":"base","version":1}],)"
      R"("ruleSet":{"rules":[]},"schema":"s\u00e4\n\"","schemaType":"PROTOBUF"})";
  const int32_t id = server_.Add("orders-value", full);
  const auto schema = registry_.SchemaById(id);
  ASSERT_THAT(schema, IsOk());
  EXPECT_EQ(schema->text, "sä\n\"");
  EXPECT_EQ(schema->type, "PROTOBUF");
  // Ids go by content, so the same id says that nothing was lost between.
  EXPECT_THAT(registry_.Register("copy", *schema), IsOkAndHolds(id));
  EXPECT_THAT(registry_.VersionOf("copy", *schema), IsOkAndHolds(1));
}

TEST_F(SchemaRegistryTest, KnowsSubjectsAndVersions) {
  server_.Add("b", R"({"schema":"1"})");
  const int32_t id = server_.Add("b", R"({"schema":"2"})");
  server_.Add("a", R"({"schema":"2"})");
  server_.DeleteVersion("b", 1);
  const auto uses = registry_.UsesOf(id);
  ASSERT_THAT(uses, IsOk());
  ASSERT_EQ(uses->size(), 2);
  EXPECT_EQ((*uses)[0].subject, "a");
  EXPECT_EQ((*uses)[1].version, 2);
  EXPECT_THAT(registry_.Versions("b"), IsOkAndHolds(ElementsAre(2)));
  EXPECT_EQ(registry_.SchemaAt({"b", 1}).value().text, "1");
}

TEST_F(SchemaRegistryTest, SaysWhatTheRegistrySays) {
  const std::vector<std::pair<int, absl::StatusCode>> codes = {
      {404, absl::StatusCode::kNotFound},
      {401, absl::StatusCode::kPermissionDenied},
      {403, absl::StatusCode::kPermissionDenied},
      {409, absl::StatusCode::kFailedPrecondition},
      {422, absl::StatusCode::kFailedPrecondition},
      {429, absl::StatusCode::kUnavailable},
      {500, absl::StatusCode::kUnavailable},
      {503, absl::StatusCode::kUnavailable},
      {302, absl::StatusCode::kInternal},
      {400, absl::StatusCode::kInternal}};
  for (const auto& [http, code] : codes) {
    server_.SetReply(
        Reply{http, R"({"error_code":12345,"message":"because\n"})"});
    EXPECT_THAT(registry_.Register("orders-value", {}),
                StatusIs(code, AllOf(HasSubstr("source schema registry http:"),
                                     HasSubstr("orders-value"),
                                     HasSubstr(std::to_string(http)),
                                     HasSubstr("(12345): because\\n"))));
    server_.SetReply(Reply{http, "<html>"});
    EXPECT_THAT(registry_.SchemaById(7),
                StatusIs(code, HasSubstr("schema id 7")));
  }
}

TEST_F(SchemaRegistryTest, AnUnexpectedAnswerIsNamed) {
  const std::string deep =
      R"({"schema":"x","metadata":)" + std::string(100000, '[');
  for (const std::string& body :
       {std::string(), std::string("<html>"), std::string("null"),
        std::string("7"), std::string("{}"), std::string("[[]]"),
        std::string("[\"1\"]"), std::string(R"({"schema":7})"),
        std::string(R"({"id":"7","version":"7"})"),
        std::string(R"({"id":-1,"version":1.5})"),
        std::string(R"({"id":99999999999,"version":99999999999})"),
        std::string(R"({"schema":"x","references":{}})"),
        std::string(R"({"schema":"x","references":[{"name":"x"}]})"),
        std::string(R"([{"subject":"x"}])"), std::string(R"({"schema":"\x"})"),
        deep + std::string(100000, ']') + "}"}) {
    server_.SetReply(Reply{200, body});
    for (const absl::Status& status :
         {registry_.SchemaById(1).status(), registry_.UsesOf(1).status(),
          registry_.Versions("s").status(),
          registry_.SchemaAt({"s", 1}).status(),
          registry_.Register("s", {}).status(),
          registry_.VersionOf("s", {}).status()}) {
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kInternal,
                                   HasSubstr("check its URL")))
          << body.substr(0, 80);
    }
  }
}

}  // namespace
}  // namespace mirror::internal
