// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/checkpoint.h"
#include "tests/fuzz/fuzz_input.h"

// Input: key (a string), value (the rest). What decodes is encoded to a record
// that decodes to the same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  mirror::FuzzInput input(data, size);
  const std::string key = input.TakeString();
  const std::string value = input.TakeRest();

  const auto checkpoint = mirror::internal::Checkpoint::Decode(key, value);
  FUZZ_CHECK(mirror::internal::Checkpoint::Decode(key, std::nullopt).ok() ==
             mirror::internal::Checkpoint::DecodeKey(key).ok());
  if (!checkpoint.ok()) return 0;
  FUZZ_CHECK(checkpoint->has_value() ==
             (value != mirror::internal::kDeletedCheckpoint));
  if (!checkpoint->has_value()) return 0;
  const auto again = mirror::internal::Checkpoint::Decode(
      (*checkpoint)->EncodeKey().value(), (*checkpoint)->EncodeValue().value());
  FUZZ_CHECK(again.ok() && *again == *checkpoint);
  FUZZ_CHECK(!(*checkpoint)->ToString().empty());
  return 0;
}
