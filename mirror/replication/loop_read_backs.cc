// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/loop_read_backs.h"

#include <cstdint>
#include <utility>

#include "mirror/replication/loop_entry.h"
#include "mirror/replication/partition_event.h"

namespace mirror::internal {

void PassReadBacks(LoopPartitions* partitions, TargetReader* reader,
                   absl::Time now) {
  for (TargetReader::Answer& answer : reader->TakeAnswers()) {
    LoopEntry* const entry = partitions->Find(answer.source);
    if (entry == nullptr) continue;
    partitions->Handle(entry, event::TargetRead{std::move(answer.records)},
                       now);
    partitions->WantSweep();
  }
  reader->Add(partitions->TakeReadBacks(), now);
  if (reader->idle()) return;
  int64_t held = 0;
  for (const auto& [source, entry] : partitions->entries()) {
    held += entry.partition->compared_records();
  }
  reader->SetHeld(held);
}

}  // namespace mirror::internal
