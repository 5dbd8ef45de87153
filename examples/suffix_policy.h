// SPDX-License-Identifier: Apache-2.0
//
// A replication policy of one's own: "orders" of cluster "eu" becomes
// "orders-from-eu". Three methods; the other eight follow from them. In a
// properties file, replication.policy.suffix replaces "-from-".

#ifndef EXAMPLES_SUFFIX_POLICY_H_
#define EXAMPLES_SUFFIX_POLICY_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "mirror/config/plugin_registry.h"
#include "mirror/policy/replication_policy.h"

class SuffixPolicy final : public mirror::ReplicationPolicy {
 public:
  // Called once, if the policy is named by a properties file.
  absl::Status Configure(const mirror::PluginProperties& properties) {
    const auto suffix = properties.find("replication.policy.suffix");
    if (suffix == properties.end()) return absl::OkStatus();
    if (suffix->second.empty()) {
      return absl::InvalidArgumentError(
          "replication.policy.suffix: must not be empty");
    }
    suffix_ = suffix->second;
    return absl::OkStatus();
  }

  std::string FormatRemoteTopic(absl::string_view source_alias,
                                absl::string_view topic) const override {
    return absl::StrCat(topic, suffix_, source_alias);
  }

  std::optional<std::string> TopicSource(
      absl::string_view topic) const override {
    const size_t at = topic.rfind(suffix_);
    if (!IsCopy(topic, at)) return std::nullopt;
    return std::string(topic.substr(at + suffix_.size()));
  }

  std::optional<std::string> UpstreamTopic(
      absl::string_view topic) const override {
    const size_t at = topic.rfind(suffix_);
    if (!IsCopy(topic, at)) return std::nullopt;
    return std::string(topic.substr(0, at));
  }

 private:
  std::string suffix_ = "-from-";

  // Neither "-from-eu" nor "orders-from-" was made by this policy.
  bool IsCopy(absl::string_view topic, size_t at) const {
    return at != absl::string_view::npos && at > 0 &&
           at + suffix_.size() < topic.size();
  }
};

#endif  // EXAMPLES_SUFFIX_POLICY_H_
