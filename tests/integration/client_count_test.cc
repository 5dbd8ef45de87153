// SPDX-License-Identifier: Apache-2.0
//
// How many clients a flow has. Each has a thread of its own and one per broker,
// and connections to most of them.

#include <dirent.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "mirror/cluster/group_admin.h"
#include "mirror/flow.h"
#include "mirror/model/topic_partition.h"
#include "mirror/telemetry/status.pb.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/test_cluster.h"
#include "tests/support/raw_client.h"

namespace mirror::internal::testing {
namespace {

constexpr int kMostClients = 8;

// How many threads of this process have that name; all of them if it is empty.
int Threads(const std::string& name) {
  int count = 0;
  DIR* const tasks = opendir("/proc/self/task");
  while (const dirent* task = readdir(tasks)) {
    std::ifstream comm(std::string("/proc/self/task/") + task->d_name +
                       "/comm");
    std::string found;
    if (std::getline(comm, found) && (name.empty() || found == name)) ++count;
  }
  closedir(tasks);
  return count;
}

// librdkafka calls the main thread of every client so.
int Clients() { return Threads("rdk:main"); }

class ClientCountTest : public MirrorTest {
 protected:
  // A flow with all that it does by default.
  static Flow NewDefaultFlow() {
    Flow flow = NewFlow();
    flow.topic_configs.enabled = true;
    flow.acls.enabled = true;
    flow.topic_configs.interval = absl::Seconds(1);
    flow.checkpoints.interval = absl::Seconds(1);
    return flow;
  }
};

TEST_F(ClientCountTest, AFlowHasEightClientsAtMost) {
  source()->CreateTopic(Topic("orders"), 1);
  source()->AppendNumbers({Topic("orders"), 0}, 0, 100);
  AwaitGroupCoordinator(source()->servers(), Topic("group"));
  const auto groups = source()->cluster()->NewGroupAdmin("test").value();
  const auto commit = [&](int64_t offset) {
    const TopicPartition tp{Topic("orders"), 0};
    const auto results =
        groups->AlterGroupOffsets(Topic("group"), {{tp, {offset, ""}}});
    ASSERT_THAT(results, IsOk());
    ASSERT_THAT(results->at(tp), IsOk());
  };
  commit(10);
  const Flow flow = NewDefaultFlow();  // starts the target, with a client
  const int clients_before = Clients();
  const int threads_before = Threads("");
  RunningMirror mirror(flow);
  ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
  // Every job has had its turn; the second checkpoint is written once the first
  // has been read again.
  const auto checkpoints = [&] {
    return mirror.Status().checkpoints().emitted();
  };
  ASSERT_TRUE(Eventually([&] { return checkpoints() >= 1; }));
  commit(20);
  ASSERT_TRUE(Eventually([&] {
    const FlowStatus status = mirror.Status();
    return checkpoints() >= 2 && status.heartbeats() > 0 &&
           status.offset_syncs() > 0 && status.topic_configs().topics() > 0;
  })) << mirror.Status().ShortDebugString();
  const int clients = Clients() - clients_before;
  std::printf("%d clients, %d threads\n", clients,
              Threads("") - threads_before);
  EXPECT_LE(clients, kMostClients);
  EXPECT_THAT(mirror.engine()->Stop(), IsOk());
  EXPECT_EQ(Clients(), clients_before);
}

}  // namespace
}  // namespace mirror::internal::testing
