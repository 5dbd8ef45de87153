// SPDX-License-Identifier: Apache-2.0

#include "mirror/heartbeat/heartbeat.h"
#include "tests/fuzz/fuzz_input.h"

// Input: key (a string), value (the rest). What decodes is encoded to a record
// that decodes to the same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  mirror::FuzzInput input(data, size);
  const std::string key = input.TakeString();
  const std::string value = input.TakeRest();

  const auto heartbeat = mirror::internal::Heartbeat::Decode(key, value);
  FUZZ_CHECK(mirror::internal::Heartbeat::Decode(key, std::nullopt).ok() ==
             mirror::internal::Heartbeat::DecodeKey(key).ok());
  if (!heartbeat.ok()) return 0;
  FUZZ_CHECK(heartbeat->has_value());
  const auto again = mirror::internal::Heartbeat::Decode(
      (*heartbeat)->EncodeKey().value(), (*heartbeat)->EncodeValue());
  FUZZ_CHECK(again.ok() && *again == *heartbeat);
  FUZZ_CHECK(!(*heartbeat)->ToString().empty());
  return 0;
}
