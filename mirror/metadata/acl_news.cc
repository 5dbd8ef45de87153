// SPDX-License-Identifier: Apache-2.0

#include "mirror/metadata/acl_news.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

// What forbids one ACL mostly forbids a thousand.
constexpr size_t kReportedAtOnce = 10;

std::string FirstOf(const std::vector<std::string>& lines) {
  std::string text;
  for (size_t i = 0; i < std::min(lines.size(), kReportedAtOnce); ++i) {
    absl::StrAppend(&text, i == 0 ? "" : "; ", lines[i]);
  }
  if (lines.size() > kReportedAtOnce) {
    absl::StrAppend(&text, "; and ", lines.size() - kReportedAtOnce, " more");
  }
  return text;
}

std::vector<std::string> Lines(const std::vector<AclBinding>& acls) {
  std::vector<std::string> lines;
  for (const AclBinding& acl : acls) lines.push_back(acl.ToString());
  return lines;
}

std::string Acls(size_t count) {
  return absl::StrCat(count, count == 1 ? " ACL" : " ACLs");
}

}  // namespace

std::vector<EngineEvent> AclNews::Of(const AclRound& round, bool complete) {
  std::vector<EngineEvent> events;
  TellChanges(round, &events);
  if (!complete) return events;
  if (round.without_authorizer != without_authorizer_ &&
      !round.without_authorizer.empty()) {
    events.push_back(Event(
        EngineEvent::Kind::kAclRefused, LogLevel::kInfo,
        round.without_authorizer,
        absl::StrCat("cluster ", round.without_authorizer,
                     " has no authorizer, so no ACLs are copied; write "
                     "sync.topic.acls.enabled = false if that is meant")));
  }
  without_authorizer_ = round.without_authorizer;
  TellRefusals(round, &events);
  TellLeftOut(round, &events);
  return events;
}

EngineEvent AclNews::Event(EngineEvent::Kind kind, LogLevel level,
                           std::string cluster, std::string message) const {
  return EngineEvent(kind, level, flow_, std::move(message))
      .WithCluster(std::move(cluster));
}

void AclNews::TellChanges(const AclRound& round,
                          std::vector<EngineEvent>* events) {
  if (!round.created.empty()) {
    events->push_back(Event(
        EngineEvent::Kind::kAclsChanged, LogLevel::kInfo, target_alias_,
        absl::StrCat(Acls(round.created.size()), " created on cluster ",
                     target_alias_, ": ", FirstOf(Lines(round.created)))));
  }
  if (!round.removed.empty()) {
    events->push_back(
        Event(EngineEvent::Kind::kAclsChanged, LogLevel::kInfo, target_alias_,
              absl::StrCat(Acls(round.removed.size()), " removed from cluster ",
                           target_alias_, ", as the source no longer has ",
                           round.removed.size() == 1 ? "it: " : "them: ",
                           FirstOf(Lines(round.removed)))));
  }
}

void AclNews::TellRefusals(const AclRound& round,
                           std::vector<EngineEvent>* events) {
  size_t reported = 0;
  size_t unreported = 0;
  for (const auto& [acl, reason] : round.refused) {
    const auto before = refused_.find(acl);
    if (before != refused_.end() && before->second == reason) continue;
    if (reported == kReportedAtOnce) {
      ++unreported;
      continue;
    }
    ++reported;
    events->push_back(Event(EngineEvent::Kind::kAclRefused, LogLevel::kWarning,
                            target_alias_, reason));
    events->back().acl = acl.ToString();
  }
  if (unreported > 0) {
    absl::StrAppend(&events->back().message, "; ", Acls(unreported),
                    " more are refused: see the status");
  }
  refused_ = round.refused;
}

void AclNews::TellLeftOut(const AclRound& round,
                          std::vector<EngineEvent>* events) {
  std::vector<std::string> lines;
  std::map<AclBinding, std::string> left_out;
  for (const LeftOutAcl& one : round.plan.left_out) {
    const auto before = left_out_.find(one.acl);
    if (before == left_out_.end() || before->second != one.reason) {
      lines.push_back(absl::StrCat(one.acl.ToString(), ": ", one.reason));
    }
    left_out[one.acl] = one.reason;
  }
  left_out_ = std::move(left_out);
  if (lines.empty()) return;
  events->push_back(
      Event(EngineEvent::Kind::kAclRefused, LogLevel::kInfo, target_alias_,
            absl::StrCat(Acls(lines.size()),
                         " of the source not copied: ", FirstOf(lines))));
}

}  // namespace mirror::internal
