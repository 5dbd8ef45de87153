// SPDX-License-Identifier: Apache-2.0

#include "mirror/transform/schema/schema_id_lookup.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

// Until the worker is woken.
constexpr absl::Duration kIdle = absl::Hours(1);

}  // namespace

SchemaIdLookup::SchemaIdLookup(Options options,
                               std::unique_ptr<SchemaCopier> copier,
                               Clock* clock)
    : options_(std::move(options)),
      copier_(std::move(copier)),
      clock_(clock),
      worker_("schema-ids", clock, [this] { return RunOnce(); }) {}

SchemaIdLookup::~SchemaIdLookup() {
  copier_->Cancel();
  worker_.Stop();
}

absl::StatusOr<int32_t> SchemaIdLookup::TargetId(const std::string& topic,
                                                 bool is_key, int32_t id) {
  if (absl::Status status = worker_.Start(); !status.ok()) {
    return absl::UnavailableError(status.message());
  }
  const Key key(is_key, id);
  MutexLock lock(&mu_);
  std::map<Key, Answer>& answers = answers_[topic];
  const auto [entry, is_new] = answers.try_emplace(key);
  Answer& answer = entry->second;
  if (!answer.pending && answer.id.ok()) return *answer.id;
  const absl::Time now = clock_->Now();
  if (is_new || (!answer.pending && now >= answer.ends)) {
    answer.pending = true;
    answer.asked = now;
    jobs_.push_back({topic, key});
    worker_.Wake();
  }
  // A call that comes while a slow look-up blocks all has waited long
  // enough: a shard with many partitions is held up once, not once for each.
  const absl::Time deadline =
      std::min({now, answer.asked, busy_since_}) + options_.patience;
  clock_->AwaitUntil(&mu_, deadline, [&answer] { return !answer.pending; });
  if (!answer.pending) return answer.id;
  return absl::UnavailableError(absl::StrCat(
      "schema id ", id, " is still being looked up at the ",
      copier_->source().name(), " and the ", copier_->target().name()));
}

SchemaWish SchemaIdLookup::WishOf(const Job& job) const {
  const bool is_key = job.key.first;
  SchemaWish wish;
  wish.id = job.key.second;
  wish.topic_subject = absl::StrCat(job.topic, is_key ? "-key" : "-value");
  if (options_.target_subject != nullptr) {
    wish.target_subject = options_.target_subject(job.topic, is_key);
  }
  return wish;
}

absl::Duration SchemaIdLookup::RunOnce() {
  Job job;
  {
    MutexLock lock(&mu_);
    if (jobs_.empty()) return kIdle;
    job = std::move(jobs_.front());
    jobs_.pop_front();
    busy_since_ = clock_->Now();
  }
  const absl::StatusOr<int32_t> id = copier_->Copy(WishOf(job));
  MutexLock lock(&mu_);
  busy_since_ = absl::InfiniteFuture();
  Store(job, id);
  if (absl::IsUnavailable(id.status()) ||
      absl::IsDeadlineExceeded(id.status())) {
    // The others would only wait for the same, one after the other.
    for (const Job& other : jobs_) Store(other, id);
    jobs_.clear();
  }
  return absl::ZeroDuration();
}

void SchemaIdLookup::Store(const Job& job, const absl::StatusOr<int32_t>& id) {
  Answer& answer = answers_[job.topic][job.key];
  answer.pending = false;
  answer.id = id;
  if (id.ok()) return;
  answer.id = absl::Status(
      id.status().code(),
      absl::StrCat("schema id ", job.key.second, ": ", id.status().message()));
  answer.ends = clock_->Now() + options_.retry_after;
}

}  // namespace mirror::internal
