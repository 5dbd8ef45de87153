// SPDX-License-Identifier: Apache-2.0
//
// Target ids of source ids, from memory or from a thread that asks the
// registries: what keeps a slow registry out of a shard's way.

#ifndef MIRROR_TRANSFORM_SCHEMA_SCHEMA_ID_LOOKUP_H_
#define MIRROR_TRANSFORM_SCHEMA_SCHEMA_ID_LOOKUP_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/mutex.h"
#include "mirror/runtime/periodic_worker.h"
#include "mirror/transform/schema/schema_copier.h"

namespace mirror::internal {

// Remembers every answer: a good one forever, since ids never change their
// meaning; a bad one for a while, so that a partition that retries does not
// flood the registries.
//
// Thread safety: thread-safe.
// Lifetime: the destructor ends a running look-up within a second; `clock`
// must outlive it.
class SchemaIdLookup {
 public:
  struct Options {
    // How long a caller may be held up.
    absl::Duration patience;
    // How long a bad answer stands.
    absl::Duration retry_after;
    // The subject at the target of a source topic; null: as at the source.
    std::function<std::string(const std::string& topic, bool is_key)>
        target_subject;
  };

  SchemaIdLookup(Options options, std::unique_ptr<SchemaCopier> copier,
                 Clock* clock);
  ~SchemaIdLookup();

  // The id at the target of the schema `id` in keys or values of `topic`.
  // Unavailable: there is no answer yet, ask again; else SchemaCopier's errors.
  absl::StatusOr<int32_t> TargetId(const std::string& topic, bool is_key,
                                   int32_t id);

 private:
  using Key = std::pair<bool, int32_t>;  // is_key, source id

  struct Answer {
    bool pending = true;
    absl::Time asked;
    absl::StatusOr<int32_t> id;
    absl::Time ends;  // where `id` is an error
  };
  struct Job {
    std::string topic;
    Key key;
  };

  absl::Duration RunOnce();
  SchemaWish WishOf(const Job& job) const;
  void Store(const Job& job, const absl::StatusOr<int32_t>& id)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Options options_;
  const std::unique_ptr<SchemaCopier> copier_;
  Clock* const clock_;

  Mutex mu_;
  // By topic and key. Answers do not move.
  std::map<std::string, std::map<Key, Answer>> answers_ ABSL_GUARDED_BY(mu_);
  std::deque<Job> jobs_ ABSL_GUARDED_BY(mu_);
  // When the running look-up began.
  absl::Time busy_since_ ABSL_GUARDED_BY(mu_) = absl::InfiniteFuture();

  PeriodicWorker worker_;
};

}  // namespace mirror::internal

#endif  // MIRROR_TRANSFORM_SCHEMA_SCHEMA_ID_LOOKUP_H_
