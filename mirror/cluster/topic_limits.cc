// SPDX-License-Identifier: Apache-2.0

#include "mirror/cluster/topic_limits.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

// What a batch of one record has besides key, value and headers, at most.
constexpr int64_t kOverheadBytes = 61 + 36;

// Between this machine's clock and the broker's.
constexpr int64_t kClockSkewMs = 60000;

void Read(const TopicConfig& config, int64_t* number) {
  int64_t value = 0;
  if (config.value.has_value() && absl::SimpleAtoi(*config.value, &value) &&
      value >= 0) {
    *number = value;
  }
}

// `limit` less what clocks may differ, but never all of it.
int64_t WithSkew(int64_t limit) {
  return limit - std::min(kClockSkewMs, limit / 10);
}

std::string Origin(ConfigSource source) {
  switch (source) {
    case ConfigSource::kTopic:
      return "set for the topic";
    case ConfigSource::kDynamicBroker:
    case ConfigSource::kDynamicDefaultBroker:
    case ConfigSource::kStaticBroker:
      return "set by the broker as message.max.bytes";
    case ConfigSource::kDefault:
      return "Kafka's default";
    case ConfigSource::kUnknown:
      break;
  }
  return "Kafka's default; the topic's own is not known";
}

}  // namespace

bool TopicLimits::FitsInSize(const RecordBounds& bounds) const {
  return bounds.max_bytes + kOverheadBytes <= max_message_bytes;
}

bool TopicLimits::FitsInTime(const RecordBounds& bounds, absl::Time now) const {
  if (bounds.max_timestamp_ms < 0) return true;
  const int64_t now_ms = absl::ToUnixMillis(now);
  return now_ms - bounds.min_timestamp_ms <= WithSkew(before_max_ms) &&
         bounds.max_timestamp_ms - now_ms <= WithSkew(after_max_ms);
}

bool TopicLimits::Admits(const RecordBounds& bounds, absl::Time now) const {
  return FitsInSize(bounds) && !(compacted && bounds.has_null_key) &&
         FitsInTime(bounds, now);
}

std::string TopicLimits::WhyNot(const RecordBounds& bounds,
                                absl::Time now) const {
  if (!FitsInSize(bounds)) {
    return absl::StrCat("it has ", bounds.max_bytes,
                        " bytes uncompressed, and max.message.bytes is ",
                        max_message_bytes, " (",
                        Origin(max_message_bytes_source), ")");
  }
  if (compacted && bounds.has_null_key) {
    return "it has no key, and cleanup.policy is compact";
  }
  if (!FitsInTime(bounds, now)) {
    return absl::StrCat(
        "its timestamp is ",
        absl::FormatTime(absl::FromUnixMillis(bounds.max_timestamp_ms),
                         absl::UTCTimeZone()),
        ", and message.timestamp.before.max.ms is ", before_max_ms,
        ", message.timestamp.after.max.ms ", after_max_ms);
  }
  return "";
}

TopicLimits ParseTopicLimits(const std::vector<TopicConfig>& configs) {
  TopicLimits limits;
  for (const TopicConfig& config : configs) {
    if (config.name == "max.message.bytes") {
      Read(config, &limits.max_message_bytes);
      limits.max_message_bytes_source = config.source;
    } else if (config.name == "cleanup.policy") {
      limits.compacted =
          absl::StrContains(config.value.value_or(""), "compact");
    } else if (config.name == "message.timestamp.before.max.ms") {
      Read(config, &limits.before_max_ms);
    } else if (config.name == "message.timestamp.after.max.ms") {
      Read(config, &limits.after_max_ms);
    }
  }
  for (const TopicConfig& config : configs) {
    // The broker's own time is always right.
    if (config.name == "message.timestamp.type" &&
        config.value == "LogAppendTime") {
      limits.replaces_timestamps = true;
      limits.before_max_ms = limits.after_max_ms =
          std::numeric_limits<int64_t>::max();
    }
  }
  return limits;
}

}  // namespace mirror::internal
