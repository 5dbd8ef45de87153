// SPDX-License-Identifier: Apache-2.0

#include "tests/integration/mirror_test.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "mirror/policy/filters.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal::testing {
namespace {

std::unique_ptr<TestCluster> StartOrExit(const std::string& alias) {
  auto cluster = TestCluster::Start(
      alias, {"authorizer.class.name=org.apache.kafka.metadata.authorizer."
              "StandardAuthorizer",
              "allow.everyone.if.no.acl.found=true"});
  if (!cluster.ok()) {
    std::fprintf(stderr, "%s\n", cluster.status().ToString().c_str());
    std::exit(1);
  }
  return *std::move(cluster);
}

}  // namespace

RunningMirror::RunningMirror(Flow flow) {
  MirrorEngineOptions options({std::move(flow)});
  options.listener = this;
  engine_ = MirrorEngine::Create(std::move(options)).value();
  EXPECT_THAT(engine_->Start(), IsOk());
}

RunningMirror::~RunningMirror() {
  if (::testing::Test::HasFailure()) {
    std::fprintf(stderr, "%s\n", engine_->Status().DebugString().c_str());
  }
  engine_->Stop().IgnoreError();
  if (!::testing::Test::HasFailure()) return;
  MutexLock lock(&mu_);
  for (const EngineEvent& event : events_) {
    std::fprintf(stderr, "event %d %s: %s\n", static_cast<int>(event.kind),
                 event.subject().c_str(), event.message.c_str());
  }
}

PartitionStatus RunningMirror::Partition(const std::string& topic,
                                         int32_t partition) const {
  const FlowStatus flow = Status();
  for (const WorkerStatus& worker : flow.workers()) {
    for (const PartitionStatus& status : worker.partitions()) {
      if (status.topic() == topic && status.partition() == partition) {
        return status;
      }
    }
  }
  return {};
}

bool RunningMirror::AwaitCopied(TestCluster* source, const std::string& topic) {
  const int32_t partitions = source->Partitions(topic);
  for (int32_t i = 0; i < partitions; ++i) {
    const int64_t end = source->End({topic, i});
    const bool copied = Eventually([&] {
      const PartitionStatus status = Partition(topic, i);
      return status.state() == PARTITION_RUNNING &&
             (end == 0 || (status.has_committed_offset() &&
                           status.committed_offset() >= end - 1));
    });
    if (!copied) return false;
  }
  return partitions > 0;
}

bool RunningMirror::AwaitProblem(const std::string& topic, int32_t partition,
                                 PartitionProblem problem) {
  return Eventually(
      [&] { return Partition(topic, partition).problem() == problem; });
}

bool RunningMirror::AwaitEvent(EngineEvent::Kind kind,
                               const std::vector<std::string>& words,
                               absl::Duration timeout) {
  return Eventually(
      [&] {
        MutexLock lock(&mu_);
        return std::any_of(
            events_.begin(), events_.end(), [&](const EngineEvent& event) {
              const std::string text =
                  absl::StrCat(event.subject(), ": ", event.message);
              return event.kind == kind &&
                     std::all_of(words.begin(), words.end(),
                                 [&](const std::string& word) {
                                   return absl::StrContains(text, word);
                                 });
            });
      },
      timeout);
}

int64_t RunningMirror::EventCount(EngineEvent::Kind kind) const {
  MutexLock lock(&mu_);
  return std::count_if(
      events_.begin(), events_.end(),
      [kind](const EngineEvent& event) { return event.kind == kind; });
}

void RunningMirror::ForgetEvents() {
  MutexLock lock(&mu_);
  events_.clear();
}

void RunningMirror::OnEvent(const EngineEvent& event) {
  MutexLock lock(&mu_);
  events_.push_back(event);
}

TestCluster* MirrorTest::source() {
  static const std::unique_ptr<TestCluster> kCluster = StartOrExit("A");
  return kCluster.get();
}

TestCluster* MirrorTest::target() {
  static const std::unique_ptr<TestCluster> kCluster = StartOrExit("B");
  return kCluster.get();
}

std::string MirrorTest::Topic(const std::string& name) {
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  return absl::StrCat(test->name(), ".", name);
}

std::string MirrorTest::Copy(const std::string& name) {
  return absl::StrCat("A.", Topic(name));
}

Flow MirrorTest::NewFlow() {
  Flow flow("A", "B");
  flow.source.properties = {{"bootstrap.servers", source()->servers()}};
  flow.target.properties = {{"bootstrap.servers", target()->servers()}};
  flow.topics = RegexTopicFilter::Create(Topic(".*")).value();
  flow.shards = 2;
  flow.refresh_topics_interval = absl::Seconds(1);
  // They would undo what tests do to copies by hand: a first ACL closes a topic
  // to everybody that it does not name.
  flow.topic_configs.enabled = false;
  flow.acls.enabled = false;
  return flow;
}

void MirrorTest::ExpectSame(const std::string& name) {
  const auto before = source()->Read(Topic(name));
  const auto after = target()->Read(Copy(name));
  ASSERT_EQ(after.size(), before.size());
  for (size_t i = 0; i < before.size(); ++i) {
    ASSERT_EQ(after[i].size(), before[i].size()) << name << "-" << i;
    for (size_t j = 0; j < before[i].size(); ++j) {
      ASSERT_EQ(after[i][j], before[i][j])
          << name << "-" << i << " at offset " << j;
    }
  }
}

int64_t MirrorTest::ExpectNothingLost(const std::string& name) {
  const auto after = target()->Values(Copy(name));
  int64_t duplicates = 0;
  for (size_t i = 0; i < after.size(); ++i) {
    int64_t next = 0;
    for (const std::string& value : after[i]) {
      int64_t number = -1;
      EXPECT_TRUE(absl::SimpleAtoi(value, &number)) << value;
      EXPECT_LE(number, next) << name << "-" << i << " has a gap";
      next = std::max(next, number + 1);
    }
    EXPECT_EQ(next, source()->End({Topic(name), static_cast<int32_t>(i)}));
    duplicates += static_cast<int64_t>(after[i].size()) - next;
  }
  return duplicates;
}

}  // namespace mirror::internal::testing
