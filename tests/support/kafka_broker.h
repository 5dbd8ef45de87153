// SPDX-License-Identifier: Apache-2.0
//
// A real Kafka broker on a loopback address of its own, with the faults a
// mirror must survive.
//
//   auto broker = KafkaBroker::Start().value();
//   ... broker->bootstrap_servers() ...
//   broker->Pause();    // a stalled connection
//   broker->Kill();     // SIGKILL: what was acked survives, nothing else
//   broker->Restart();  // same address, same data

#ifndef TESTS_SUPPORT_KAFKA_BROKER_H_
#define TESTS_SUPPORT_KAFKA_BROKER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/support/child_process.h"

namespace mirror::internal::testing {

// Not thread-safe. Use it on the test's main thread (see ChildProcess), and
// share one per test binary where possible: it costs 3 s and 300 MB.
class KafkaBroker {
 public:
  // Starts a broker with an empty log and a cluster id of its own, and waits
  // until it answers. `settings` are lines of server.properties; `host` is one
  // of FreeHost(), which is taken by itself if it is empty.
  // FailedPrecondition without KAFKA_JARS; DeadlineExceeded or Internal, with
  // the end of the broker's log, if it does not come up.
  static absl::StatusOr<std::unique_ptr<KafkaBroker>> Start(
      const std::vector<std::string>& settings = {},
      const std::string& host = "");

  // Starts a second broker of `first`'s cluster, which keeps the controller.
  static absl::StatusOr<std::unique_ptr<KafkaBroker>> Join(
      const KafkaBroker& first, const std::vector<std::string>& settings = {});

  // A loopback address that is not in use, for settings that name it.
  static std::string FreeHost();

  // Kills the broker and removes its data.
  ~KafkaBroker();
  KafkaBroker(const KafkaBroker&) = delete;
  KafkaBroker& operator=(const KafkaBroker&) = delete;

  // "127.x.y.z:9092".
  const std::string& bootstrap_servers() const { return address_; }
  const std::string& cluster_id() const { return cluster_id_; }

  // Ends the broker at once (SIGKILL) and waits until it is gone.
  absl::Status Kill();
  // The broker keeps its connections but answers nothing (SIGSTOP).
  absl::Status Pause();
  absl::Status Resume();
  // Kills the broker if it runs, starts it on the same address and data with
  // `settings` in place of the earlier ones, and waits until it answers.
  absl::Status Restart(const std::vector<std::string>& settings = {});

  // Kills the broker and starts an empty one in its place: same address,
  // another cluster id.
  absl::Status Rebuild(const std::vector<std::string>& settings = {});

  // The folder of a partition's log, to do it harm while the broker is killed.
  std::string LogFolder(const std::string& topic, int32_t partition) const;

  // Flips a bit of a value in the batch that holds `offset`, which must be in
  // the partition's first segment and have no headers, as a bad disk does while
  // the broker runs. The second time repairs it.
  absl::Status FlipBit(const std::string& topic, int32_t partition,
                       int64_t offset);

  // The broker's log so far.
  std::string Log() const;

 private:
  KafkaBroker(std::string directory, std::string address);
  absl::Status Launch(const std::vector<std::string>& settings);
  absl::Status AwaitReady();

  const std::string directory_;
  const std::string address_;
  std::string cluster_id_;
  int brokers_ = 1;  // of the cluster
  // What makes it a broker of that cluster; kept over restarts.
  std::vector<std::string> membership_;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace mirror::internal::testing

#endif  // TESTS_SUPPORT_KAFKA_BROKER_H_
