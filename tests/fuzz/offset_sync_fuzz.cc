// SPDX-License-Identifier: Apache-2.0

#include "mirror/sync/offset_sync.h"
#include "tests/fuzz/fuzz_input.h"

// Input: key (a string), value (the rest). What decodes is encoded to a record
// that decodes to the same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  mirror::FuzzInput input(data, size);
  const std::string key = input.TakeString();
  const std::string value = input.TakeRest();

  const auto sync = mirror::internal::OffsetSync::Decode(key, value);
  FUZZ_CHECK(mirror::internal::OffsetSync::Decode(key, std::nullopt).ok() ==
             mirror::internal::OffsetSync::DecodeKey(key).ok());
  if (!sync.ok()) return 0;
  FUZZ_CHECK(sync->has_value());
  const auto again = mirror::internal::OffsetSync::Decode(
      (*sync)->EncodeKey().value(), (*sync)->EncodeValue());
  FUZZ_CHECK(again.ok() && *again == *sync);
  FUZZ_CHECK(!(*sync)->ToString().empty());
  return 0;
}
