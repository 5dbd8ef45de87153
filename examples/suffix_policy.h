// SPDX-License-Identifier: Apache-2.0
//
// A replication policy of one's own: "orders" of cluster "eu" becomes
// "orders-from-eu". Three methods; the other eight follow from them.

#ifndef EXAMPLES_SUFFIX_POLICY_H_
#define EXAMPLES_SUFFIX_POLICY_H_

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "mirror/policy/replication_policy.h"

class SuffixPolicy final : public mirror::ReplicationPolicy {
 public:
  std::string FormatRemoteTopic(absl::string_view source_alias,
                                absl::string_view topic) const override {
    return absl::StrCat(topic, kFrom, source_alias);
  }

  std::optional<std::string> TopicSource(
      absl::string_view topic) const override {
    const size_t at = topic.rfind(kFrom);
    if (!IsCopy(topic, at)) return std::nullopt;
    return std::string(topic.substr(at + kFrom.size()));
  }

  std::optional<std::string> UpstreamTopic(
      absl::string_view topic) const override {
    const size_t at = topic.rfind(kFrom);
    if (!IsCopy(topic, at)) return std::nullopt;
    return std::string(topic.substr(0, at));
  }

 private:
  static constexpr absl::string_view kFrom = "-from-";

  // Neither "-from-eu" nor "orders-from-" was made by this policy.
  static bool IsCopy(absl::string_view topic, size_t at) {
    return at != absl::string_view::npos && at > 0 &&
           at + kFrom.size() < topic.size();
  }
};

#endif  // EXAMPLES_SUFFIX_POLICY_H_
