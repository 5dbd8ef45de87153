// SPDX-License-Identifier: Apache-2.0

#include "mirror/model/topic_partition.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace mirror {

absl::StatusOr<TopicPartition> TopicPartition::Parse(absl::string_view text) {
  const size_t dash = text.rfind('-');
  TopicPartition tp;
  if (dash == absl::string_view::npos || dash == 0 ||
      !absl::SimpleAtoi(text.substr(dash + 1), &tp.partition) ||
      tp.partition < 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", text, "\" is not a topic-partition such as \"orders-3\""));
  }
  tp.topic = std::string(text.substr(0, dash));
  return tp;
}

std::string TopicPartition::ToString() const {
  return absl::StrCat(topic, "-", partition);
}

}  // namespace mirror
