// SPDX-License-Identifier: Apache-2.0
//
// Settings of topics as a cluster tells and changes them (KIP-226, KIP-339).

#ifndef MIRROR_CLUSTER_TOPIC_CONFIG_H_
#define MIRROR_CLUSTER_TOPIC_CONFIG_H_

#include <optional>
#include <string>
#include <vector>

namespace mirror {

// Where the value in force comes from: Kafka's ConfigSource.
enum class ConfigSource {
  kUnknown,
  kTopic,                 // set for this topic: an override
  kDynamicBroker,         // set at run time for one broker
  kDynamicDefaultBroker,  // set at run time for all brokers
  kStaticBroker,          // in server.properties
  kDefault                // Kafka's own
};

struct TopicConfig {
  std::string name;
  // Nothing if the broker keeps it secret.
  std::optional<std::string> value;
  ConfigSource source = ConfigSource::kUnknown;
  bool read_only = false;
  bool sensitive = false;
};

// Sets an override, or takes it away so that the broker's value holds.
struct TopicConfigOp {
  std::string name;
  // Nothing: taken away.
  std::optional<std::string> value;
};

// Changes of one topic; what they do not name stays.
struct TopicConfigOps {
  std::string topic;
  std::vector<TopicConfigOp> ops;
};

}  // namespace mirror

#endif  // MIRROR_CLUSTER_TOPIC_CONFIG_H_
