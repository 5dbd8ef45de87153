// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "mirror/config/jaas.h"
#include "tests/fuzz/fuzz_input.h"

// Input: a sasl.jaas.config text. It names a login module or is refused.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto entry =
      mirror::ParseJaas(mirror::FuzzInput(data, size).TakeRest());
  FUZZ_CHECK(!entry.ok() || !entry->login_module.empty());
  return 0;
}
