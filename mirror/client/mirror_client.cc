// SPDX-License-Identifier: Apache-2.0

#include "mirror/client/mirror_client.h"

#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mirror/checkpoint/checkpoint_translator.h"
#include "mirror/client/best_position.h"
#include "mirror/client/checkpoint_view.h"
#include "mirror/client/copy_ends.h"
#include "mirror/client/deadline.h"
#include "mirror/client/failover_previewer.h"
#include "mirror/client/forward_commit.h"
#include "mirror/client/offset_view.h"
#include "mirror/client/topology.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/cluster/errors.h"
#include "mirror/kafka/kafka_cluster.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/runtime/mutex.h"
#include "mirror/sync/index_segment.h"

namespace mirror {
namespace {

constexpr char kClientId[] = "mirror-client";

// How often a position that is waited for is looked up.
constexpr absl::Duration kWaitInterval = absl::Milliseconds(200);

// Why the index has no answer.
absl::Status Unknown(const OffsetSyncStore& store, const TopicPartition& source,
                     int64_t offset) {
  if (store.Stats(source).runs == 0) {
    return absl::NotFoundError(absl::StrCat(
        "partition ", source.ToString(),
        ": no copies are known; ask by the topic's name on the source, and see "
        "whether the mirror's topic filter takes it and it has records"));
  }
  return absl::NotFoundError(absl::StrCat(
      "partition ", source.ToString(), ": position ", offset,
      " lies before the oldest copies that the index knows of; to miss "
      "nothing, start at the beginning of the partition"));
}

}  // namespace

class MirrorClient::Impl {
 public:
  struct Source;

  explicit Impl(MirrorClientOptions options) : options_(std::move(options)) {}

  // Completes the options and makes the clients.
  absl::Status Connect();
  void Cancel();

  const ReplicationPolicy& policy() const { return *options_.policy; }
  Clock* clock() const { return options_.clock; }
  absl::Time DeadlineIn(absl::Duration timeout) const {
    return clock()->Now() + timeout;
  }

  // What is known of a source; made when first asked for.
  Source& GetSource(const std::string& alias);
  absl::StatusOr<internal::Topology> GetTopology();
  // Of partitions here, as FindCopyEnds().
  absl::StatusOr<internal::CopyEnds> GetEnds(
      const std::string& source_alias,
      const std::vector<TopicPartition>& partitions,
      const OffsetSyncStore* index, absl::Time deadline) {
    return internal::FindCopyEnds(admin_.get(), policy(), source_alias,
                                  partitions, index, clock(), deadline);
  }
  internal::PreviewRequest NewPreview(const FailoverPreviewOptions& options,
                                      absl::Time deadline,
                                      MirrorClient* client);
  // TranslateOffset() without explanations.
  absl::StatusOr<TranslatedOffset> Translate(const std::string& source_alias,
                                             const TopicPartition& source,
                                             UpstreamOffset offset,
                                             absl::Time deadline);
  absl::Status CommitForward(const std::string& group,
                             const GroupPositions& positions,
                             GroupOffsetResults* results) {
    return internal::CommitForward({admin_.get(), group_admin_.get(),
                                    Context(absl::StrCat("group ", group))},
                                   group, positions, results);
  }
  // "cluster standby, SUBJECT", for messages.
  std::string Context(absl::string_view subject) const;
  // Adds to NotFound what there is instead, and what to do.
  absl::Status Explain(const absl::Status& status,
                       const std::string& source_alias);

 private:
  MirrorClientOptions options_;
  std::unique_ptr<ClusterAdmin> admin_;
  std::unique_ptr<GroupAdmin> group_admin_;

  Mutex mu_;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  std::map<std::string, std::unique_ptr<Source>> sources_ ABSL_GUARDED_BY(mu_);
};

struct MirrorClient::Impl::Source {
  Source(const MirrorClientOptions& options, const std::string& alias)
      : log(options.log, options.clock, alias),
        offsets(options.cluster.get(), internal::OffsetIndexTopic(alias),
                options.policy->OffsetSyncsTopic(alias), options.clock, log),
        checkpoints(options.cluster.get(),
                    options.policy->CheckpointsTopic(alias), options.clock,
                    log) {}

  void Cancel() {
    offsets.Cancel();
    checkpoints.Cancel();
  }

  const Logger log;
  internal::OffsetView offsets;
  internal::CheckpointView checkpoints;
};

absl::Status MirrorClient::Impl::Connect() {
  if (options_.policy == nullptr) {
    auto policy = DefaultReplicationPolicy::Create();
    if (!policy.ok()) return policy.status();
    options_.policy = *std::move(policy);
  }
  if (options_.cluster == nullptr) {
    KafkaClusterOptions kafka;
    kafka.alias = options_.alias;
    kafka.properties = options_.properties;
    kafka.request_timeout = options_.request_timeout;
    kafka.log = Logger(options_.log, options_.clock, options_.alias);
    auto cluster = KafkaCluster::Create(std::move(kafka));
    if (!cluster.ok()) return cluster.status();
    options_.cluster = *std::move(cluster);
  }
  auto admin = options_.cluster->NewAdmin(kClientId);
  if (!admin.ok()) return admin.status();
  auto group_admin = options_.cluster->NewGroupAdmin(kClientId);
  if (!group_admin.ok()) return group_admin.status();
  admin_ = *std::move(admin);
  group_admin_ = *std::move(group_admin);
  return absl::OkStatus();
}

void MirrorClient::Impl::Cancel() {
  admin_->Cancel();
  group_admin_->Cancel();
  MutexLock lock(&mu_);
  cancelled_ = true;
  for (const auto& [alias, source] : sources_) source->Cancel();
}

MirrorClient::Impl::Source& MirrorClient::Impl::GetSource(
    const std::string& alias) {
  MutexLock lock(&mu_);
  std::unique_ptr<Source>& source = sources_[alias];
  if (source == nullptr) {
    source = std::make_unique<Source>(options_, alias);
    if (cancelled_) source->Cancel();
  }
  return *source;
}

std::string MirrorClient::Impl::Context(absl::string_view subject) const {
  return absl::StrCat("cluster ", options_.cluster->alias(), ", ", subject);
}

absl::Status MirrorClient::Impl::Explain(const absl::Status& status,
                                         const std::string& source_alias) {
  if (!absl::IsNotFound(status)) return status;
  const absl::StatusOr<internal::Topology> topology = GetTopology();
  if (!topology.ok()) return status;
  const std::vector<std::string> topics = topology->ClientTopics();
  return absl::NotFoundError(absl::StrCat(
      status.message(), "; check that \"", source_alias,
      "\" is the alias in the mirror's configuration and that the policy is "
      "the mirror's. Of such topics the cluster has ",
      topics.empty() ? "none" : absl::StrJoin(topics, ", ")));
}

absl::StatusOr<TranslatedOffset> MirrorClient::Impl::Translate(
    const std::string& source_alias, const TopicPartition& source,
    UpstreamOffset offset, absl::Time deadline) {
  const auto store = GetSource(source_alias).offsets.CatchUp(deadline);
  if (!store.ok()) return store.status();
  const Translation answer = (*store)->Translate(source, offset);
  if (!answer.known()) {
    return internal::Annotate(
        Unknown(**store, source, offset.value()),
        Context(internal::OffsetIndexTopic(source_alias)));
  }
  const TopicPartition target{
      policy().FormatRemoteTopic(source_alias, source.topic), source.partition};
  const absl::StatusOr<internal::CopyEnds> ends =
      GetEnds(source_alias, {target}, store->get(), deadline);
  if (!ends.ok()) return ends.status();
  const auto end = ends->find(target);
  if (end != ends->end() && answer.offset <= end->second) {
    return TranslatedOffset{answer, (*store)->Skipped(source, offset)};
  }
  return absl::NotFoundError(absl::StrCat(
      Context(target.ToString()), ": the index tells position ",
      answer.offset.value(), ", but the partition ",
      end == ends->end()
          ? "is not there, or its topic was recreated; is the policy the "
            "mirror's?"
          : absl::StrCat("ends at ", end->second.value(),
                         "; it was recreated or truncated")));
}

internal::PreviewRequest MirrorClient::Impl::NewPreview(
    const FailoverPreviewOptions& options, absl::Time deadline,
    MirrorClient* client) {
  const std::string& alias = options.source_alias;
  internal::CheckpointView* const checkpoints = &GetSource(alias).checkpoints;
  internal::PreviewRequest request;
  request.source_alias = alias;
  request.source = options.source;
  request.copies_topic = options.copies_topic;
  request.translates_group = options.translates_group;
  request.group = options.group;
  request.progress_topic = options.progress_topic;
  request.target = options_.cluster.get();
  request.admin = admin_.get();
  request.group_admin = group_admin_.get();
  request.policy = &policy();
  request.log = GetSource(alias).log;
  request.clock = clock();
  request.deadline = deadline;
  request.groups = [checkpoints, deadline] {
    return checkpoints->Groups(deadline);
  };
  request.translate = [this, client, alias,
                       deadline](const std::string& group) {
    return client->TranslateOffsets(alias, group, deadline - clock()->Now());
  };
  return request;
}

absl::StatusOr<internal::Topology> MirrorClient::Impl::GetTopology() {
  const auto topics = admin_->ListTopics();
  if (!topics.ok()) return topics.status();
  std::vector<std::string> names;
  for (const TopicDescription& topic : *topics) names.push_back(topic.name);
  return internal::Topology(options_.policy.get(), std::move(names));
}

absl::StatusOr<std::unique_ptr<MirrorClient>> MirrorClient::Create(
    std::map<std::string, std::string> properties,
    std::shared_ptr<const ReplicationPolicy> policy) {
  MirrorClientOptions options;
  options.properties = std::move(properties);
  options.policy = std::move(policy);
  return Create(std::move(options));
}

absl::StatusOr<std::unique_ptr<MirrorClient>> MirrorClient::Create(
    MirrorClientOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  absl::Status status = impl->Connect();
  if (!status.ok()) return status;
  return std::unique_ptr<MirrorClient>(new MirrorClient(std::move(impl)));
}

MirrorClient::MirrorClient(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}

MirrorClient::~MirrorClient() = default;

const ReplicationPolicy& MirrorClient::policy() const {
  return impl_->policy();
}

void MirrorClient::Cancel() { impl_->Cancel(); }

int64_t MirrorClient::UnreadableRecords(const std::string& source_alias) {
  const Impl::Source& source = impl_->GetSource(source_alias);
  return source.offsets.skipped() + source.checkpoints.skipped();
}

absl::StatusOr<GroupPositions> MirrorClient::TranslateOffsets(
    const std::string& source_alias, const std::string& group,
    absl::Duration timeout) {
  const absl::Time deadline = impl_->DeadlineIn(timeout);
  Impl::Source& source = impl_->GetSource(source_alias);
  const auto checkpoints = source.checkpoints.Read(group, deadline);
  if (!checkpoints.ok()) {
    return impl_->Explain(checkpoints.status(), source_alias);
  }
  if (checkpoints->empty()) {
    return absl::NotFoundError(absl::StrCat(
        impl_->Context(absl::StrCat("group ", group)),
        ": has no checkpoints in ", source.checkpoints.topic(),
        "; see whether it has committed offsets on ", source_alias,
        ", whether the mirror's group filter takes it, and how it is spelled"));
  }
  const auto store = source.offsets.CatchUp(deadline);
  if (!store.ok() && !absl::IsNotFound(store.status())) return store.status();

  std::vector<TopicPartition> partitions;
  for (const auto& [target, checkpoint] : *checkpoints) {
    partitions.push_back(target);
  }
  const absl::StatusOr<internal::CopyEnds> ends = impl_->GetEnds(
      source_alias, partitions, store.ok() ? store->get() : nullptr, deadline);
  if (!ends.ok()) return ends.status();
  GroupPositions positions;
  for (const auto& [target, checkpoint] : *checkpoints) {
    const auto end = ends->find(target);
    positions[target] = internal::BestPosition(
        checkpoint, store.ok() ? store->get() : nullptr,
        internal::SourcePartition(policy(), source_alias, target),
        end == ends->end() ? std::nullopt : std::optional(end->second));
  }
  return positions;
}

absl::StatusOr<TranslatedOffset> MirrorClient::TranslateOffset(
    const std::string& source_alias, const TopicPartition& source,
    UpstreamOffset offset, absl::Duration timeout) {
  auto answer = impl_->Translate(source_alias, source, offset,
                                 impl_->DeadlineIn(timeout));
  if (answer.ok()) return answer;
  return impl_->Explain(answer.status(), source_alias);
}

absl::StatusOr<BackTranslation> MirrorClient::TranslateBack(
    const std::string& source_alias, const TopicPartition& source,
    DownstreamOffset offset, absl::Duration timeout) {
  const auto store = impl_->GetSource(source_alias)
                         .offsets.CatchUp(impl_->DeadlineIn(timeout));
  if (!store.ok()) return impl_->Explain(store.status(), source_alias);
  const BackTranslation answer = (*store)->TranslateBack(source, offset);
  if (answer.known()) return answer;
  return impl_->Explain(
      internal::Annotate(
          Unknown(**store, source, offset.value()),
          impl_->Context(internal::OffsetIndexTopic(source_alias))),
      source_alias);
}

absl::StatusOr<TranslatedOffset> MirrorClient::WaitUntilTranslatable(
    const std::string& source_alias, const TopicPartition& source,
    UpstreamOffset offset, absl::Duration timeout) {
  const absl::Time deadline = impl_->DeadlineIn(timeout);
  absl::StatusOr<TranslatedOffset> answer;
  do {
    answer = impl_->Translate(source_alias, source, offset, deadline);
    if (answer.ok() && answer->exact()) return answer;
    if (!answer.ok() && !absl::IsNotFound(answer.status())) {
      return answer.status();
    }
  } while (internal::WaitFor(impl_->clock(), kWaitInterval, deadline));
  return absl::DeadlineExceededError(
      answer.ok()
          ? absl::StrCat(impl_->Context(source.ToString()), ": position ",
                         offset.value(), " of ", source_alias,
                         " is not exact yet, only at least ",
                         answer->offset.value(),
                         "; see whether the mirror runs, and how far "
                         "behind it is")
          : std::string(answer.status().message()));
}

absl::StatusOr<std::map<TopicPartition, absl::Status>>
MirrorClient::CommitOffsets(const std::string& group,
                            const GroupPositions& positions,
                            absl::Duration timeout) {
  std::map<TopicPartition, absl::Status> results;
  const absl::Status status = internal::TryUntil(
      impl_->clock(), impl_->DeadlineIn(timeout),
      [&] { return impl_->CommitForward(group, positions, &results); });
  if (!status.ok()) return status;
  return results;
}

absl::StatusOr<GroupOffsets> MirrorClient::RemoteConsumerOffsets(
    const std::string& source_alias, const std::string& group,
    absl::Duration timeout) {
  const auto checkpoints =
      impl_->GetSource(source_alias)
          .checkpoints.Read(group, impl_->DeadlineIn(timeout));
  if (!checkpoints.ok()) {
    return impl_->Explain(checkpoints.status(), source_alias);
  }
  GroupOffsets offsets;
  for (const auto& [target, checkpoint] : *checkpoints) {
    offsets[target] = {checkpoint.downstream.value(), checkpoint.metadata};
  }
  return offsets;
}

absl::StatusOr<FailoverPreview> MirrorClient::PreviewFailover(
    const FailoverPreviewOptions& options, absl::Duration timeout) {
  auto preview =
      internal::FailoverPreviewer(
          impl_->NewPreview(options, impl_->DeadlineIn(timeout), this))
          .Run();
  if (preview.ok()) return preview;
  return impl_->Explain(preview.status(), options.source_alias);
}

absl::StatusOr<std::optional<int>> MirrorClient::ReplicationHops(
    absl::string_view upstream_alias) {
  const auto topology = impl_->GetTopology();
  if (!topology.ok()) return topology.status();
  return topology->ReplicationHops(upstream_alias);
}

absl::StatusOr<std::vector<std::string>> MirrorClient::HeartbeatTopics() {
  const auto topology = impl_->GetTopology();
  if (!topology.ok()) return topology.status();
  return topology->HeartbeatTopics();
}

absl::StatusOr<std::vector<std::string>> MirrorClient::CheckpointTopics() {
  const auto topology = impl_->GetTopology();
  if (!topology.ok()) return topology.status();
  return topology->CheckpointTopics();
}

absl::StatusOr<std::vector<std::string>> MirrorClient::UpstreamClusters() {
  const auto topology = impl_->GetTopology();
  if (!topology.ok()) return topology.status();
  return topology->UpstreamClusters();
}

absl::StatusOr<std::vector<std::string>> MirrorClient::RemoteTopics() {
  const auto topology = impl_->GetTopology();
  if (!topology.ok()) return topology.status();
  return topology->RemoteTopics();
}

absl::StatusOr<std::vector<std::string>> MirrorClient::RemoteTopics(
    absl::string_view source_alias) {
  const auto topology = impl_->GetTopology();
  if (!topology.ok()) return topology.status();
  return topology->RemoteTopics(source_alias);
}

}  // namespace mirror
