// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/epoch_history.h"

#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

UpstreamOffset U(int64_t offset) { return UpstreamOffset(offset); }

TEST(EpochHistory, TellsTheEpochOfTheRecordBefore) {
  EpochHistory epochs;
  EXPECT_EQ(epochs.Before(U(100)), -1);
  epochs.Note(U(0), 5);
  epochs.Note(U(50), 5);
  epochs.Note(U(100), 7);
  EXPECT_EQ(epochs.Before(U(0)), -1);
  EXPECT_EQ(epochs.Before(U(1)), 5);
  EXPECT_EQ(epochs.Before(U(100)), 5);
  EXPECT_EQ(epochs.Before(U(101)), 7);
}

TEST(EpochHistory, ReadingAgainVoidsWhatWasNotedBehind) {
  EpochHistory epochs;
  epochs.Note(U(0), 1);
  epochs.Note(U(100), 2);
  epochs.Note(U(60), 3);
  EXPECT_EQ(epochs.Before(U(60)), 1);
  EXPECT_EQ(epochs.Before(U(200)), 3);
}

TEST(EpochHistory, ForgetsOnlyWhatIsBelow) {
  EpochHistory epochs;
  epochs.Note(U(0), 1);
  epochs.Note(U(100), 2);
  epochs.Note(U(200), 3);
  epochs.Forget(U(150));
  EXPECT_EQ(epochs.Before(U(50)), -1);
  EXPECT_EQ(epochs.Before(U(151)), 2);
  epochs.Forget(U(1000));
  EXPECT_EQ(epochs.Before(U(1001)), 3);
  epochs.Clear();
  EXPECT_EQ(epochs.Before(U(1001)), -1);
}

}  // namespace
}  // namespace mirror::internal
