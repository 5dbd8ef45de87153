// SPDX-License-Identifier: Apache-2.0

#include "mirror/cluster/request_slices.h"

#include <vector>

#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RequestSlicesTest : public testing::Test {
 protected:
  // Requests about numbers, each of its own weight; answers tenfold.
  std::vector<absl::StatusOr<int>> Send(const std::vector<int>& items,
                                        int64_t most) {
    return SendInSlices<absl::StatusOr<int>>(
        absl::MakeConstSpan(items), most, [](int item) { return item; },
        [this](absl::Span<const int> slice,
               std::vector<absl::StatusOr<int>>* results) {
          sent_.emplace_back(slice.begin(), slice.end());
          if (sent_.size() == fail_at_) {
            return absl::UnavailableError("no answer");
          }
          for (int item : slice) results->push_back(10 * item);
          return absl::OkStatus();
        });
  }

  std::vector<std::vector<int>> sent_;
  size_t fail_at_ = 0;
};

TEST_F(RequestSlicesTest, ARequestTakesAsMuchAsIsAllowed) {
  EXPECT_THAT(Send({1, 2, 3, 4, 1}, 6),
              ElementsAre(IsOkAndHolds(10), IsOkAndHolds(20), IsOkAndHolds(30),
                          IsOkAndHolds(40), IsOkAndHolds(10)));
  EXPECT_THAT(sent_, ElementsAre(ElementsAre(1, 2, 3), ElementsAre(4, 1)));
}

TEST_F(RequestSlicesTest, AnItemThatIsTooLargeIsSentByItself) {
  Send({1, 9, 1}, 6);
  EXPECT_THAT(sent_,
              ElementsAre(ElementsAre(1), ElementsAre(9), ElementsAre(1)));
}

TEST_F(RequestSlicesTest, NothingIsSentAfterARequestWithoutAnAnswer) {
  fail_at_ = 2;
  const auto unavailable = StatusIs(absl::StatusCode::kUnavailable);
  EXPECT_THAT(Send({5, 3, 3, 5, 5}, 6),
              ElementsAre(IsOkAndHolds(50), unavailable, unavailable,
                          unavailable, unavailable));
  EXPECT_THAT(sent_, ElementsAre(ElementsAre(5), ElementsAre(3, 3)));
}

TEST_F(RequestSlicesTest, NothingToAskIsNoRequest) {
  EXPECT_THAT(Send({}, 6), IsEmpty());
  EXPECT_THAT(sent_, IsEmpty());
}

}  // namespace
}  // namespace mirror::internal
