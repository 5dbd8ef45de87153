// SPDX-License-Identifier: Apache-2.0
//
// What happens to records and names on the way: test records are dropped,
// orders.eu is called orders, e-mail addresses are hashed, and schema ids are
// those of the target's registry. On clusters in memory and two registries
// served by the program itself.

#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/time/clock.h"
#include "mirror/mirror_engine.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/renaming_replication_policy.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/transform/record_transforms.h"
#include "mirror/transform/schema/fake_schema_registry.h"
#include "mirror/transform/schema/schema_id_transform.h"

namespace {

std::shared_ptr<const mirror::ReplicationPolicy> Names() {
  mirror::RenamingReplicationPolicy::Options options;
  options.names = {{"orders.eu", "orders"}};
  return mirror::RenamingReplicationPolicy::Create(options).value();
}

std::shared_ptr<const mirror::RecordTransform> NoTestRecords() {
  mirror::RecordFilter::Options options;
  options.header = "environment";
  options.header_value = "test|staging";
  return mirror::RecordFilter::Create(options).value();
}

std::shared_ptr<const mirror::RecordTransform> NoAddresses() {
  mirror::MaskField::Options options;
  options.fields = {"customer.email"};
  options.hash_key = "from a vault";
  return std::make_shared<mirror::ForTopics>(
      mirror::RegexTopicFilter::Create("orders.*").value(),
      mirror::MaskField::Create(options).value());
}

std::shared_ptr<const mirror::RecordTransform> TargetSchemas(
    const std::string& source_url, const std::string& target_url) {
  mirror::SchemaIdTransform::Options options;
  options.source.url = source_url;
  options.target.url = target_url;
  return mirror::SchemaIdTransform::Create(options).value();
}

mirror::Record Order(const std::string& environment, const std::string& email) {
  mirror::Record record;
  record.value = std::string("\0\0\0\0\7", 5) +  // schema id 7
                 R"({"price":1.10,"customer":{"email":")" + email + "\"}}";
  record.headers = {{"environment", environment}};
  return record;
}

// Whether the target gets `count` records within half a minute.
bool Await(const mirror::FakeCluster& cluster, const std::string& topic,
           int64_t count) {
  for (int i = 0; i < 3000; ++i) {
    if (cluster.HasTopic(topic) && cluster.LogEnd({topic, 0}) >= count) {
      return true;
    }
    absl::SleepFor(absl::Milliseconds(10));
  }
  return false;
}

}  // namespace

int main() {
  mirror::internal::FakeSchemaRegistry eu_registry(/*first_id=*/7);
  mirror::internal::FakeSchemaRegistry us_registry(/*first_id=*/42);
  eu_registry.Add("orders.eu-value", R"({"schemaType":"JSON","schema":"{}"})");

  auto eu = std::make_shared<mirror::FakeCluster>("eu");
  auto us = std::make_shared<mirror::FakeCluster>("us");
  eu->CreateTopic("orders.eu", 1);
  eu->Append({"orders.eu", 0}, Order("test", "test@example.com"));
  eu->Append({"orders.eu", 0}, Order("live", "live@example.com"));

  mirror::Flow flow("eu", "us");
  flow.source.cluster = eu;
  flow.target.cluster = us;
  flow.policy = Names();
  flow.transforms = {NoTestRecords(), NoAddresses(),
                     TargetSchemas(eu_registry.url(), us_registry.url())};
  auto engine = mirror::MirrorEngine::Create({std::move(flow)});
  if (!engine.ok() || !(*engine)->Start().ok()) return 1;
  if (!Await(*us, "eu.orders", 1)) return 1;
  const auto copies = us->Records({"eu.orders", 0});
  std::printf("%s\n", absl::CHexEscape(*copies[0].value).c_str());
  const bool as_wanted =
      copies.size() == 1 &&
      copies[0].value->substr(0, 5) == std::string("\0\0\0\0\x2a", 5) &&
      copies[0].value->find("1.10") != std::string::npos &&
      copies[0].value->find('@') == std::string::npos;
  return as_wanted && (*engine)->Stop().ok() ? 0 : 1;
}
