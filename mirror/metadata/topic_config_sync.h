// SPDX-License-Identifier: Apache-2.0
//
// Keeps the settings of remote topics as those of their source topics are:
// MirrorSourceConnector's syncTopicConfigs (sync.topic.configs.*). What is
// written is the difference, and a change made by hand on the target is
// reported before it is undone; MM2 undoes it silently at every round.
//
//   auto syncer = TopicConfigSyncer::Create(&a, &b, options, clock);
//   PeriodicWorker worker("topic-configs", clock, [&] {
//     Report((*syncer)->RunOnce());
//     return (*syncer)->TimeToNextTurn();
//   });

#ifndef MIRROR_METADATA_TOPIC_CONFIG_SYNC_H_
#define MIRROR_METADATA_TOPIC_CONFIG_SYNC_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/flow_options.h"
#include "mirror/metadata/topic_config_plan.h"
#include "mirror/metadata/topic_config_problems.h"
#include "mirror/metadata/topic_config_writer.h"
#include "mirror/metadata/topic_plan.h"
#include "mirror/policy/topic_selection.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/live_value.h"
#include "mirror/runtime/mutex.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

struct TopicConfigSyncerOptions {
  // With a filter.
  TopicConfigSyncOptions configs;
  TopicSelection selection;
  // "S->T", for events.
  std::string flow;
  std::string client_id;
  // Called by RunOnce() with no lock held; may be null.
  std::function<void(EngineEvent)> on_event;
};

// Purpose: compares all mirrored topics that are on both sides, and writes what
// differs. A setting that the target refuses holds up no other; it is
// retried every round, alone, and reported once.
// Thread safety: RunOnce() and TimeToNextTurn() belong to one thread; the rest
// is thread-safe and waits for no cluster.
// Lifetime: the clusters and `clock` must outlive the syncer.
// Errors: what concerns one topic or setting shows in the status, with the ACL
// to grant where one is missing; a Status means that nothing can be done at
// present.
class TopicConfigSyncer {
 public:
  // Contacts no cluster. InvalidArgument for settings that the clients refuse.
  static absl::StatusOr<std::unique_ptr<TopicConfigSyncer>> Create(
      Cluster* source, Cluster* target, TopicConfigSyncerOptions options,
      Clock* clock);

  // One round over all topics. An error names the cluster; the next call
  // retries.
  absl::Status RunOnce();

  // That the engine has created a target topic, so that its configs are not
  // taken for those of others, and what was rejected, and why, is not reported
  // twice.
  void NoteCreated(const NewTopic& topic,
                   const std::map<std::string, std::string>& refused);
  // The topic's source was deleted for long; it may never have had its turn.
  void ForgetCreated(const std::string& topic);

  // When RunOnce() wants to be called next.
  absl::Duration TimeToNextTurn() const;
  // From the next round on.
  void SetInterval(absl::Duration interval) { interval_.Set(interval); }

  // Makes RunOnce() return soon, now and later.
  void Cancel();

  void FillStatus(TopicConfigSyncStatus* status) const;

 private:
  using OverridesByTopic =
      std::map<std::string, std::map<std::string, std::string>>;
  // Values that were not the engine's, by topic and setting.
  using Foreign = std::map<TopicConfigName, std::optional<std::string>>;

  struct Creation {
    std::map<std::string, std::string> overrides;
    std::map<std::string, std::string> refused;
  };

  struct Round {
    int64_t topics = 0;
    OverridesByTopic overrides;
    Foreign foreign;
    TopicConfigProblems::Reasons problems;
    // The target cannot change single settings.
    bool unsupported = false;
    // Something went wrong that may go well in a moment.
    bool again = false;
  };

  TopicConfigSyncer(Cluster* source, Cluster* target,
                    TopicConfigSyncerOptions options, Clock* clock);

  absl::Status Turn(Round* round);
  absl::StatusOr<TopicPlan> Plan();
  absl::Status SyncSome(absl::Span<const MirroredTopic> topics, Round* round);
  // Makes what the topic was created with known, the first time.
  void TakeCreated(const std::string& topic);
  // Finds what was changed by others, and says so.
  void NoteForeign(const MirroredTopic& topic,
                   absl::Span<const ConfigChange> changes, Round* round);
  void Write(absl::Span<const TopicConfigWrite> writes, Round* round);
  void NoteResult(const TopicConfigWrite& write,
                  const TopicConfigResult& result, Round* round);
  void NoteWritten(const std::string& topic,
                   absl::Span<const ConfigChange> written, Round* round);
  void NoteProblem(const std::string& topic, const absl::Status& status,
                   std::string reason, Round* round);
  void Report(EngineEvent event) const;

  const TopicConfigSyncerOptions options_;
  Cluster* const source_;
  Cluster* const target_;
  Clock* const clock_;
  std::unique_ptr<ClusterAdmin> source_admin_;
  std::unique_ptr<ClusterAdmin> target_admin_;
  LiveValue<absl::Duration> interval_;
  std::atomic<bool> cancelled_{false};
  std::atomic<int64_t> written_{0};
  std::atomic<int64_t> overwritten_{0};

  // Of RunOnce()'s thread. Of the last round: what the overrides on the target
  // were after it, and which it found that were not the engine's.
  absl::Time next_ = absl::InfinitePast();
  OverridesByTopic known_;
  Foreign foreign_;

  mutable Mutex mu_;
  // Not compared yet: brokers may take a moment until all of them know a topic.
  std::map<std::string, Creation> created_ ABSL_GUARDED_BY(mu_);
  TopicConfigProblems problems_ ABSL_GUARDED_BY(mu_);
  int64_t topics_ ABSL_GUARDED_BY(mu_) = 0;
  absl::Status status_ ABSL_GUARDED_BY(mu_);
  absl::Duration last_round_ ABSL_GUARDED_BY(mu_);
};

}  // namespace mirror::internal

#endif  // MIRROR_METADATA_TOPIC_CONFIG_SYNC_H_
