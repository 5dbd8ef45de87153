// SPDX-License-Identifier: Apache-2.0

#include "mirror/http/listen_address.h"

#include <unistd.h>

#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(ListenAddressTest, TakesLoopbackAddresses) {
  for (const std::string address :
       {"127.0.0.1:0", "127.1.2.3:0", "localhost:0"}) {
    const auto socket = Listen(address, /*allow_public=*/false);
    ASSERT_THAT(socket, IsOk()) << address;
    EXPECT_THAT(socket->address, StartsWith("127."));
    close(socket->fd);
  }
}

TEST(ListenAddressTest, TakesOthersOnlyIfAllowed) {
  for (const std::string address : {"0.0.0.0:0", "[::]:0", "8.8.8.8:0"}) {
    EXPECT_THAT(Listen(address, /*allow_public=*/false),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("other machines")))
        << address;
  }
  const auto socket = Listen("0.0.0.0:0", /*allow_public=*/true);
  ASSERT_THAT(socket, IsOk());
  EXPECT_THAT(socket->address, StartsWith("0.0.0.0:"));
  close(socket->fd);
}

TEST(ListenAddressTest, RefusesWhatIsNoAddress) {
  for (const std::string address :
       {"", ":9404", "9404", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
        "127.0.0.1:-1", "example.org:80", "::1:9404", "[127.0.0.1]:1"}) {
    EXPECT_THAT(Listen(address, /*allow_public=*/true),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << address;
  }
}

TEST(ListenAddressTest, APortThatIsTakenIsNotShared) {
  const auto first = Listen("127.0.0.1:0", /*allow_public=*/false);
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(
      Listen(first->address, /*allow_public=*/false),
      StatusIs(absl::StatusCode::kUnavailable, HasSubstr(first->address)));
  close(first->fd);
}

}  // namespace
}  // namespace mirror::internal
