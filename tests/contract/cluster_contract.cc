// SPDX-License-Identifier: Apache-2.0

#include "tests/contract/cluster_contract.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "mirror/testing/matchers.h"

namespace mirror {
namespace {

// Short, so that a deadline is noticed; long enough to be no busy loop.
constexpr absl::Duration kPoll = absl::Milliseconds(50);

}  // namespace

ClusterContract::Outage::Outage(ContractEnvironment* environment)
    : environment_(environment) {
  environment_->SetDown(true);
}

void ClusterContract::Outage::End() {
  if (environment_ == nullptr) return;
  environment_->SetDown(false);
  environment_ = nullptr;
}

ClusterContract::ClusterContract()
    : environment_(GetParam()()),
      admin_(environment_->cluster()->NewAdmin("contract").value()) {}

ClusterContract::~ClusterContract() { admin_->Cancel(); }

std::string ClusterContract::UniqueName(absl::string_view prefix) {
  static int64_t count = 0;
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  // Without the "/0" of a parameterised test, which no topic may have.
  const std::string name = test->name();
  return absl::StrCat(prefix, ".", name.substr(0, name.find('/')), ".",
                      ++count);
}

std::string ClusterContract::NewTopic(
    int32_t partitions, std::map<std::string, std::string> configs) {
  mirror::NewTopic topic;
  topic.name = UniqueName("topic");
  topic.partitions = partitions;
  topic.configs = std::move(configs);
  EXPECT_THAT(admin_->CreateTopics({topic})[0], IsOk());
  EXPECT_TRUE(Eventually([&] {
    return admin_->DescribeTopics({topic.name})[0].ok();
  })) << topic.name;
  return topic.name;
}

void ClusterContract::RecreateTopic(const std::string& topic) {
  EXPECT_THAT(admin_->DeleteTopics({topic})[0], IsOk());
  EXPECT_TRUE(Eventually([&] {
    return absl::IsNotFound(admin_->DescribeTopics({topic})[0].status());
  }));
  mirror::NewTopic again;
  again.name = topic;
  // A broker may refuse the name for a moment after the deletion.
  EXPECT_TRUE(
      Eventually([&] { return admin_->CreateTopics({again})[0].ok(); }));
  EXPECT_TRUE(
      Eventually([&] { return admin_->DescribeTopics({topic})[0].ok(); }));
}

void ClusterContract::Append(const TopicPartition& tp,
                             std::vector<Record> records) {
  auto sink = cluster()->NewSink({}).value();
  for (const Ack& ack : SendAndDrain(sink.get(), tp, std::move(records))) {
    EXPECT_THAT(ack.status, IsOk());
  }
}

std::vector<Record> ClusterContract::ReadAll(const TopicPartition& tp) {
  const auto start = admin_->ListOffsets({tp}, OffsetSpec::kEarliest)[0];
  EXPECT_THAT(start, IsOk());
  auto source = cluster()->NewSource({}).value();
  Fetched fetched;
  EXPECT_THAT(source->Assign({{tp, UpstreamOffset(start.value_or(0))}}),
              IsOk());
  EXPECT_TRUE(PollUntilEnd(source.get(), tp, &fetched)) << tp;
  return RecordsOf(fetched, tp);
}

bool ClusterContract::Eventually(absl::FunctionRef<bool()> done) {
  const absl::Time deadline = absl::Now() + environment_->patience();
  while (!done()) {
    if (absl::Now() > deadline) return false;
  }
  return true;
}

bool ClusterContract::PollUntil(RecordSource* source, Fetched* fetched,
                                absl::FunctionRef<bool()> done) {
  return Eventually([&] {
    if (done()) return true;
    EXPECT_THAT(source->Poll(kPoll, fetched), IsOk());
    return done();
  });
}

bool ClusterContract::PollUntil(RecordSink* sink, std::vector<Ack>* acks,
                                absl::FunctionRef<bool()> done) {
  return Eventually([&] {
    if (done()) return true;
    EXPECT_THAT(sink->Poll(kPoll, acks), IsOk());
    return done();
  });
}

bool ClusterContract::PollUntilEnd(RecordSource* source,
                                   const TopicPartition& tp, Fetched* fetched) {
  return PollUntil(source, fetched, [&] { return EndsOf(*fetched, tp) > 0; });
}

void ClusterContract::SendAll(RecordSink* sink, const TopicPartition& target,
                              RecordBatch* batch, std::vector<Ack>* acks) {
  int64_t next = 0;
  EXPECT_TRUE(Eventually([&] {
    const absl::Status sent = sink->Send(target, batch, &next);
    EXPECT_TRUE(sent.ok() || absl::IsNotFound(sent)) << sent;
    EXPECT_THAT(sink->Poll(absl::Milliseconds(1), acks), IsOk());
    return next == batch->count();
  })) << target;
}

std::vector<Ack> ClusterContract::SendAndDrain(RecordSink* sink,
                                               const TopicPartition& target,
                                               std::vector<Record> records) {
  std::vector<Ack> acks;
  OwnedRecordBatch batch({"upstream", 0}, std::move(records));
  SendAll(sink, target, &batch, &acks);
  EXPECT_TRUE(
      PollUntil(sink, &acks, [sink] { return sink->in_flight() == 0; }));
  return acks;
}

std::vector<Record> ClusterContract::Numbered(int64_t first, int64_t count,
                                              size_t value_bytes) {
  std::vector<Record> records(count);
  for (int64_t i = 0; i < count; ++i) {
    Record& record = records[i];
    record.offset = UpstreamOffset(first + i);
    record.timestamp_ms = absl::ToUnixMillis(absl::Now());
    record.key = absl::StrCat("key-", first + i);
    record.value = absl::StrCat("value-", first + i);
    record.value->resize(std::max(record.value->size(), value_bytes), '.');
  }
  return records;
}

std::vector<Record> ClusterContract::AllShapes() {
  const std::string binary("\0\xff\r\n", 4);
  std::vector<Record> records = Numbered(0, 5);
  records[0].key.reset();
  records[0].value.reset();
  records[1].key = "";
  records[1].value = "";
  records[2].key = binary;
  records[2].value = binary;
  records[3].headers = {
      {"b", "1"}, {"a", std::nullopt}, {"b", ""}, {"", binary}};
  // The past, in milliseconds that are not whole seconds.
  records[4].timestamp_ms = 1700000000123;
  return records;
}

std::vector<Record> ClusterContract::RecordsOf(const Fetched& fetched,
                                               const TopicPartition& tp) {
  std::vector<Record> records;
  for (const auto& batch : fetched.batches) {
    if (batch->topic_partition() != tp) continue;
    for (int64_t i = 0; i < batch->count(); ++i) {
      records.push_back(batch->ToRecord(i));
    }
  }
  return records;
}

std::optional<PartitionEvent> ClusterContract::LastEvent(
    const Fetched& fetched, const TopicPartition& tp) {
  std::optional<PartitionEvent> last;
  for (const PartitionEvent& event : fetched.events) {
    if (event.topic_partition == tp) last = event;
  }
  return last;
}

int64_t ClusterContract::EndsOf(const Fetched& fetched,
                                const TopicPartition& tp) {
  return std::count_if(fetched.events.begin(), fetched.events.end(),
                       [&tp](const PartitionEvent& event) {
                         return event.topic_partition == tp &&
                                event.kind == PartitionEvent::Kind::kEnd;
                       });
}

}  // namespace mirror
