// SPDX-License-Identifier: Apache-2.0

#include <variant>

#include "mirror/progress/connect_offset.h"
#include "tests/fuzz/fuzz_input.h"

// Input: key (a string), value (the rest). What decodes is encoded to a record
// that decodes to the same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  mirror::FuzzInput input(data, size);
  const std::string key = input.TakeString();
  const std::string value = input.TakeRest();

  const auto tombstone =
      mirror::internal::ConnectOffset::Decode(key, std::nullopt);
  const auto record = mirror::internal::ConnectOffset::Decode(key, value);
  if (!record.ok()) return 0;
  FUZZ_CHECK(tombstone.ok() && tombstone->key == record->key);
  const std::string encoded_key =
      std::visit([](const auto& k) { return k.Encode(); }, record->key);
  const auto again = mirror::internal::ConnectOffset::Decode(
      encoded_key,
      record->offset
          ? std::make_optional(mirror::internal::EncodeConnectOffsetValue(
                *record->offset, record->copied))
          : std::nullopt);
  FUZZ_CHECK(again.ok() && again->key == record->key &&
             again->offset == record->offset &&
             again->copied == record->copied);
  return 0;
}
