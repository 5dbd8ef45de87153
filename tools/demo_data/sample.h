// SPDX-License-Identifier: Apache-2.0
//
// What the demo mirrors: four topics of a small shop, the same at every run.
// Each shows something that a mirror can get wrong.
//
//   for (const SampleTopic& topic : SampleTopics(1'000'000)) ...

#ifndef TOOLS_DEMO_DATA_SAMPLE_H_
#define TOOLS_DEMO_DATA_SAMPLE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "mirror/model/record.h"

namespace mirror::demo {

struct SampleTopic {
  enum class Kind {
    kOrders,     // keys, JSON, headers: duplicate names, null and empty values
    kClicks,     // no keys, no headers, short values
    kInventory,  // compacted; tombstones, empty values
    kPayments,   // written in transactions, some of which are aborted
  };
  Kind kind;
  std::string name;
  int32_t partitions;
  // Records that a mirror copies, that is, without those of aborted
  // transactions.
  int64_t records;
  std::map<std::string, std::string> configs;
};

// The topics, with `records` records in total; at least 100.
std::vector<SampleTopic> SampleTopics(int64_t records);

// The record at `index` of the topic, created `index` of `records` through the
// last hour before `end_ms`.
Record SampleRecord(const SampleTopic& topic, int64_t index, int64_t end_ms);

// Where a producer in Java would put it: by the hash of its key, or in turn.
int32_t SamplePartition(const SampleTopic& topic, const Record& record,
                        int64_t index);

}  // namespace mirror::demo

#endif  // TOOLS_DEMO_DATA_SAMPLE_H_
