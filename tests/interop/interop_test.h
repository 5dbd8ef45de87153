// SPDX-License-Identifier: Apache-2.0
//
// What tests beside Kafka's own Java programs share: clusters A and B, one
// properties file for our mirror_maker and for MM2, and what the tools of both
// sides tell about what either left.
//
//   auto mm2 = StartMm2(File("refresh.topics.interval.seconds = 1\n"));
//   ...
//   Stop(mm2.get());
//   EXPECT_EQ(ClientTells(client.get(), "A", {"g"}), JavaTells(B(), "A",
//   {"g"}));

#ifndef TESTS_INTEROP_INTEROP_TEST_H_
#define TESTS_INTEROP_INTEROP_TEST_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "mirror/client/mirror_client.h"
#include "mirror/cluster/group_admin.h"
#include "mirror/model/record.h"
#include "tests/integration/test_cluster.h"
#include "tests/support/child_process.h"

namespace mirror::internal::testing {

// A Java MM2 copies its first record after 20 s, on a busy machine much later.
inline constexpr absl::Duration kJavaPatience = absl::Minutes(4);

using Lines = std::vector<std::string>;

// One pair of brokers for all tests of a program, as each costs seconds.
class InteropTest : public ::testing::Test {
 protected:
  static TestCluster* A();
  static TestCluster* B();

  // The path of a file as MM2's documentation begins one: two clusters, both
  // directions, one replica of everything; and as often as can be, as tests
  // cannot wait for minutes. `more` is added.
  static std::string File(absl::string_view more);
};

std::unique_ptr<ChildProcess> StartMm2(const std::string& file);
// SIGTERM, and no failure.
void Stop(ChildProcess* process);

// Sets where a group without members stands.
void PlaceGroup(TestCluster* cluster, const std::string& group,
                const GroupOffsets& offsets);

std::unique_ptr<MirrorClient> NewClient(TestCluster* cluster);

// Where a group that was at `position` of a partition with these records
// resumes in a copy of each of them, once.
int64_t TruePosition(const std::vector<Record>& records, int64_t position);

// Hops from `source`, upstream clusters, heartbeats and checkpoints topics, and
// where the groups resume: as Java's RemoteClusterUtils says, and as ours does.
// Sorted.
Lines JavaTells(TestCluster* target, const std::string& source,
                const std::vector<std::string>& groups);
Lines ClientTells(MirrorClient* client, const std::string& source,
                  const std::vector<std::string>& groups);

// A topic's records, printed by MM2's `formatter` through Java's console
// consumer, and by examples/format_topic.
Lines JavaPrints(TestCluster* cluster, const std::string& topic,
                 const std::string& formatter);
Lines FormatTopicPrints(TestCluster* cluster, const std::string& topic);

}  // namespace mirror::internal::testing

#endif  // TESTS_INTEROP_INTEROP_TEST_H_
