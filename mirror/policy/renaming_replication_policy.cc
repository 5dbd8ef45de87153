// SPDX-License-Identifier: Apache-2.0

#include "mirror/policy/renaming_replication_policy.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "re2/re2.h"

namespace mirror {
namespace {

constexpr absl::string_view kUnrenamed = "-unrenamed";
constexpr size_t kMaxTopicNameLength = 249;  // Kafka's own limit, in bytes.

bool IsLegalTopicName(absl::string_view name) {
  return !name.empty() && name != "." && name != ".." &&
         name.size() <= kMaxTopicNameLength &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
         });
}

std::string Quoted(absl::string_view text) {
  return absl::StrCat("\"", absl::CHexEscape(text.substr(0, 300)), "\"");
}

absl::string_view WithoutSuffixes(absl::string_view name) {
  while (absl::ConsumeSuffix(&name, kUnrenamed)) continue;
  return name;
}

// A pattern for whole names, and what becomes of one that matches.
class Rewriting {
 public:
  Rewriting(const std::string& pattern, std::string rewrite)
      : pattern_(pattern, MakeOptions()), rewrite_(std::move(rewrite)) {}

  absl::Status Check() const {
    if (!pattern_.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the pattern ", Quoted(pattern_.pattern()),
                       " is no expression of RE2: ", pattern_.error()));
    }
    std::string error;
    if (!pattern_.CheckRewriteString(rewrite_, &error)) {
      return absl::InvalidArgumentError(
          absl::StrCat("the rewrite ", Quoted(rewrite_), " of the pattern ",
                       Quoted(pattern_.pattern()), " cannot be: ", error));
    }
    return absl::OkStatus();
  }

  std::optional<std::string> Apply(absl::string_view name) const {
    std::vector<re2::StringPiece> groups(1 +
                                         pattern_.NumberOfCapturingGroups());
    const re2::StringPiece text(name.data(), name.size());
    std::string rewritten;
    if (!pattern_.Match(text, 0, text.size(), RE2::ANCHOR_BOTH, groups.data(),
                        static_cast<int>(groups.size())) ||
        !pattern_.Rewrite(&rewritten, rewrite_, groups.data(),
                          static_cast<int>(groups.size()))) {
      return std::nullopt;
    }
    return rewritten;
  }

 private:
  static RE2::Options MakeOptions() {
    RE2::Options options;
    options.set_log_errors(false);  // They are in the Status.
    return options;
  }

  const RE2 pattern_;
  const std::string rewrite_;
};

}  // namespace

class RenamingReplicationPolicy::CompiledRule {
 public:
  explicit CompiledRule(const Rule& rule)
      : forward(rule.pattern, rule.rewrite),
        backward(rule.inverse_pattern, rule.inverse_rewrite) {}

  const Rewriting forward;
  const Rewriting backward;
};

absl::StatusOr<std::shared_ptr<const RenamingReplicationPolicy>>
RenamingReplicationPolicy::Create(Options options) {
  if (options.inner == nullptr) {
    auto inner = DefaultReplicationPolicy::Create();
    if (!inner.ok()) return inner.status();
    options.inner = *std::move(inner);
  }
  const auto names = std::move(options.names);
  const auto rules = std::move(options.rules);
  std::shared_ptr<RenamingReplicationPolicy> policy(
      new RenamingReplicationPolicy(std::move(options)));
  absl::Status status = policy->AddNames(names);
  if (status.ok()) status = policy->AddRules(rules);
  if (!status.ok()) return status;
  return policy;
}

RenamingReplicationPolicy::RenamingReplicationPolicy(Options options)
    : inner_(std::move(options.inner)) {}

absl::Status RenamingReplicationPolicy::AddNames(
    const std::map<std::string, std::string>& names) {
  for (const auto& [topic, name] : names) {
    for (const std::string& one : {topic, name}) {
      absl::Status status = CheckName(one);
      if (!status.ok()) return status;
    }
    const auto [other, inserted] = originals_.emplace(name, topic);
    if (!inserted) {
      return absl::InvalidArgumentError(
          absl::StrCat("the topics ", Quoted(other->second), " and ",
                       Quoted(topic), " would both be renamed to ",
                       Quoted(name), ": give each a name of its own"));
    }
    names_.emplace(topic, name);
  }
  return absl::OkStatus();
}

absl::Status RenamingReplicationPolicy::AddRules(
    const std::vector<Rule>& rules) {
  for (const Rule& rule : rules) {
    auto compiled = std::make_shared<const CompiledRule>(rule);
    for (const Rewriting* rewriting :
         {&compiled->forward, &compiled->backward}) {
      absl::Status status = rewriting->Check();
      if (!status.ok()) return status;
    }
    rules_.push_back(std::move(compiled));
  }
  return absl::OkStatus();
}

absl::Status RenamingReplicationPolicy::CheckName(
    const std::string& name) const {
  if (!IsUsable(name)) {
    return absl::InvalidArgumentError(absl::StrCat(
        Quoted(name),
        " cannot be the name of a topic: 1 to 249 letters, digits, '.', '_' "
        "and '-', but not dots alone"));
  }
  if (IsReserved(name)) {
    return absl::InvalidArgumentError(absl::StrCat(
        Quoted(name),
        " takes no part in renaming: heartbeats and internal topics keep "
        "their names, and those ending in \"",
        kUnrenamed, "\" are made by the policy itself"));
  }
  return absl::OkStatus();
}

bool RenamingReplicationPolicy::IsUsable(absl::string_view name) const {
  return IsLegalTopicName(name) &&
         inner_->UpstreamTopic(inner_->FormatRemoteTopic("A", name)) == name;
}

bool RenamingReplicationPolicy::IsReserved(absl::string_view name) const {
  return absl::EndsWith(name, kUnrenamed) || inner_->IsInternalTopic(name) ||
         inner_->IsHeartbeatsTopic(name);
}

std::optional<std::string> RenamingReplicationPolicy::Forward(
    absl::string_view topic) const {
  const auto named = names_.find(topic);
  if (named != names_.end()) return named->second;
  if (IsReserved(topic)) return std::nullopt;
  for (const auto& rule : rules_) {
    std::optional<std::string> name = rule->forward.Apply(topic);
    if (!name) continue;
    if (!IsUsable(*name) || IsReserved(*name)) return std::nullopt;
    return name;
  }
  return std::nullopt;
}

std::optional<std::string> RenamingReplicationPolicy::Backward(
    absl::string_view name) const {
  const auto original = originals_.find(name);
  if (original != originals_.end()) return original->second;
  if (IsReserved(name)) return std::nullopt;
  for (const auto& rule : rules_) {
    std::optional<std::string> topic = rule->backward.Apply(name);
    if (topic && IsLegalTopicName(*topic) && Forward(*topic) == name) {
      return topic;
    }
  }
  return std::nullopt;
}

std::optional<std::string> RenamingReplicationPolicy::Renamed(
    absl::string_view topic) const {
  std::optional<std::string> name = Forward(topic);
  if (!name || Backward(*name) != topic) return std::nullopt;
  return name;
}

bool RenamingReplicationPolicy::MakesWay(absl::string_view name) const {
  return Backward(name).has_value() && !Renamed(name).has_value();
}

// Exact because names and rules never touch a name that ends in the suffix: of
// the names N, N-unrenamed, N-unrenamed-unrenamed, ... either none is displaced
// or each to the next.
std::string RenamingReplicationPolicy::Rename(absl::string_view topic) const {
  std::optional<std::string> name = Renamed(topic);
  if (name) return *std::move(name);
  if (MakesWay(WithoutSuffixes(topic))) return absl::StrCat(topic, kUnrenamed);
  return std::string(topic);
}

std::string RenamingReplicationPolicy::Restore(absl::string_view name) const {
  std::optional<std::string> topic = Backward(name);
  if (topic) return *std::move(topic);
  absl::string_view displaced = name;
  if (absl::ConsumeSuffix(&displaced, kUnrenamed) &&
      MakesWay(WithoutSuffixes(displaced))) {
    return std::string(displaced);
  }
  return std::string(name);
}

std::string RenamingReplicationPolicy::FormatRemoteTopic(
    absl::string_view source_alias, absl::string_view topic) const {
  return inner_->FormatRemoteTopic(source_alias, Rename(topic));
}

std::optional<std::string> RenamingReplicationPolicy::TopicSource(
    absl::string_view topic) const {
  return inner_->TopicSource(topic);
}

std::optional<std::string> RenamingReplicationPolicy::UpstreamTopic(
    absl::string_view topic) const {
  const std::optional<std::string> name = inner_->UpstreamTopic(topic);
  if (!name) return std::nullopt;
  return Restore(*name);
}

std::string RenamingReplicationPolicy::OriginalTopic(
    absl::string_view topic) const {
  const std::vector<std::string> chain = internal::UpstreamTopics(*this, topic);
  if (chain.empty()) return std::string(topic);
  // "a" renamed to "b" and "b" to "a", on a policy that adds no prefix: every
  // hop leads to the other. All members must agree on one answer.
  const auto before = std::find(chain.rbegin() + 1, chain.rend(), chain.back());
  if (before == chain.rend()) return chain.back();
  return *std::min_element(before.base(), chain.end());
}

std::string RenamingReplicationPolicy::HeartbeatsTopic() const {
  return inner_->HeartbeatsTopic();
}

std::string RenamingReplicationPolicy::OffsetSyncsTopic(
    absl::string_view cluster_alias) const {
  return inner_->OffsetSyncsTopic(cluster_alias);
}

std::string RenamingReplicationPolicy::CheckpointsTopic(
    absl::string_view source_alias) const {
  return inner_->CheckpointsTopic(source_alias);
}

bool RenamingReplicationPolicy::IsHeartbeatsTopic(
    absl::string_view topic) const {
  return inner_->IsHeartbeatsTopic(topic);
}

bool RenamingReplicationPolicy::IsCheckpointsTopic(
    absl::string_view topic) const {
  return inner_->IsCheckpointsTopic(topic);
}

bool RenamingReplicationPolicy::IsMm2InternalTopic(
    absl::string_view topic) const {
  return inner_->IsMm2InternalTopic(topic);
}

bool RenamingReplicationPolicy::IsInternalTopic(absl::string_view topic) const {
  return inner_->IsInternalTopic(topic);
}

absl::StatusOr<std::map<std::string, std::string>> ParseRenamedTopics(
    absl::string_view text) {
  std::map<std::string, std::string> names;
  for (absl::string_view pair : absl::StrSplit(text, ',')) {
    pair = absl::StripAsciiWhitespace(pair);
    if (pair.empty()) continue;
    const std::vector<absl::string_view> sides = absl::StrSplit(pair, ':');
    if (sides.size() != 2) {
      return absl::InvalidArgumentError(
          absl::StrCat(Quoted(pair), " must be FROM:TO, two topic names"));
    }
    const std::string from(absl::StripAsciiWhitespace(sides[0]));
    const std::string to(absl::StripAsciiWhitespace(sides[1]));
    if (!names.emplace(from, to).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("the topic ", Quoted(from), " is renamed twice"));
    }
  }
  return names;
}

}  // namespace mirror
