// SPDX-License-Identifier: Apache-2.0
//
// Topics that are called otherwise on the target: by a list of names, by
// regular expressions, or both. MM2 has no such policy; its users write one in
// Java or rename with a RegexRouter, which has no inverse and so loses group
// offsets and offset syncs.
//
//   mirror::RenamingReplicationPolicy::Options options;
//   options.names = {{"orders", "bestellungen"}};
//   options.rules = {{"(.*)-v1", "\\1", "(.*)", "\\1-v1"}};
//   auto policy = mirror::RenamingReplicationPolicy::Create(options);
//   policy.value()->FormatRemoteTopic("A", "orders");  // "A.bestellungen"

#ifndef MIRROR_POLICY_RENAMING_REPLICATION_POLICY_H_
#define MIRROR_POLICY_RENAMING_REPLICATION_POLICY_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mirror/policy/replication_policy.h"

namespace mirror {

// Renames a topic, then asks another policy: with the default policy
// "orders" of A becomes "A.bestellungen", with the identity policy
// "bestellungen". Everything else is the other policy's: TopicSource, and so
// which topics go round in circles, and the names of internal topics.
// Heartbeats and internal topics are never renamed, nor is anything renamed to
// such a name.
//
// UpstreamTopic(FormatRemoteTopic(S, t)) is t for every topic, and no two
// topics get one name. Two rules see to that:
// - A topic that a rule renames to something the rule's inverse does not lead
//   back from, or to an illegal name, is not renamed.
// - A topic that is not renamed but has a name that another one may get is
//   copied with "-unrenamed" behind its name: above, a "bestellungen" of the
//   source. It is so whether or not "orders" exists there, since names must
//   not depend on what exists.
//
// On the identity policy this one inherits its limit: with flows both ways,
// topics go round in circles unless the filters of the flows have nothing in
// common, and here each round gives them another name.
//
// Thread safety and errors: as ReplicationPolicy.
class RenamingReplicationPolicy final : public ReplicationPolicy {
 public:
  // A topic whose whole name matches `pattern` (RE2) becomes `rewrite`, where
  // \1 stands for the first group; `inverse_pattern` and `inverse_rewrite` lead
  // from there back.
  struct Rule {
    std::string pattern;
    std::string rewrite;
    std::string inverse_pattern;
    std::string inverse_rewrite;
  };
  struct Options {
    // Source name -> name. A topic that is named here obeys no rule.
    std::map<std::string, std::string> names;
    // The first whose pattern matches decides.
    std::vector<Rule> rules;
    // What happens to the new name. Null: DefaultReplicationPolicy.
    std::shared_ptr<const ReplicationPolicy> inner;
  };

  // InvalidArgument: two topics get one name; a name that is illegal, internal,
  // a heartbeats topic or ends in "-unrenamed"; an expression that RE2 does not
  // take. The message quotes the names or the expression.
  static absl::StatusOr<std::shared_ptr<const RenamingReplicationPolicy>>
  Create(Options options);

  std::string FormatRemoteTopic(absl::string_view source_alias,
                                absl::string_view topic) const override;
  std::optional<std::string> TopicSource(
      absl::string_view topic) const override;
  std::optional<std::string> UpstreamTopic(
      absl::string_view topic) const override;
  // Where names go round in a ring, the first of them in the alphabet.
  std::string OriginalTopic(absl::string_view topic) const override;
  std::string HeartbeatsTopic() const override;
  std::string OffsetSyncsTopic(absl::string_view cluster_alias) const override;
  std::string CheckpointsTopic(absl::string_view source_alias) const override;
  bool IsHeartbeatsTopic(absl::string_view topic) const override;
  bool IsCheckpointsTopic(absl::string_view topic) const override;
  bool IsMm2InternalTopic(absl::string_view topic) const override;
  bool IsInternalTopic(absl::string_view topic) const override;

 private:
  class CompiledRule;

  explicit RenamingReplicationPolicy(Options options);

  absl::Status AddNames(const std::map<std::string, std::string>& names);
  absl::Status AddRules(const std::vector<Rule>& rules);
  absl::Status CheckName(const std::string& name) const;

  // Whether it is a topic's name from which the inner policy leads back.
  bool IsUsable(absl::string_view name) const;
  // Names that are the library's own or this policy's.
  bool IsReserved(absl::string_view name) const;
  // What names and rules make of `topic`, and the topic of which they make
  // `name`. nullopt: nothing, none.
  std::optional<std::string> Forward(absl::string_view topic) const;
  std::optional<std::string> Backward(absl::string_view name) const;
  // Forward, where Backward undoes it.
  std::optional<std::string> Renamed(absl::string_view topic) const;
  // Whether a topic `name` has to make way for one that is renamed to it.
  bool MakesWay(absl::string_view name) const;
  // Over all topics, each other's inverse.
  std::string Rename(absl::string_view topic) const;
  std::string Restore(absl::string_view name) const;

  const std::shared_ptr<const ReplicationPolicy> inner_;
  std::map<std::string, std::string, std::less<>> names_;
  std::map<std::string, std::string, std::less<>> originals_;
  std::vector<std::shared_ptr<const CompiledRule>> rules_;
};

// "orders:bestellungen, bills:rechnungen" as Options::names: what the property
// replication.policy.rename says. InvalidArgument quotes what is no such pair,
// or named twice.
absl::StatusOr<std::map<std::string, std::string>> ParseRenamedTopics(
    absl::string_view text);

}  // namespace mirror

#endif  // MIRROR_POLICY_RENAMING_REPLICATION_POLICY_H_
