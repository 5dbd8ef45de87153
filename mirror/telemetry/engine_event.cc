// SPDX-License-Identifier: Apache-2.0

#include "mirror/telemetry/engine_event.h"

namespace mirror {

EngineEvent EngineEvent::WithPartition(TopicPartition value) && {
  partition = std::move(value);
  return std::move(*this);
}

EngineEvent EngineEvent::WithTopic(std::string value) && {
  topic = std::move(value);
  return std::move(*this);
}

EngineEvent EngineEvent::WithGroup(std::string value) && {
  group = std::move(value);
  return std::move(*this);
}

EngineEvent EngineEvent::WithCluster(std::string value) && {
  cluster = std::move(value);
  return std::move(*this);
}

EngineEvent EngineEvent::WithCause(absl::Status value) && {
  cause = std::move(value);
  return std::move(*this);
}

std::string EngineEvent::subject() const {
  if (partition.has_value()) return partition->ToString();
  if (!topic.empty()) return topic;
  if (!group.empty()) return group;
  return acl.empty() ? cluster : acl;
}

}  // namespace mirror
