// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/topic_ids.h"

namespace mirror::internal {
namespace {

constexpr absl::string_view kTopic = "Topic ";
constexpr absl::string_view kChanged = " changed id from ";
constexpr absl::string_view kTo = " to ";

// 16 bytes of zero, which stand for no id.
constexpr absl::string_view kNoId = "AAAAAAAAAAAAAAAAAAAAAA";

}  // namespace

std::string KnownTopicId(absl::string_view id) {
  return id == kNoId ? "" : std::string(id);
}

void TopicIds::OnLog(absl::string_view message) {
  const size_t changed = message.find(kChanged);
  if (changed == absl::string_view::npos) return;
  const size_t topic = message.rfind(kTopic, changed);
  const size_t to = message.find(kTo, changed + kChanged.size());
  if (topic == absl::string_view::npos || to == absl::string_view::npos) return;
  const size_t name = topic + kTopic.size();
  const std::string id = KnownTopicId(message.substr(to + kTo.size()));
  if (id.empty()) return;
  MutexLock lock(&mu_);
  ids_[std::string(message.substr(name, changed - name))] = id;
  ++version_;
}

std::string TopicIds::IdOf(const std::string& topic) const {
  MutexLock lock(&mu_);
  const auto it = ids_.find(topic);
  return it == ids_.end() ? "" : it->second;
}

}  // namespace mirror::internal
