// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/kafka_topic_configs.h"

#include <cstdint>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/cluster/request_slices.h"
#include "mirror/kafka/error.h"
#include "mirror/kafka/handles.h"

namespace mirror::internal {
namespace {

// An answer has some 40 settings per topic: this is half a megabyte.
constexpr int64_t kTopicsPerRequest = 100;

using Configs = std::vector<TopicConfig>;
using ConfigsOr = absl::StatusOr<Configs>;

ConfigSource ToSource(rd_kafka_ConfigSource_t source) {
  switch (source) {
    case RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG:
      return ConfigSource::kTopic;
    case RD_KAFKA_CONFIG_SOURCE_DYNAMIC_BROKER_CONFIG:
      return ConfigSource::kDynamicBroker;
    case RD_KAFKA_CONFIG_SOURCE_DYNAMIC_DEFAULT_BROKER_CONFIG:
      return ConfigSource::kDynamicDefaultBroker;
    case RD_KAFKA_CONFIG_SOURCE_STATIC_BROKER_CONFIG:
      return ConfigSource::kStaticBroker;
    case RD_KAFKA_CONFIG_SOURCE_DEFAULT_CONFIG:
      return ConfigSource::kDefault;
    default:
      return ConfigSource::kUnknown;
  }
}

TopicConfig ToConfig(const rd_kafka_ConfigEntry_t* entry) {
  TopicConfig config;
  config.name = rd_kafka_ConfigEntry_name(entry);
  const char* value = rd_kafka_ConfigEntry_value(entry);
  if (value != nullptr) config.value = value;
  config.source = ToSource(rd_kafka_ConfigEntry_source(entry));
  config.read_only = rd_kafka_ConfigEntry_is_read_only(entry) == 1;
  config.sensitive = rd_kafka_ConfigEntry_is_sensitive(entry) == 1;
  return config;
}

Configs ToConfigs(const rd_kafka_ConfigResource_t* resource) {
  size_t count = 0;
  const rd_kafka_ConfigEntry_t** entries =
      rd_kafka_ConfigResource_configs(resource, &count);
  Configs configs;
  configs.reserve(count);
  for (size_t i = 0; i < count; ++i) configs.push_back(ToConfig(entries[i]));
  return configs;
}

std::string TopicSubject(absl::string_view topic) {
  return absl::StrCat("topic ", topic);
}

absl::Status StatusOf(const AdminClient& client,
                      const rd_kafka_ConfigResource_t* resource) {
  const char* detail = rd_kafka_ConfigResource_error_string(resource);
  return KafkaError(
      rd_kafka_ConfigResource_error(resource),
      client.Context(TopicSubject(rd_kafka_ConfigResource_name(resource))),
      detail == nullptr ? "" : detail);
}

ConfigResourcePtr NewResource(const std::string& topic) {
  return ConfigResourcePtr(
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
}

// One request. A Status: there was no answer.
absl::Status Describe(AdminClient* client, absl::Span<const std::string> topics,
                      std::vector<ConfigsOr>* results) {
  std::vector<ConfigResourcePtr> resources;
  for (const std::string& topic : topics) {
    resources.push_back(NewResource(topic));
  }
  AdminCall call(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS,
                 "describe topic configs");
  rd_kafka_DescribeConfigs(call.handle(), RawPointers(resources).data(),
                           resources.size(), call.options(), call.queue());
  absl::StatusOr<EventPtr> event = call.Await();
  if (!event.ok()) return event.status();
  size_t count = 0;
  const rd_kafka_ConfigResource_t** answers =
      rd_kafka_DescribeConfigs_result_resources(
          rd_kafka_event_DescribeConfigs_result(event->get()), &count);
  std::map<std::string, ConfigsOr> by_topic;
  for (size_t i = 0; i < count; ++i) {
    const absl::Status status = StatusOf(*client, answers[i]);
    ConfigsOr& result = by_topic[rd_kafka_ConfigResource_name(answers[i])];
    if (status.ok()) {
      result = ToConfigs(answers[i]);
    } else {
      result = status;
    }
  }
  for (const std::string& topic : topics) {
    results->push_back(client->Find(by_topic, topic, TopicSubject(topic)));
  }
  return absl::OkStatus();
}

ConfigResourcePtr ToResource(const TopicConfigOps& topic) {
  ConfigResourcePtr resource = NewResource(topic.topic);
  for (const TopicConfigOp& op : topic.ops) {
    // Fails for arguments that this call cannot have.
    ErrorPtr unused(rd_kafka_ConfigResource_add_incremental_config(
        resource.get(), op.name.c_str(),
        op.value.has_value() ? RD_KAFKA_ALTER_CONFIG_OP_TYPE_SET
                             : RD_KAFKA_ALTER_CONFIG_OP_TYPE_DELETE,
        op.value.has_value() ? op.value->c_str() : nullptr));
  }
  return resource;
}

absl::Status Alter(AdminClient* client, absl::Span<const TopicConfigOps> topics,
                   std::vector<absl::Status>* results) {
  std::vector<ConfigResourcePtr> resources;
  for (const TopicConfigOps& topic : topics) {
    resources.push_back(ToResource(topic));
  }
  AdminCall call(client, RD_KAFKA_ADMIN_OP_INCREMENTALALTERCONFIGS,
                 "alter topic configs");
  rd_kafka_IncrementalAlterConfigs(call.handle(), RawPointers(resources).data(),
                                   resources.size(), call.options(),
                                   call.queue());
  absl::StatusOr<EventPtr> event = call.Await();
  if (!event.ok()) return event.status();
  size_t count = 0;
  const rd_kafka_ConfigResource_t** answers =
      rd_kafka_IncrementalAlterConfigs_result_resources(
          rd_kafka_event_IncrementalAlterConfigs_result(event->get()), &count);
  std::map<std::string, absl::Status> by_topic;
  for (size_t i = 0; i < count; ++i) {
    by_topic[rd_kafka_ConfigResource_name(answers[i])] =
        StatusOf(*client, answers[i]);
  }
  for (const TopicConfigOps& topic : topics) {
    results->push_back(
        client->Find(by_topic, topic.topic, TopicSubject(topic.topic)));
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<ConfigsOr> DescribeConfigsOfTopics(
    AdminClient* client, absl::Span<const std::string> topics) {
  return SendInSlices<ConfigsOr>(topics, kTopicsPerRequest,
                                 [client](absl::Span<const std::string> slice,
                                          std::vector<ConfigsOr>* results) {
                                   return Describe(client, slice, results);
                                 });
}

std::vector<absl::Status> AlterConfigsOfTopics(
    AdminClient* client, absl::Span<const TopicConfigOps> topics) {
  return SendInSlices<absl::Status>(
      topics, kTopicsPerRequest,
      [client](absl::Span<const TopicConfigOps> slice,
               std::vector<absl::Status>* results) {
        return Alter(client, slice, results);
      });
}

}  // namespace mirror::internal
