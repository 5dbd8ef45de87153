// SPDX-License-Identifier: Apache-2.0
//
// A schema registry served on 127.0.0.1 by the test itself, with the answers of
// Confluent's as far as a mirror asks for them, and with its faults.
//
//   FakeSchemaRegistry registry(/*first_id=*/100);
//   registry.Add("orders-value", R"({"schema":"\"string\""})");
//   registry.SetReply(FakeSchemaRegistry::Reply{500, "oops"});

#ifndef MIRROR_TRANSFORM_SCHEMA_FAKE_SCHEMA_REGISTRY_H_
#define MIRROR_TRANSFORM_SCHEMA_FAKE_SCHEMA_REGISTRY_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "mirror/runtime/mutex.h"
#include "tests/support/http_server.h"

namespace httplib {
class Server;
}  // namespace httplib

namespace mirror::internal {

// Thread safety: thread-safe, but for Stop() and Start().
class FakeSchemaRegistry {
 public:
  // What a request gets.
  struct Reply {
    int code = 200;
    std::string body;
  };

  explicit FakeSchemaRegistry(int32_t first_id = 1);
  ~FakeSchemaRegistry();

  std::string url() const;
  // Refuses connections until Start(), which takes the same port.
  void Stop();
  void Start();
  // What every request gets from now on; nullopt: what is right.
  void SetReply(std::optional<Reply> reply);
  // Whether no request is answered.
  void SetStalled(bool stalled);
  // Every request must have this header, e.g. "Basic dXNlcjpwYXNz".
  void RequireAuthorization(const std::string& value);
  // A subject's next version must not be shorter than its last one: stands for
  // BACKWARD compatibility.
  void RequireGrowth();

  // Registers {"schema": ..., "schemaType": ..., "references": [...]} and
  // returns its id.
  int32_t Add(const std::string& subject, const std::string& schema);
  void DeleteVersion(const std::string& subject, int version);

  // The body that each version of the subject was registered with.
  std::vector<std::string> Versions(const std::string& subject) const;
  std::vector<std::string> Subjects() const;
  // "GET /schemas/ids/7", in order.
  std::vector<std::string> Requests() const;
  // Blocks until there is one; false: not within `timeout`.
  bool AwaitRequest(absl::Duration timeout) const;

 private:
  struct Version {
    int32_t id;
    std::string schema;
    bool deleted = false;
  };
  using Groups = std::vector<std::string>;  // what the path's pattern found
  using Handler = std::function<Reply(const Groups&, const std::string& body)>;

  void AddRoutes(httplib::Server* routes);
  void Handle(httplib::Server* routes, const std::string& method,
              const std::string& pattern, Handler handler);
  Reply Answer(const std::string& request, const std::string& authorization,
               const Groups& groups, const std::string& body,
               const Handler& handler);

  Reply SchemaById(const Groups& groups) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Reply UsesOf(const Groups& groups) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Reply ListVersions(const Groups& groups) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Reply VersionAt(const Groups& groups) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Reply Register(const std::string& subject, const std::string& schema)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Reply LookUp(const std::string& subject, const std::string& schema) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  mutable Mutex mu_;
  std::optional<Reply> reply_ ABSL_GUARDED_BY(mu_);
  bool stalled_ ABSL_GUARDED_BY(mu_) = false;
  std::string authorization_ ABSL_GUARDED_BY(mu_);
  bool growth_ ABSL_GUARDED_BY(mu_) = false;
  int32_t next_id_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, int32_t> ids_ ABSL_GUARDED_BY(mu_);  // by schema
  std::map<std::string, std::vector<Version>> subjects_ ABSL_GUARDED_BY(mu_);
  std::vector<std::string> requests_ ABSL_GUARDED_BY(mu_);
  testing::HttpServer server_;
};

}  // namespace mirror::internal

#endif  // MIRROR_TRANSFORM_SCHEMA_FAKE_SCHEMA_REGISTRY_H_
