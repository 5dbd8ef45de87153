// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "mirror/policy/filters.h"
#include "tests/fuzz/fuzz_input.h"

// Input: include, exclude (strings, lists of patterns), topic (the rest). A
// pattern is refused or answers; no pattern takes forever.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  mirror::FuzzInput input(data, size);
  const std::string include = input.TakeString();
  const std::string exclude = input.TakeString();
  const std::string topic = input.TakeRest();

  const auto filter = mirror::RegexTopicFilter::Create(include, exclude);
  if (!filter.ok()) {
    FUZZ_CHECK(!filter.status().message().empty());
    return 0;
  }
  (void)(*filter)->ShouldReplicateTopic(topic);
  return 0;
}
