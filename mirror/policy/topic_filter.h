// SPDX-License-Identifier: Apache-2.0
//
// Which topics an operator asks for: MM2's TopicFilter, with the properties
// topics and topics.exclude. Internal topics and cycles are another question,
// see topic_selection.h.
//
//   flow.topics = mirror::RegexTopicFilter::Create("orders.*").value();

#ifndef MIRROR_POLICY_TOPIC_FILTER_H_
#define MIRROR_POLICY_TOPIC_FILTER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mirror/policy/pattern_list.h"

namespace mirror {

// Chooses topics by name.
//
// Thread safety: an implementation is immutable; called from any thread.
// Lifetime: shared as std::shared_ptr<const TopicFilter>.
// Errors: none; it never throws and never blocks.
class TopicFilter {
 public:
  virtual ~TopicFilter() = default;

  // Whether the source topic `topic` is to be replicated.
  virtual bool ShouldReplicateTopic(absl::string_view topic) const = 0;
};

// MM2's defaults.
inline constexpr absl::string_view kDefaultTopics = ".*";
inline constexpr absl::string_view kDefaultTopicsExclude =
    ".*[\\-\\.]internal, .*\\.replica, __.*";

// Accepts a topic that an include expression matches and no exclude expression
// does. Both are MM2's comma lists of regular expressions for whole names; a
// comma inside {}, [] or after a backslash belongs to the expression, unlike in
// MM2. Look-around and back references do not exist: exclude instead.
//
// Thread safety and lifetime: as TopicFilter.
class RegexTopicFilter final : public TopicFilter {
 public:
  // InvalidArgument: an expression that RE2 cannot do or Java would read
  // differently; the message quotes it and says what to write. An empty list
  // matches nothing.
  static absl::StatusOr<std::shared_ptr<const TopicFilter>> Create(
      absl::string_view include = kDefaultTopics,
      absl::string_view exclude = kDefaultTopicsExclude);

  bool ShouldReplicateTopic(absl::string_view topic) const override;

 private:
  RegexTopicFilter(internal::PatternList include,
                   internal::PatternList exclude);

  const internal::PatternList include_;
  const internal::PatternList exclude_;
};

}  // namespace mirror

#endif  // MIRROR_POLICY_TOPIC_FILTER_H_
