// SPDX-License-Identifier: Apache-2.0

#include "mirror/testing/fake_group.h"

#include <algorithm>
#include <vector>

namespace mirror::internal {
namespace {

// A member, and how many partitions it will have when all is released.
struct Share {
  FakeMember* member;
  int32_t count;
};

bool Fewer(const Share& a, const Share& b) { return a.count < b.count; }

}  // namespace

void FakeGroup::Rebalance(int32_t partitions) {
  std::set<int32_t> ownerless;
  for (int32_t p = 0; p < partitions; ++p) ownerless.insert(p);
  int32_t to_share = partitions;
  std::vector<Share> shares;
  for (auto it = members.begin(); it != members.end();) {
    FakeMember& member = it->second;
    if (member.leaving && member.owned.empty()) {
      it = members.erase(it);
      continue;
    }
    ++it;
    if (member.leaving) member.revoked = member.owned;
    for (const int32_t p : member.owned) {
      ownerless.erase(p);
      if (p >= partitions) member.revoked.insert(p);
    }
    if (member.gone) to_share -= static_cast<int32_t>(member.owned.size());
    if (!member.leaving && !member.gone) shares.push_back({&member, 0});
  }
  if (shares.empty()) return;
  for (Share& share : shares) share.count = share.member->kept();
  for (const int32_t p : ownerless) {
    const auto fewest = std::min_element(shares.begin(), shares.end(), Fewer);
    fewest->member->owned.insert(p);
    ++fewest->count;
  }
  for (const Share& share : shares) to_share -= share.count;
  for (; to_share > 0; --to_share) {
    ++std::min_element(shares.begin(), shares.end(), Fewer)->count;
  }
  while (true) {
    const auto [fewest, most] =
        std::minmax_element(shares.begin(), shares.end(), Fewer);
    if (most->count - fewest->count <= 1 || most->member->kept() == 0) return;
    auto last = most->member->owned.rbegin();
    while (most->member->revoked.count(*last) > 0) ++last;
    most->member->revoked.insert(*last);
    --most->count;
    ++fewest->count;
  }
}

}  // namespace mirror::internal
