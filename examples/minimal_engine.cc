// SPDX-License-Identifier: Apache-2.0
//
// A mirror inside a host program, in one page.
//
//   minimal_engine a:9092 b:9092   copies orders.* until Enter is pressed
//   minimal_engine                 the same between two clusters in memory

#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "mirror/mirror_engine.h"
#include "mirror/policy/filters.h"
#include "mirror/testing/fake_cluster.h"

namespace {

// Waits until the target has acknowledged `count` records.
bool AwaitCopied(const mirror::MirrorEngine& engine, int64_t count) {
  for (int i = 0; i < 3000; ++i) {
    if (engine.Status().flows(0).totals().records() >= count) return true;
    absl::SleepFor(absl::Milliseconds(10));
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  // What to copy, and from where to where.
  mirror::Flow flow("primary", "standby");
  flow.topics = mirror::RegexTopicFilter::Create("orders.*").value();
  const bool real = argc == 3;
  auto primary = std::make_shared<mirror::FakeCluster>("primary");
  auto standby = std::make_shared<mirror::FakeCluster>("standby");
  if (real) {
    flow.source.properties = {{"bootstrap.servers", argv[1]}};
    flow.target.properties = {{"bootstrap.servers", argv[2]}};
  } else {
    primary->CreateTopic("orders", 1);
    primary->Fill({"orders", 0}, 1000);
    flow.source.cluster = primary;
    flow.target.cluster = standby;
  }

  // Without it the engine logs nothing.
  mirror::StreamLogSink log(stderr, mirror::StreamLogSink::Format::kText,
                            mirror::LogLevel::kInfo);
  mirror::MirrorEngineOptions options({std::move(flow)});
  options.log = &log;
  auto engine = mirror::MirrorEngine::Create(std::move(options));
  if (!engine.ok()) {
    std::fprintf(stderr, "%s\n", engine.status().ToString().c_str());
    return 1;
  }
  if (!(*engine)->Start().ok()) return 1;

  if (real) std::getchar();
  const bool copied = real || AwaitCopied(**engine, 1000);
  return copied && (*engine)->Stop().ok() ? 0 : 1;
}
