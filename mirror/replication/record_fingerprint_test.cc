// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/record_fingerprint.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "mirror/model/record.h"

namespace mirror::internal {
namespace {

Record Make() {
  Record record;
  record.timestamp_ms = 1700000000000;
  record.key = "key";
  record.value = "value";
  record.headers = {{"a", "1"}, {"b", std::nullopt}};
  return record;
}

uint64_t Of(Record record, Timestamps timestamps = Timestamps::kKept) {
  const OwnedRecordBatch batch({"orders", 0}, {std::move(record)});
  return FingerprintOf(batch, 0, timestamps).value();
}

TEST(RecordFingerprint, IsTheSameWhereverTheRecordIs) {
  Record copy = Make();
  copy.offset = UpstreamOffset(77);
  EXPECT_EQ(Of(Make()), Of(copy));
}

TEST(RecordFingerprint, DiffersWithAnythingThatARecordHolds) {
  std::vector<Record> others(10, Make());
  others[0].timestamp_ms += 1;
  others[1].key = std::nullopt;
  others[2].key = "";
  others[3].value = std::nullopt;
  others[4].value = "";
  std::swap(others[5].headers[0], others[5].headers[1]);
  others[6].headers[1].value = "";
  others[7].headers.pop_back();
  others[8].headers.clear();
  others[9].key = "keyv";
  others[9].value = "alue";
  std::vector<uint64_t> seen = {Of(Make())};
  for (const Record& other : others) {
    for (const uint64_t before : seen) EXPECT_NE(Of(other), before);
    seen.push_back(Of(other));
  }
}

TEST(RecordFingerprint, TakesATimestampOfZeroForTheOneThatIsWritten) {
  Record zero = Make();
  zero.timestamp_ms = 0;
  Record one = Make();
  one.timestamp_ms = 1;
  EXPECT_EQ(Of(zero), Of(one));
  Record none = Make();
  none.timestamp_ms = -1;
  EXPECT_NE(Of(none), Of(one));
}

TEST(RecordFingerprint, LeavesOutATimestampThatTheLogReplaces) {
  Record later = Make();
  later.timestamp_ms += 1000;
  EXPECT_EQ(Of(Make(), Timestamps::kReplaced),
            Of(later, Timestamps::kReplaced));
}

class HalfShown final : public RecordBatch {
 public:
  HalfShown() : RecordBatch({"orders", 0}, {}) {}
  Record ToRecord(int64_t) const override { return Make(); }
  UpstreamOffset OffsetAt(int64_t) const override { return {}; }
  RecordBounds BoundsAt(int64_t) const override { return {}; }
  RecordView View(int64_t) const override { return {}; }
  absl::Status Shows(int64_t) const override {
    return absl::UnimplementedError("a header's name continues");
  }
};

TEST(RecordFingerprint, ThereIsNoneOfARecordThatIsNotShownInFull) {
  EXPECT_EQ(FingerprintOf(HalfShown(), 0, Timestamps::kKept), std::nullopt);
}

}  // namespace
}  // namespace mirror::internal
