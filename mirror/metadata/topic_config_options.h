// SPDX-License-Identifier: Apache-2.0
//
// What a host may say about the settings of mirrored topics.

#ifndef MIRROR_METADATA_TOPIC_CONFIG_OPTIONS_H_
#define MIRROR_METADATA_TOPIC_CONFIG_OPTIONS_H_

#include <memory>

#include "absl/time/time.h"
#include "mirror/policy/filters.h"

namespace mirror::internal {

struct TopicConfigSyncOptions {
  // sync.topic.configs.enabled. False: a topic gets the source's settings when
  // it is created, and nothing is changed afterwards.
  bool enabled = true;
  // sync.topic.configs.interval.seconds. absl::InfiniteDuration(): once, at
  // start.
  absl::Duration interval = absl::Seconds(600);
  // config.properties.exclude, use.defaults.from. Null: MM2's defaults.
  std::shared_ptr<const ConfigPropertyFilter> filter;
};

}  // namespace mirror::internal

#endif  // MIRROR_METADATA_TOPIC_CONFIG_OPTIONS_H_
