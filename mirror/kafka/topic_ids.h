// SPDX-License-Identifier: Apache-2.0
//
// Which topics a consumer's client works with, by id (KIP-516). librdkafka
// continues at the old offset when a topic was deleted and created again, and
// says so in its debug log only; that line comes before the first fetch from
// the new topic, so a look here after each poll keeps the two apart.
//
//   ids.OnLog("[thrd:main]: Topic orders changed id from ... to ...");
//   if (ids.version() != seen) ... ids.IdOf("orders") ...

#ifndef MIRROR_KAFKA_TOPIC_IDS_H_
#define MIRROR_KAFKA_TOPIC_IDS_H_

#include <atomic>
#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "mirror/runtime/mutex.h"

namespace mirror::internal {

// The id, or nothing where `id` is what brokers say that know no ids (before
// Kafka 2.8): when they learn of them, no topic has been recreated.
std::string KnownTopicId(absl::string_view id);

// Thread safety: thread-safe.
class TopicIds {
 public:
  // Takes a line of librdkafka's log; most say nothing about ids.
  void OnLog(absl::string_view message);

  // Grows with each id that the log names.
  uint64_t version() const { return version_; }
  // As Kafka prints it; empty if it is not known (yet).
  std::string IdOf(const std::string& topic) const;

 private:
  std::atomic<uint64_t> version_{0};
  mutable Mutex mu_;
  absl::flat_hash_map<std::string, std::string> ids_ ABSL_GUARDED_BY(mu_);
};

}  // namespace mirror::internal

#endif  // MIRROR_KAFKA_TOPIC_IDS_H_
