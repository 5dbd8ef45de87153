// SPDX-License-Identifier: Apache-2.0

#include "mirror/transform/schema/fake_schema_registry.h"

#include <httplib.h>

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"

namespace mirror::internal {
namespace {

using Json = nlohmann::json;
using Reply = FakeSchemaRegistry::Reply;

Reply Error(int code, const std::string& message) {
  // The first three digits are HTTP's.
  const int http = code > 999 ? code / 100 : code;
  return {http, Json{{"error_code", code}, {"message", message}}.dump()};
}

int ToInt(const std::string& digits) {
  int number = 0;
  (void)absl::SimpleAtoi(digits, &number);
  return number;
}

// One form for what is the same schema.
std::string Normal(const std::string& schema) {
  return Json::parse(schema).dump();
}

}  // namespace

FakeSchemaRegistry::FakeSchemaRegistry(int32_t first_id)
    : next_id_(first_id),
      server_([this](httplib::Server* routes) { AddRoutes(routes); }) {}

FakeSchemaRegistry::~FakeSchemaRegistry() { Stop(); }

std::string FakeSchemaRegistry::url() const { return server_.url(); }

void FakeSchemaRegistry::Stop() {
  SetStalled(false);  // The server waits for its handlers.
  server_.Stop();
}

void FakeSchemaRegistry::Start() { server_.Start(); }

void FakeSchemaRegistry::AddRoutes(httplib::Server* routes) {
  Handle(routes, "GET", R"(/schemas/ids/(\d+))",
         [this](const Groups& groups, const std::string&)
             ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return SchemaById(groups); });
  Handle(routes, "GET", R"(/schemas/ids/(\d+)/versions)",
         [this](const Groups& groups, const std::string&)
             ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return UsesOf(groups); });
  Handle(
      routes, "GET", "/subjects/(.+)/versions",
      [this](const Groups& groups, const std::string&)
          ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return ListVersions(groups); });
  Handle(routes, "GET", R"(/subjects/(.+)/versions/(\d+))",
         [this](const Groups& groups, const std::string&)
             ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return VersionAt(groups); });
  Handle(routes, "POST", "/subjects/(.+)/versions",
         [this](const Groups& groups, const std::string& body)
             ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
               return Register(groups[0], body);
             });
  Handle(routes, "POST", "/subjects/([^/]+)",
         [this](const Groups& groups, const std::string& body)
             ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
               return LookUp(groups[0], body);
             });
}

void FakeSchemaRegistry::SetReply(std::optional<Reply> reply) {
  MutexLock lock(&mu_);
  reply_ = std::move(reply);
}

void FakeSchemaRegistry::SetStalled(bool stalled) {
  MutexLock lock(&mu_);
  stalled_ = stalled;
}

void FakeSchemaRegistry::RequireAuthorization(const std::string& value) {
  MutexLock lock(&mu_);
  authorization_ = value;
}

void FakeSchemaRegistry::RequireGrowth() {
  MutexLock lock(&mu_);
  growth_ = true;
}

int32_t FakeSchemaRegistry::Add(const std::string& subject,
                                const std::string& schema) {
  MutexLock lock(&mu_);
  const Reply reply = Register(subject, schema);
  if (reply.code == 200) return Json::parse(reply.body)["id"].get<int32_t>();
  std::fprintf(stderr, "not registered: %s\n", reply.body.c_str());
  std::abort();
}

void FakeSchemaRegistry::DeleteVersion(const std::string& subject,
                                       int version) {
  MutexLock lock(&mu_);
  subjects_.at(subject).at(version - 1).deleted = true;
}

std::vector<std::string> FakeSchemaRegistry::Versions(
    const std::string& subject) const {
  MutexLock lock(&mu_);
  std::vector<std::string> schemas;
  const auto found = subjects_.find(subject);
  if (found == subjects_.end()) return schemas;
  for (const Version& version : found->second) {
    schemas.push_back(version.schema);
  }
  return schemas;
}

std::vector<std::string> FakeSchemaRegistry::Subjects() const {
  MutexLock lock(&mu_);
  std::vector<std::string> subjects;
  for (const auto& [subject, versions] : subjects_) subjects.push_back(subject);
  return subjects;
}

std::vector<std::string> FakeSchemaRegistry::Requests() const {
  MutexLock lock(&mu_);
  return requests_;
}

bool FakeSchemaRegistry::AwaitRequest(absl::Duration timeout) const {
  MutexLock lock(&mu_);
  return mu_.AwaitFor([this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(
                          mu_) { return !requests_.empty(); },
                      timeout);
}

void FakeSchemaRegistry::Handle(httplib::Server* routes,
                                const std::string& method,
                                const std::string& pattern, Handler handler) {
  const auto handle = [this, method, handler = std::move(handler)](
                          const httplib::Request& request,
                          httplib::Response& response) {
    const Groups groups(request.matches.begin() + 1, request.matches.end());
    const Reply reply = Answer(absl::StrCat(method, " ", request.path),
                               request.get_header_value("Authorization"),
                               groups, request.body, handler);
    response.status = reply.code;
    response.set_content(reply.body, "application/json");
  };
  if (method == "GET") {
    routes->Get(pattern, handle);
  } else {
    routes->Post(pattern, handle);
  }
}

Reply FakeSchemaRegistry::Answer(const std::string& request,
                                 const std::string& authorization,
                                 const Groups& groups, const std::string& body,
                                 const Handler& handler) {
  MutexLock lock(&mu_);
  requests_.push_back(request);
  mu_.Await([this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return !stalled_; });
  if (reply_) return *reply_;
  if (authorization != authorization_) return Error(401, "Unauthorized");
  return handler(groups, body);
}

Reply FakeSchemaRegistry::SchemaById(const Groups& groups) const {
  for (const auto& [schema, id] : ids_) {
    if (id == ToInt(groups[0])) return {200, schema};
  }
  return Error(40403, absl::StrCat("Schema ", groups[0], " not found"));
}

Reply FakeSchemaRegistry::UsesOf(const Groups& groups) const {
  Json uses = Json::array();
  for (const auto& [subject, versions] : subjects_) {
    for (size_t i = 0; i < versions.size(); ++i) {
      if (versions[i].id != ToInt(groups[0])) continue;
      uses.push_back({{"subject", subject}, {"version", i + 1}});
    }
  }
  return {200, uses.dump()};
}

Reply FakeSchemaRegistry::ListVersions(const Groups& groups) const {
  Json numbers = Json::array();
  const auto found = subjects_.find(groups[0]);
  if (found != subjects_.end()) {
    for (size_t i = 0; i < found->second.size(); ++i) {
      if (!found->second[i].deleted) numbers.push_back(i + 1);
    }
  }
  if (numbers.empty()) return Error(40401, "Subject not found");
  return {200, numbers.dump()};
}

Reply FakeSchemaRegistry::VersionAt(const Groups& groups) const {
  const auto found = subjects_.find(groups[0]);
  if (found == subjects_.end()) return Error(40401, "Subject not found");
  const auto index = static_cast<size_t>(ToInt(groups[1]) - 1);
  if (index >= found->second.size()) return Error(40402, "Version not found");
  const Version& version = found->second[index];
  Json answer = Json::parse(version.schema);
  answer["subject"] = groups[0];
  answer["version"] = index + 1;
  answer["id"] = version.id;
  return {200, answer.dump()};
}

Reply FakeSchemaRegistry::Register(const std::string& subject,
                                   const std::string& schema) {
  const std::string normal = Normal(schema);
  std::vector<Version>& versions = subjects_[subject];
  for (const Version& version : versions) {
    if (version.schema == normal && !version.deleted) {
      return {200, Json{{"id", version.id}}.dump()};
    }
  }
  const Json json = Json::parse(normal);
  for (const Json& one : json.value("references", Json::array())) {
    const auto referred = subjects_.find(one["subject"].get<std::string>());
    if (referred == subjects_.end() ||
        referred->second.size() < one["version"].get<size_t>()) {
      return Error(42201, "Invalid schema: no such reference");
    }
  }
  if (growth_ && !versions.empty() &&
      versions.back().schema.size() > normal.size()) {
    return Error(409,
                 "Schema being registered is incompatible with an earlier "
                 "schema");
  }
  const auto [id, is_new] = ids_.emplace(normal, next_id_);
  if (is_new) ++next_id_;
  versions.push_back({id->second, normal});
  return {200, Json{{"id", id->second}}.dump()};
}

Reply FakeSchemaRegistry::LookUp(const std::string& subject,
                                 const std::string& schema) const {
  const auto found = subjects_.find(subject);
  if (found == subjects_.end()) return Error(40401, "Subject not found");
  const std::string normal = Normal(schema);
  for (size_t i = 0; i < found->second.size(); ++i) {
    if (found->second[i].schema != normal) continue;
    return VersionAt({subject, absl::StrCat(i + 1)});
  }
  return Error(40403, "Schema not found");
}

}  // namespace mirror::internal
