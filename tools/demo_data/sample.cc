// SPDX-License-Identifier: Apache-2.0

#include "tools/demo_data/sample.h"

#include "absl/strings/str_cat.h"
#include "mirror/model/murmur2.h"

namespace mirror::demo {
namespace {

constexpr int64_t kHourMs = 3'600'000;

// Scatters 0, 1, 2, ... (the finalizer of SplitMix64), so that the sample needs
// no generator with a state.
uint64_t Scatter(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

void FillOrder(int64_t index, uint64_t random, Record* record) {
  record->key = absl::StrCat("customer-", random % 20'000);
  record->value = absl::StrCat(
      "{\"order\":", index, ",\"sku\":\"SKU-", random % 5'000,
      "\",\"quantity\":", 1 + random % 9, ",\"price\":", 100 + random % 90'000,
      ",\"currency\":\"EUR\",\"channel\":\"", random % 3 == 0 ? "shop" : "web",
      "\"}");
  record->headers = {{"trace-id", absl::StrCat(absl::Hex(random))}};
  if (index % 10 == 0) {
    record->headers.push_back({"hop", "gateway"});
    record->headers.push_back({"hop", ""});
    record->headers.push_back({"hop", std::nullopt});
  }
}

void FillClick(int64_t index, uint64_t random, Record* record) {
  record->value = absl::StrCat("session=", random % 100'000, " page=/products/",
                               random % 5'000, " t=", index);
}

void FillInventory(int64_t index, uint64_t random, Record* record) {
  record->key = absl::StrCat("SKU-", random % 5'000);
  if (index % 10 == 3) return;  // a tombstone
  record->value = index % 50 == 7 ? "" : absl::StrCat(random % 1'000);
}

void FillPayment(int64_t index, uint64_t random, Record* record) {
  record->key = absl::StrCat("payment-", index);
  record->value = absl::StrCat("{\"payment\":", index,
                               ",\"amount\":", random % 90'000, "}");
  record->headers = {{"content-type", "application/json"}};
}

}  // namespace

std::vector<SampleTopic> SampleTopics(int64_t records) {
  using Kind = SampleTopic::Kind;
  const int64_t hundredth = records / 100;
  return {
      {Kind::kOrders, "orders", 8, records - 65 * hundredth, {}},
      {Kind::kClicks, "clicks", 6, 40 * hundredth, {}},
      {Kind::kInventory,
       "inventory",
       3,
       15 * hundredth,
       {{"cleanup.policy", "compact"}}},
      {Kind::kPayments, "payments", 4, 10 * hundredth, {}},
  };
}

Record SampleRecord(const SampleTopic& topic, int64_t index, int64_t end_ms) {
  Record record;
  record.offset = UpstreamOffset(index);
  record.timestamp_ms = end_ms - kHourMs + kHourMs * index / topic.records;
  const uint64_t random = Scatter(static_cast<uint64_t>(index));
  switch (topic.kind) {
    case SampleTopic::Kind::kOrders:
      FillOrder(index, random, &record);
      break;
    case SampleTopic::Kind::kClicks:
      FillClick(index, random, &record);
      break;
    case SampleTopic::Kind::kInventory:
      FillInventory(index, random, &record);
      break;
    case SampleTopic::Kind::kPayments:
      FillPayment(index, random, &record);
      break;
  }
  return record;
}

int32_t SamplePartition(const SampleTopic& topic, const Record& record,
                        int64_t index) {
  if (record.key.has_value()) {
    return internal::PartitionForKey(*record.key, topic.partitions);
  }
  // Java's producer stays with a partition until a batch is full.
  return static_cast<int32_t>(index / 200 % topic.partitions);
}

}  // namespace mirror::demo
