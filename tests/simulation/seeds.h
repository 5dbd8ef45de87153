// SPDX-License-Identifier: Apache-2.0
//
// Which seeds a case of a seeded test runs, and how it says which one failed.

#ifndef TESTS_SIMULATION_SEEDS_H_
#define TESTS_SIMULATION_SEEDS_H_

#include <cstdint>
#include <cstdlib>

#include "absl/functional/function_ref.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace mirror::internal {

// Runs `count` seeds from `first` on until one fails, or only the one that
// --test_env=MIRROR_SEED=n names, or from that one on as many as
// --test_env=MIRROR_SEEDS=count says.
inline void ForEachSeed(uint64_t first, uint64_t count,
                        absl::FunctionRef<void(uint64_t)> run) {
  if (const char* seed = std::getenv("MIRROR_SEED")) {
    ASSERT_TRUE(absl::SimpleAtoi(seed, &first));
    const char* const seeds = std::getenv("MIRROR_SEEDS");
    ASSERT_TRUE(absl::SimpleAtoi(seeds == nullptr ? "1" : seeds, &count));
  }
  for (uint64_t seed = first; seed < first + count; ++seed) {
    SCOPED_TRACE(absl::StrCat("MIRROR_SEED=", seed));
    run(seed);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace mirror::internal

#endif  // TESTS_SIMULATION_SEEDS_H_
