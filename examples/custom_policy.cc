// SPDX-License-Identifier: Apache-2.0
//
// Runs a mirror with a replication policy of one's own (suffix_policy.h) on two
// clusters in memory, both ways at once: names tell where a topic came from, so
// nothing goes round in circles.

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "examples/suffix_policy.h"
#include "mirror/mirror_engine.h"
#include "mirror/testing/fake_cluster.h"

namespace {

// Whether `topic` gets `count` records within half a minute.
bool Await(const mirror::FakeCluster& cluster, const std::string& topic,
           int64_t count) {
  for (int i = 0; i < 3000; ++i) {
    if (cluster.HasTopic(topic) && cluster.LogEnd({topic, 0}) >= count) {
      std::printf("%s has %s\n", cluster.alias().c_str(), topic.c_str());
      return true;
    }
    absl::SleepFor(absl::Milliseconds(10));
  }
  std::printf("%s lacks %s\n", cluster.alias().c_str(), topic.c_str());
  return false;
}

}  // namespace

int main() {
  auto eu = std::make_shared<mirror::FakeCluster>("eu");
  auto us = std::make_shared<mirror::FakeCluster>("us");
  eu->CreateTopic("orders", 1);
  us->CreateTopic("orders", 1);
  eu->Fill({"orders", 0}, 100);
  us->Fill({"orders", 0}, 200);

  const auto policy = std::make_shared<SuffixPolicy>();
  mirror::Flow there("eu", "us");
  mirror::Flow back("us", "eu");
  there.source.cluster = back.target.cluster = eu;
  there.target.cluster = back.source.cluster = us;
  there.policy = back.policy = policy;

  auto engine = mirror::MirrorEngine::Create({there, back});
  if (!engine.ok()) {
    std::printf("%s\n", engine.status().ToString().c_str());
    return 1;
  }
  if (!(*engine)->Start().ok()) return 1;
  const bool copied =
      Await(*us, "orders-from-eu", 100) && Await(*eu, "orders-from-us", 200);
  (*engine)->Stop().IgnoreError();
  return copied && !us->HasTopic("orders-from-us-from-eu") ? 0 : 1;
}
