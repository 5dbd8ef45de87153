// SPDX-License-Identifier: Apache-2.0

#include "mirror/daemon/dry_run.h"

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/cluster/internal_topic_check.h"
#include "mirror/cluster/internal_topic_config.h"
#include "mirror/daemon/text_table.h"
#include "mirror/flow_cluster.h"
#include "mirror/flow_topics.h"
#include "mirror/metadata/acl_ledger.h"
#include "mirror/metadata/acl_ledger_record.h"
#include "mirror/metadata/acl_plan.h"
#include "mirror/metadata/acl_sync.h"
#include "mirror/metadata/creation_configs.h"
#include "mirror/metadata/topic_config_plan.h"
#include "mirror/metadata/topic_config_problems.h"
#include "mirror/metadata/topic_plan.h"
#include "mirror/model/acl_binding.h"
#include "mirror/runtime/clock.h"

namespace mirror::internal {
namespace {

constexpr size_t kTopicsAtOnce = 200;
constexpr char kClientId[] = "mirror_maker-dry-run";

std::string Partitions(int32_t count) {
  return absl::StrCat(count, count == 1 ? " partition" : " partitions");
}

std::string Describe(const NewTopic& topic) {
  std::string text = Partitions(topic.partitions);
  if (topic.replication_factor != -1) {
    absl::StrAppend(&text, ", replication factor ", topic.replication_factor);
  }
  for (const auto& [name, value] : topic.configs) {
    absl::StrAppend(&text, ", ", name, "=", value);
  }
  return text;
}

// One flow with its clusters.
class DryRun {
 public:
  DryRun(const Flow& flow, const Logger& log, DryRunReport* report)
      : flow_(flow),
        log_(log),
        report_(report),
        ledger_topic_(AclLedgerTopic(flow.source.alias)) {}

  // A Status: nothing more can be found out.
  absl::Status Run() {
    absl::Status status = Connect(flow_.source, &source_cluster_, &source_);
    status.Update(Connect(flow_.target, &target_cluster_, &target_));
    if (status.ok()) status = CheckClusters();
    if (status.ok()) status = AddInternalTopics();
    if (!status.ok() || !flow_.replicate) return status;
    status = AddTopics();
    if (status.ok() && flow_.acls.enabled) NoteAcls(AddAcls());
    return status;
  }

 private:
  absl::Status Connect(const FlowCluster& side,
                       std::shared_ptr<Cluster>* cluster,
                       std::unique_ptr<ClusterAdmin>* admin) {
    auto connected = ConnectFlowCluster(side, log_);
    if (!connected.ok()) return connected.status();
    *cluster = *std::move(connected);
    auto made = (*cluster)->NewAdmin(kClientId);
    if (!made.ok()) return made.status();
    *admin = *std::move(made);
    return absl::OkStatus();
  }

  absl::Status CheckClusters() {
    const auto source = source_->ClusterId();
    const auto target = target_->ClusterId();
    // Both, so that one run tells all that is wrong.
    for (const auto* id : {&source, &target}) {
      if (!id->ok()) log_.Error("", id->status().message());
    }
    if (!source.ok() || !target.ok()) {
      return absl::UnavailableError("a cluster cannot be asked");
    }
    if (flow_.replicate && *source == *target) {
      return absl::FailedPreconditionError(
          absl::StrCat("clusters ", flow_.source.alias, " and ",
                       flow_.target.alias, " have the same cluster id ",
                       *source, "; correct the bootstrap.servers of one"));
    }
    return absl::OkStatus();
  }

  absl::Status AddInternalTopics() {
    for (const FlowTopic& topic : InternalTopics(flow_)) {
      // AddAcls() knows whether that is needed.
      if (topic.topic.name == ledger_topic_) continue;
      if (absl::Status status = AddInternalTopic(topic); !status.ok()) {
        return status;
      }
    }
    return absl::OkStatus();
  }

  absl::Status AddInternalTopic(const FlowTopic& topic) {
    ClusterAdmin* admin = topic.on_source ? source_.get() : target_.get();
    const absl::Status status =
        admin->DescribeTopics({topic.topic.name})[0].status();
    if (absl::IsNotFound(status)) {
      AddRow("topic", topic.topic.name,
             topic.on_source ? flow_.source.alias : flow_.target.alias,
             "missing", Describe(topic.topic));
      return absl::OkStatus();
    }
    return status.ok() ? AddInternalConfigs(topic, admin) : status;
  }

  absl::Status AddInternalConfigs(const FlowTopic& topic, ClusterAdmin* admin) {
    if (!topic.kind.has_value()) return absl::OkStatus();
    const std::string& cluster =
        topic.on_source ? flow_.source.alias : flow_.target.alias;
    TopicWarnings warnings;
    auto plan = ReviewInternalTopic(admin, cluster, topic.topic.name,
                                    *topic.kind, &warnings);
    if (!plan.ok()) return plan.status();
    for (const auto& [name, warning] : warnings) log_.Warning(name, warning);
    if (plan->policy.has_value()) plan->segments.push_back(*plan->policy);
    for (const InternalConfigChange& change : plan->segments) {
      AddRow("config", absl::StrCat(topic.topic.name, " ", change.name),
             cluster, change.now, change.then);
    }
    return absl::OkStatus();
  }

  absl::Status AddTopics() {
    const auto source_topics = source_->ListTopics();
    if (!source_topics.ok()) return source_topics.status();
    const auto target_topics = target_->ListTopics();
    if (!target_topics.ok()) return target_topics.status();
    TopicPlan plan = PlanTopics(SelectionOf(flow_), *source_topics,
                                *target_topics, flow_.replication_factor);
    for (const RefusedTopic& refused : plan.refused) {
      log_.Warning(refused.source, refused.reason);
    }
    AddNewTopics(&plan.create);
    std::map<std::string, int32_t> there;
    for (const TopicDescription& topic : *target_topics) {
      there[topic.name] = topic.partitions;
    }
    for (const PartitionsToAdd& add : plan.add) {
      AddRow("partitions", add.topic, flow_.target.alias,
             Partitions(there[add.topic]), Partitions(add.partitions));
    }
    if (!flow_.topic_configs.enabled) return absl::OkStatus();
    const absl::Span<const MirroredTopic> ready = plan.ready;
    for (size_t i = 0; i < ready.size(); i += kTopicsAtOnce) {
      AddConfigs(ready.subspan(i, kTopicsAtOnce));
    }
    return absl::OkStatus();
  }

  void AddNewTopics(std::vector<TopicToCreate>* create) {
    const std::vector<absl::Status> answers =
        AddCreationConfigs(source_.get(), *flow_.topic_configs.filter, create);
    for (size_t i = 0; i < create->size(); ++i) {
      const TopicToCreate& topic = (*create)[i];
      NoteDescribed(answers[i], topic.source, flow_.source.alias);
      AddRow("topic", topic.topic.name, flow_.target.alias, "missing",
             Describe(topic.topic));
    }
  }

  void AddConfigs(absl::Span<const MirroredTopic> topics) {
    std::vector<std::string> source_names;
    std::vector<std::string> target_names;
    for (const MirroredTopic& topic : topics) {
      source_names.push_back(topic.source);
      target_names.push_back(topic.target);
    }
    const auto source = source_->DescribeTopicConfigs(source_names);
    const auto target = target_->DescribeTopicConfigs(target_names);
    for (size_t i = 0; i < topics.size(); ++i) {
      NoteDescribed(source[i].status(), topics[i].source, flow_.source.alias);
      NoteDescribed(target[i].status(), topics[i].target, flow_.target.alias);
      if (!source[i].ok() || !target[i].ok()) continue;
      for (const ConfigChange& change : PlanConfigChanges(
               *source[i], *target[i], *flow_.topic_configs.filter)) {
        AddRow("config", absl::StrCat(topics[i].target, " ", change.name),
               flow_.target.alias,
               DescribeOverride(change.before, change.in_force),
               DescribeOverride(change.after));
      }
    }
  }

  // Says why configs are missing in the report.
  void NoteDescribed(const absl::Status& status, const std::string& topic,
                     const std::string& cluster) {
    if (status.ok() || absl::IsNotFound(status)) return;
    log_.Warning(topic, NotDescribed(status, topic, cluster));
    // A missing right leaves the engine as much in the dark.
    if (!absl::IsPermissionDenied(status)) report_->complete = false;
  }

  absl::Status AddAcls() {
    const auto on_source = ListAclsOf(source_cluster_.get());
    if (!on_source.ok()) return on_source.status();
    const auto on_target = ListAclsOf(target_cluster_.get());
    if (!on_target.ok()) return on_target.status();
    const auto ours = OurAcls();
    if (!ours.ok()) return ours.status();
    const AclPlan plan =
        PlanAcls(AclRulesOf(flow_), *on_source, *on_target, *ours);
    if (!plan.create.empty()) {
      for (const FlowTopic& topic : InternalTopics(flow_)) {
        if (topic.topic.name != ledger_topic_) continue;
        if (absl::Status status = AddInternalTopic(topic); !status.ok()) {
          return status;
        }
      }
    }
    for (const AclBinding& acl : plan.create) {
      AddRow("acl", acl.Subject(), flow_.target.alias, "missing", acl.Rule());
    }
    for (const AclBinding& acl : plan.remove) {
      AddRow("acl", acl.Subject(), flow_.target.alias, acl.Rule(), "removed");
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<AclBinding>> ListAclsOf(Cluster* cluster) {
    const auto admin = cluster->NewAclAdmin(kClientId);
    if (!admin.ok()) return admin.status();
    auto acls = ListAcls(admin->get(), cluster->alias(), flow_.acls);
    if (!absl::IsUnimplemented(acls.status())) return acls;
    return absl::UnimplementedError(absl::StrCat(
        "cluster ", cluster->alias(), " has no authorizer: no ACL is copied"));
  }

  // Those that the engine created on the target for the cluster that is the
  // source now; nothing else is ever removed.
  absl::StatusOr<std::set<AclBinding>> OurAcls() {
    if (!flow_.acls.remove) return std::set<AclBinding>();
    const auto id = source_->ClusterId();
    if (!id.ok()) return id.status();
    const auto ledger = AclLedger::Create(
        target_cluster_.get(), ledger_topic_,
        flow_.offset_storage_replication_factor, kClientId, Clock::System());
    if (!ledger.ok()) return ledger.status();
    if (absl::Status status = (*ledger)->Read(); !status.ok()) return status;
    return (*ledger)->Of(*id);
  }

  // Says why ACLs are missing in the report.
  void NoteAcls(const absl::Status& status) {
    if (status.ok()) return;
    if (absl::IsUnimplemented(status)) {
      log_.Info("", status.message());
      return;
    }
    log_.Warning("", absl::StrCat("ACLs: ", status.message()));
    // As above.
    if (!absl::IsPermissionDenied(status)) report_->complete = false;
  }

  void AddRow(const std::string& kind, const std::string& what,
              const std::string& cluster, std::string now, std::string then) {
    report_->rows.push_back({flow_.name(), kind,
                             absl::StrCat(what, " on ", cluster),
                             std::move(now), std::move(then)});
  }

  const Flow& flow_;
  const Logger& log_;
  DryRunReport* const report_;
  const std::string ledger_topic_;
  std::shared_ptr<Cluster> source_cluster_;
  std::shared_ptr<Cluster> target_cluster_;
  std::unique_ptr<ClusterAdmin> source_;
  std::unique_ptr<ClusterAdmin> target_;
};

// "3 things would be created or changed (2 topic, 1 config); nothing was".
std::string Summary(const DryRunRows& rows) {
  if (rows.empty()) return "nothing would be created or changed\n";
  std::map<std::string, int> counts;
  for (const DryRunRow& row : rows) ++counts[row.kind];
  const std::string by_kind =
      absl::StrJoin(counts, ", ", [](std::string* out, const auto& count) {
        absl::StrAppend(out, count.first, ": ", count.second);
      });
  return absl::StrCat(rows.size(), " would be created or changed (", by_kind,
                      "); nothing was\n");
}

}  // namespace

void DryRunFlow(const Flow& flow, const Logger& log, DryRunReport* report) {
  const absl::Status status = DryRun(flow, log, report).Run();
  if (status.ok()) return;
  log.Error("", status.message());
  report->complete = false;
}

std::string FormatDryRun(const DryRunRows& rows) {
  if (rows.empty()) return Summary(rows);
  TextTable table{{{"flow"}, {"kind"}, {"object"}, {"now"}, {"then"}}, {}};
  for (const DryRunRow& row : rows) {
    table.rows.push_back({row.flow, row.kind, row.object, row.now, row.then});
  }
  return absl::StrCat(FormatTable(table), "\n", Summary(rows));
}

}  // namespace mirror::internal
