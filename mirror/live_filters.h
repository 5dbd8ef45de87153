// SPDX-License-Identifier: Apache-2.0
//
// Filters that can be replaced while a flow runs: its jobs hold one of these,
// and ask the filter that is in it at that time.
//
//   auto topics = std::make_shared<LiveTopicFilter>(flow.topics);
//   flow.topics = topics;
//   ...
//   topics->Set(next.topics);

#ifndef MIRROR_LIVE_FILTERS_H_
#define MIRROR_LIVE_FILTERS_H_

#include <memory>
#include <utility>

#include "absl/strings/string_view.h"
#include "mirror/policy/filters.h"
#include "mirror/runtime/live_value.h"

namespace mirror::internal {

// Thread safety: thread-safe. Filters are called without a lock. Neither
// filter may be null.
class LiveTopicFilter final : public TopicFilter {
 public:
  explicit LiveTopicFilter(std::shared_ptr<const TopicFilter> filter)
      : filter_(std::move(filter)) {}

  void Set(std::shared_ptr<const TopicFilter> filter) {
    filter_.Set(std::move(filter));
  }
  bool ShouldReplicateTopic(absl::string_view topic) const override {
    return filter_.Get()->ShouldReplicateTopic(topic);
  }

 private:
  LiveValue<std::shared_ptr<const TopicFilter>> filter_;
};

// As LiveTopicFilter.
class LiveGroupFilter final : public GroupFilter {
 public:
  explicit LiveGroupFilter(std::shared_ptr<const GroupFilter> filter)
      : filter_(std::move(filter)) {}

  void Set(std::shared_ptr<const GroupFilter> filter) {
    filter_.Set(std::move(filter));
  }
  bool ShouldReplicateGroup(absl::string_view group) const override {
    return filter_.Get()->ShouldReplicateGroup(group);
  }

 private:
  LiveValue<std::shared_ptr<const GroupFilter>> filter_;
};

// As LiveTopicFilter.
class LiveConfigPropertyFilter final : public ConfigPropertyFilter {
 public:
  explicit LiveConfigPropertyFilter(
      std::shared_ptr<const ConfigPropertyFilter> filter)
      : filter_(std::move(filter)) {}

  void Set(std::shared_ptr<const ConfigPropertyFilter> filter) {
    filter_.Set(std::move(filter));
  }
  bool ShouldReplicateConfigProperty(
      absl::string_view property) const override {
    return filter_.Get()->ShouldReplicateConfigProperty(property);
  }
  bool ShouldReplicateSourceDefault(absl::string_view property) const override {
    return filter_.Get()->ShouldReplicateSourceDefault(property);
  }

 private:
  LiveValue<std::shared_ptr<const ConfigPropertyFilter>> filter_;
};

}  // namespace mirror::internal

#endif  // MIRROR_LIVE_FILTERS_H_
