// SPDX-License-Identifier: Apache-2.0

#include "tests/integration/test_cluster.h"

#include <set>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/record_source.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/mutex.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal::testing {
namespace {

constexpr absl::Duration kAskAgain = absl::Milliseconds(20);
// Records of a partition that the load has in flight.
constexpr int64_t kLoadBatch = 20;
constexpr absl::Duration kLoadPause = absl::Milliseconds(5);

std::vector<Record> Numbers(int64_t first, int64_t count) {
  std::vector<Record> records(count);
  for (int64_t i = 0; i < count; ++i) {
    records[i].offset = UpstreamOffset(first + i);
    records[i].timestamp_ms = absl::ToUnixMillis(absl::Now());
    records[i].value = absl::StrCat(first + i);
  }
  return records;
}

// Sends all and collects no more than the guarantee that all went well.
void SendAll(RecordSink* sink, const TopicPartition& tp,
             std::vector<Record> records) {
  OwnedRecordBatch batch(tp, std::move(records));
  int64_t next = 0;
  std::vector<Ack> acks;
  EXPECT_TRUE(Eventually([&] {
    const absl::Status sent = sink->Send(tp, &batch, &next);
    EXPECT_TRUE(sent.ok() || absl::IsNotFound(sent)) << sent;
    EXPECT_THAT(sink->Poll(absl::Milliseconds(10), &acks), IsOk());
    return next == batch.count() && sink->in_flight() == 0;
  })) << tp;
  for (const Ack& ack : acks) EXPECT_THAT(ack.status, IsOk());
}

}  // namespace

bool Eventually(absl::FunctionRef<bool()> done, absl::Duration timeout) {
  Mutex mu;
  MutexLock lock(&mu);
  const absl::Time deadline = absl::Now() + timeout;
  while (!done()) {
    if (absl::Now() > deadline) return false;
    mu.AwaitFor([] { return false; }, kAskAgain);
  }
  return true;
}

bool Throughout(absl::Duration timeout, absl::FunctionRef<bool()> holds) {
  return !Eventually([holds] { return !holds(); }, timeout);
}

absl::StatusOr<std::unique_ptr<TestCluster>> TestCluster::Start(
    const std::string& alias, const std::vector<std::string>& settings,
    const std::string& host) {
  auto broker = KafkaBroker::Start(settings, host);
  if (!broker.ok()) return broker.status();
  KafkaClusterOptions options;
  options.alias = alias;
  options.properties = {{"bootstrap.servers", (*broker)->bootstrap_servers()}};
  auto cluster = KafkaCluster::Create(std::move(options));
  if (!cluster.ok()) return cluster.status();
  auto admin = (*cluster)->NewAdmin("test");
  if (!admin.ok()) return admin.status();
  return absl::WrapUnique(new TestCluster(
      settings, *std::move(broker), *std::move(cluster), *std::move(admin)));
}

TestCluster::TestCluster(std::vector<std::string> settings,
                         std::unique_ptr<KafkaBroker> broker,
                         std::unique_ptr<KafkaCluster> cluster,
                         std::unique_ptr<ClusterAdmin> admin)
    : settings_(std::move(settings)),
      broker_(std::move(broker)),
      cluster_(std::move(cluster)),
      admin_(std::move(admin)) {}

void TestCluster::Rebuild() {
  ASSERT_THAT(broker_->Rebuild(settings_), IsOk());
}

void TestCluster::Restart() {
  EXPECT_THAT(broker_->Restart(settings_), IsOk());
}

void TestCluster::CreateTopic(const std::string& topic, int32_t partitions,
                              std::map<std::string, std::string> configs) {
  NewTopic request;
  request.name = topic;
  request.partitions = partitions;
  request.configs = std::move(configs);
  EXPECT_THAT(admin_->CreateTopics({request})[0], IsOk());
  EXPECT_TRUE(Eventually([&] { return Partitions(topic) == partitions; }));
}

void TestCluster::DeleteTopic(const std::string& topic) {
  const auto before = admin_->DescribeTopics({topic})[0];
  const std::string id = before.ok() ? before->id : "";
  EXPECT_THAT(admin_->DeleteTopics({topic})[0], IsOk());
  EXPECT_TRUE(Eventually([&] {
    const auto now = admin_->DescribeTopics({topic})[0];
    return absl::IsNotFound(now.status()) || (now.ok() && now->id != id);
  }));
}

void TestCluster::AddPartitions(const std::string& topic, int32_t count) {
  EXPECT_THAT(admin_->CreatePartitions(topic, count), IsOk());
  EXPECT_TRUE(Eventually([&] { return Partitions(topic) == count; }));
}

int32_t TestCluster::Partitions(const std::string& topic) {
  int32_t partitions = 0;
  EXPECT_TRUE(Eventually([&] {
    const auto description = admin_->DescribeTopics({topic})[0];
    if (description.ok()) partitions = description->partitions;
    return description.ok() || absl::IsNotFound(description.status());
  }));
  return partitions;
}

void TestCluster::Append(const TopicPartition& tp,
                         std::vector<Record> records) {
  if (records.empty()) return;
  auto sink = cluster_->NewSink({}).value();
  SendAll(sink.get(), tp, std::move(records));
}

void TestCluster::AppendNumbers(const TopicPartition& tp, int64_t first,
                                int64_t count) {
  Append(tp, Numbers(first, count));
}

int64_t TestCluster::End(const TopicPartition& tp) {
  absl::StatusOr<int64_t> end = absl::UnknownError("not asked");
  // A partition is known before it has a leader.
  EXPECT_TRUE(Eventually([&] {
    end = admin_->ListOffsets({tp}, OffsetSpec::kLatest)[0];
    return end.ok();
  })) << end.status();
  return end.value_or(0);
}

std::vector<std::vector<Record>> TestCluster::Read(const std::string& topic) {
  const int32_t count = Partitions(topic);
  EXPECT_GT(count, 0) << topic << " is missing on " << alias();
  std::vector<std::vector<Record>> records(count);
  const auto source = cluster_->NewSource({"test"}).value();
  std::vector<StartPosition> starts;
  for (int32_t i = 0; i < count; ++i) {
    const auto start =
        admin_->ListOffsets({{topic, i}}, OffsetSpec::kEarliest).front();
    EXPECT_THAT(start, IsOk());
    starts.push_back({{topic, i}, UpstreamOffset(start.value_or(0))});
  }
  EXPECT_THAT(source->Assign(starts), IsOk());
  std::set<int32_t> ended;
  EXPECT_TRUE(Eventually([&] {
    Fetched fetched;
    EXPECT_THAT(source->Poll(absl::Milliseconds(50), &fetched), IsOk());
    for (const auto& batch : fetched.batches) {
      for (int64_t i = 0; i < batch->count(); ++i) {
        records[batch->topic_partition().partition].push_back(
            batch->ToRecord(i));
      }
    }
    for (const PartitionEvent& event : fetched.events) {
      EXPECT_THAT(event.status, IsOk());
      ended.insert(event.topic_partition.partition);
    }
    return static_cast<int32_t>(ended.size()) == count;
  }));
  return records;
}

std::vector<std::vector<std::string>> TestCluster::Values(
    const std::string& topic) {
  std::vector<std::vector<std::string>> values;
  for (const std::vector<Record>& records : Read(topic)) {
    values.emplace_back();
    for (const Record& record : records) {
      values.back().push_back(record.value.value_or("null"));
    }
  }
  return values;
}

Load::Load(TestCluster* cluster, const std::string& topic)
    : partitions_([&] {
        std::vector<TopicPartition> all;
        for (int32_t i = 0; i < cluster->Partitions(topic); ++i) {
          all.push_back({topic, i});
        }
        return all;
      }()),
      sink_(cluster->cluster()->NewSink({}).value()) {
  worker_ = std::make_unique<PeriodicWorker>("load", Clock::System(),
                                             [this] { return RunOnce(); });
  EXPECT_THAT(worker_->Start(), IsOk());
}

Load::~Load() { worker_->Stop(); }

absl::Duration Load::RunOnce() {
  std::vector<Ack> acks;
  EXPECT_THAT(sink_->Poll(absl::Milliseconds(5), &acks), IsOk());
  for (const Ack& ack : acks) EXPECT_THAT(ack.status, IsOk());
  if (sink_->in_flight() > 0) return absl::ZeroDuration();
  written_ = next_;
  // Of several partitions all or none: the topic is known as a whole.
  for (const TopicPartition& tp : partitions_) {
    OwnedRecordBatch batch(tp, Numbers(next_, kLoadBatch));
    int64_t taken = 0;
    const absl::Status sent = sink_->Send(tp, &batch, &taken);
    if (absl::IsNotFound(sent)) return absl::Milliseconds(20);
    EXPECT_THAT(sent, IsOk());
    EXPECT_EQ(taken, batch.count());
  }
  next_ += kLoadBatch;
  return kLoadPause;
}

int64_t Load::Stop() {
  worker_->Stop();
  EXPECT_TRUE(Eventually([this] {
    std::vector<Ack> acks;
    EXPECT_THAT(sink_->Poll(absl::Milliseconds(10), &acks), IsOk());
    for (const Ack& ack : acks) EXPECT_THAT(ack.status, IsOk());
    return sink_->in_flight() == 0;
  }));
  written_ = next_;
  return written_;
}

}  // namespace mirror::internal::testing
