// SPDX-License-Identifier: Apache-2.0

#include "mirror/transform/schema/schema_registry.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace mirror::internal {
namespace {

using Json = nlohmann::ordered_json;

// Registries' own words; enough of them to be of use.
constexpr size_t kMaxReasonBytes = 500;

// Writing JSON recurses, so what would be too deep for the stack is not read.
constexpr int kMaxDepth = 200;

// Never throws; discarded if it is no JSON.
Json Parse(const std::string& text) {
  bool too_deep = false;
  Json json = Json::parse(
      text,
      [&too_deep](int depth, Json::parse_event_t, Json&) {
        too_deep = too_deep || depth > kMaxDepth;
        return !too_deep;
      },
      /*allow_exceptions=*/false);
  return too_deep ? Json(Json::value_t::discarded) : json;
}

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const Json* Member(const Json& json, const char* name) {
  if (!json.is_object()) return nullptr;
  const auto found = json.find(name);
  return found == json.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::string> Text(const Json& json, const char* name) {
  const Json* const member = Member(json, name);
  if (member == nullptr || !member->is_string()) return std::nullopt;
  return member->get<std::string>();
}

std::optional<int32_t> Number(const Json& json) {
  if (!json.is_number_integer()) return std::nullopt;
  const auto number = json.get<int64_t>();
  if (number < 0 || number > std::numeric_limits<int32_t>::max()) {
    return std::nullopt;
  }
  return static_cast<int32_t>(number);
}

std::optional<int32_t> Number(const Json& json, const char* name) {
  const Json* const member = Member(json, name);
  if (member == nullptr) return std::nullopt;
  return Number(*member);
}

std::optional<SubjectVersion> ReadSubjectVersion(const Json& json) {
  auto subject = Text(json, "subject");
  const auto version = Number(json, "version");
  if (!subject || !version) return std::nullopt;
  return SubjectVersion{*std::move(subject), *version};
}

std::optional<Schema> ReadSchema(const Json& json) {
  auto text = Text(json, "schema");
  if (!text) return std::nullopt;
  Schema schema;
  schema.text = *std::move(text);
  schema.type = Text(json, "schemaType").value_or("");
  const Json* const references = Member(json, "references");
  if (references != nullptr && !references->is_array()) return std::nullopt;
  for (const Json& one : references != nullptr ? *references : Json::array()) {
    auto name = Text(one, "name");
    auto target = ReadSubjectVersion(one);
    if (!name || !target) return std::nullopt;
    schema.references.push_back({*std::move(name), *std::move(target)});
  }
  const Json* const metadata = Member(json, "metadata");
  if (metadata != nullptr) schema.metadata = Dump(*metadata);
  const Json* const rule_set = Member(json, "ruleSet");
  if (rule_set != nullptr) schema.rule_set = Dump(*rule_set);
  return schema;
}

std::string WriteSchema(const Schema& schema) {
  Json json = {{"schema", schema.text}};
  if (!schema.type.empty()) json["schemaType"] = schema.type;
  for (const SchemaReference& reference : schema.references) {
    json["references"].push_back({{"name", reference.name},
                                  {"subject", reference.target.subject},
                                  {"version", reference.target.version}});
  }
  if (!schema.metadata.empty()) json["metadata"] = Parse(schema.metadata);
  if (!schema.rule_set.empty()) json["ruleSet"] = Parse(schema.rule_set);
  return Dump(json);
}

std::string SubjectPath(const std::string& subject) {
  return absl::StrCat("/subjects/", HttpClient::Escaped(subject));
}

absl::StatusCode CodeOf(int http) {
  if (http == 404) return absl::StatusCode::kNotFound;
  if (http == 401 || http == 403) return absl::StatusCode::kPermissionDenied;
  if (http == 409 || http == 422) return absl::StatusCode::kFailedPrecondition;
  if (http == 429 || http >= 500) return absl::StatusCode::kUnavailable;
  return absl::StatusCode::kInternal;
}

std::string WhatToDo(int http) {
  if (http == 401 || http == 403) return "; check user, password or token";
  if (http == 409) {
    return "; give the subject the compatibility that it has at the source, or "
           "register the schema by hand";
  }
  return "";
}

}  // namespace

HttpClientOptions HttpOptionsFor(const SchemaRegistryOptions& options) {
  HttpClientOptions http;
  http.server = "schema registry";
  http.url = options.url;
  http.username = options.username;
  http.password = options.password;
  http.bearer_token = options.bearer_token;
  http.ca_file = options.ca_file;
  http.timeout = options.timeout;
  http.media_type = "application/vnd.schemaregistry.v1+json";
  return http;
}

SchemaRegistry::SchemaRegistry(absl::string_view role,
                               std::unique_ptr<HttpClient> http)
    : name_(absl::StrCat(role, " schema registry ", http->url())),
      http_(std::move(http)) {}

absl::StatusOr<std::string> SchemaRegistry::BodyOf(
    absl::StatusOr<HttpAnswer> answer, absl::string_view what) const {
  if (!answer.ok()) return answer.status();
  if (answer->code >= 200 && answer->code < 300) return std::move(answer->body);
  const Json json = Parse(answer->body);
  std::string reason;
  const auto error_code = Number(json, "error_code");
  if (error_code && *error_code != answer->code) {
    absl::StrAppend(&reason, " (", *error_code, ")");
  }
  const auto message = Text(json, "message");
  if (message) {
    absl::StrAppend(&reason, ": ",
                    absl::CHexEscape(message->substr(0, kMaxReasonBytes)));
  }
  return absl::Status(CodeOf(answer->code),
                      absl::StrCat(name_, " answers ", answer->code, " when ",
                                   what, reason, WhatToDo(answer->code)));
}

absl::Status SchemaRegistry::Nonsense(absl::string_view what) const {
  return absl::InternalError(
      absl::StrCat(name_, " answers with what no schema registry says when ",
                   what, "; check its URL"));
}

absl::StatusOr<Schema> SchemaRegistry::SchemaById(int32_t id) {
  const std::string what = absl::StrCat("asked for schema id ", id);
  const auto body = BodyOf(http_->Get(absl::StrCat("/schemas/ids/", id)), what);
  if (absl::IsNotFound(body.status())) {
    return absl::NotFoundError(absl::StrCat(
        body.status().message(),
        "; name the registry that the record's producer uses, or leave the "
        "record out with a RecordFilter"));
  }
  if (!body.ok()) return body.status();
  auto schema = ReadSchema(Parse(*body));
  if (!schema) return Nonsense(what);
  return *std::move(schema);
}

absl::StatusOr<std::vector<SubjectVersion>> SchemaRegistry::UsesOf(int32_t id) {
  const std::string what =
      absl::StrCat("asked for the subjects of schema id ", id);
  const auto body = BodyOf(
      http_->Get(absl::StrCat("/schemas/ids/", id, "/versions?deleted=true")),
      what);
  if (!body.ok()) return body.status();
  const Json json = Parse(*body);
  if (!json.is_array()) return Nonsense(what);
  std::vector<SubjectVersion> uses;
  for (const Json& one : json) {
    auto use = ReadSubjectVersion(one);
    if (!use) return Nonsense(what);
    uses.push_back(*std::move(use));
  }
  std::sort(uses.begin(), uses.end(),
            [](const SubjectVersion& a, const SubjectVersion& b) {
              return std::tie(a.subject, a.version) <
                     std::tie(b.subject, b.version);
            });
  return uses;
}

absl::StatusOr<std::vector<int>> SchemaRegistry::Versions(
    const std::string& subject) {
  const std::string what =
      absl::StrCat("asked for the versions of subject ", subject);
  const auto body =
      BodyOf(http_->Get(absl::StrCat(SubjectPath(subject), "/versions")), what);
  if (!body.ok()) return body.status();
  const Json json = Parse(*body);
  if (!json.is_array()) return Nonsense(what);
  std::vector<int> versions;
  for (const Json& one : json) {
    const auto version = Number(one);
    if (!version) return Nonsense(what);
    versions.push_back(*version);
  }
  std::sort(versions.begin(), versions.end());
  return versions;
}

absl::StatusOr<Schema> SchemaRegistry::SchemaAt(const SubjectVersion& at) {
  const std::string what = absl::StrCat("asked for version ", at.version,
                                        " of subject ", at.subject);
  const auto body =
      BodyOf(http_->Get(absl::StrCat(SubjectPath(at.subject), "/versions/",
                                     at.version, "?deleted=true")),
             what);
  if (!body.ok()) return body.status();
  auto schema = ReadSchema(Parse(*body));
  if (!schema) return Nonsense(what);
  return *std::move(schema);
}

absl::StatusOr<int32_t> SchemaRegistry::Register(const std::string& subject,
                                                 const Schema& schema) {
  const std::string what =
      absl::StrCat("a schema is registered under subject ", subject);
  const auto body =
      BodyOf(http_->Post(absl::StrCat(SubjectPath(subject), "/versions"),
                         WriteSchema(schema)),
             what);
  if (!body.ok()) return body.status();
  const auto id = Number(Parse(*body), "id");
  if (!id) return Nonsense(what);
  return *id;
}

absl::StatusOr<int> SchemaRegistry::VersionOf(const std::string& subject,
                                              const Schema& schema) {
  const std::string what =
      absl::StrCat("asked for a schema's version under subject ", subject);
  const auto body =
      BodyOf(http_->Post(SubjectPath(subject), WriteSchema(schema)), what);
  if (!body.ok()) return body.status();
  const auto version = Number(Parse(*body), "version");
  if (!version) return Nonsense(what);
  return *version;
}

}  // namespace mirror::internal
