// SPDX-License-Identifier: Apache-2.0

#include "mirror/daemon/cluster_check.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/cluster/internal_topic_check.h"
#include "mirror/flow_cluster.h"
#include "mirror/flow_topics.h"
#include "mirror/policy/topic_selection.h"

namespace mirror::internal {
namespace {

struct Answer {
  std::string cluster_id;
  std::vector<TopicDescription> topics;
  // About the topics that the flow keeps for itself.
  TopicWarnings warnings;
};

absl::StatusOr<Answer> Ask(const Flow& flow, const FlowCluster& side,
                           const Logger& log) {
  const auto cluster = ConnectFlowCluster(side, log);
  if (!cluster.ok()) return cluster.status();
  const auto admin = (*cluster)->NewAdmin("mirror_maker-check");
  if (!admin.ok()) return admin.status();
  auto id = (*admin)->ClusterId();
  if (!id.ok()) return id.status();
  auto topics = (*admin)->ListTopics();
  if (!topics.ok()) return topics.status();
  Answer answer{*std::move(id), *std::move(topics), {}};
  for (const FlowTopic& topic : InternalTopics(flow)) {
    const bool is_here = topic.on_source == (&side == &flow.source);
    if (!is_here || !topic.kind.has_value()) continue;
    const auto plan =
        ReviewInternalTopic(admin->get(), side.alias, topic.topic.name,
                            *topic.kind, &answer.warnings);
    if (!plan.ok()) return plan.status();
  }
  return answer;
}

std::optional<Answer> AskAndLog(const Flow& flow, const FlowCluster& side,
                                const Logger& log) {
  absl::StatusOr<Answer> answer = Ask(flow, side, log);
  if (answer.ok()) return *std::move(answer);
  log.Error(side.alias, answer.status().message());
  return std::nullopt;
}

std::string Selected(const Flow& flow,
                     const std::vector<TopicDescription>& topics) {
  if (!flow.replicate) return "nothing is replicated, only heartbeats written";
  const TopicSelection selection = SelectionOf(flow);
  const auto count = std::count_if(
      topics.begin(), topics.end(), [&](const TopicDescription& topic) {
        return ShouldReplicateTopic(selection, topic.name);
      });
  return absl::StrCat(count, " of ", topics.size(), " topics are selected");
}

}  // namespace

bool CheckFlowClusters(const Flow& flow, const Logger& log) {
  const std::optional<Answer> source = AskAndLog(flow, flow.source, log);
  if (source.has_value()) {
    log.Info(flow.source.alias, absl::StrCat("source is reachable, cluster id ",
                                             source->cluster_id, ", ",
                                             Selected(flow, source->topics)));
  }
  const std::optional<Answer> target = AskAndLog(flow, flow.target, log);
  if (target.has_value()) {
    log.Info(flow.target.alias, absl::StrCat("target is reachable, cluster id ",
                                             target->cluster_id, ", ",
                                             target->topics.size(), " topics"));
  }
  for (const auto* answer : {&source, &target}) {
    if (!answer->has_value()) continue;
    for (const auto& [topic, warning] : (*answer)->warnings) {
      log.Warning(topic, warning);
    }
  }
  if (!source.has_value() || !target.has_value()) return false;
  if (flow.replicate && source->cluster_id == target->cluster_id) {
    log.Error("", absl::StrCat("clusters ", flow.source.alias, " and ",
                               flow.target.alias, " have the same cluster id ",
                               source->cluster_id,
                               "; correct the bootstrap.servers of one"));
    return false;
  }
  return true;
}

}  // namespace mirror::internal
