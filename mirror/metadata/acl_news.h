// SPDX-License-Identifier: Apache-2.0
//
// What a round of ACL sync did, and which of that is news: what was changed,
// and what is denied or skipped and was not in the round before.

#ifndef MIRROR_METADATA_ACL_NEWS_H_
#define MIRROR_METADATA_ACL_NEWS_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "mirror/metadata/acl_plan.h"
#include "mirror/model/acl_binding.h"
#include "mirror/telemetry/engine_event.h"

namespace mirror::internal {

// A value type; thread-compatible.
struct AclRound {
  AclPlan plan;
  // Of the plan, what was done on the target and what that refuses, with the
  // reasons.
  std::vector<AclBinding> created;
  std::vector<AclBinding> removed;
  std::map<AclBinding, std::string> refused;
  // The cluster that has no authorizer; empty: both have one.
  std::string without_authorizer;
  // Something is to be looked at again in a moment.
  bool again = false;
};

// Thread safety: thread-compatible.
class AclNews {
 public:
  // `flow` is "S->T".
  AclNews(std::string flow, std::string target_alias)
      : flow_(std::move(flow)), target_alias_(std::move(target_alias)) {}

  // The events of a round, in the order of their importance. A round that
  // failed (`complete` false) tells what it did, and of what it leaves undone
  // nothing.
  std::vector<EngineEvent> Of(const AclRound& round, bool complete);

 private:
  EngineEvent Event(EngineEvent::Kind kind, LogLevel level, std::string cluster,
                    std::string message) const;
  void TellChanges(const AclRound& round, std::vector<EngineEvent>* events);
  void TellRefusals(const AclRound& round, std::vector<EngineEvent>* events);
  void TellLeftOut(const AclRound& round, std::vector<EngineEvent>* events);

  const std::string flow_;
  const std::string target_alias_;
  std::map<AclBinding, std::string> refused_;
  std::map<AclBinding, std::string> left_out_;
  std::string without_authorizer_;
};

}  // namespace mirror::internal

#endif  // MIRROR_METADATA_ACL_NEWS_H_
