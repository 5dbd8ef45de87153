// SPDX-License-Identifier: Apache-2.0

#include <optional>

#include "mirror/metadata/acl_ledger_record.h"
#include "tests/fuzz/fuzz_input.h"

// Input: key (a string), value (the rest). What decodes is encoded to a record
// that decodes to the same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  mirror::FuzzInput input(data, size);
  const std::string key = input.TakeString();
  const std::string value = input.TakeRest();

  const auto record = mirror::internal::AclLedgerRecord::Decode(key, value);
  if (!record.ok()) return 0;
  FUZZ_CHECK(mirror::internal::AclLedgerRecord::Decode(key, std::nullopt).ok());
  const auto again = mirror::internal::AclLedgerRecord::Decode(
      record->EncodeKey().value(), record->EncodeValue().value());
  FUZZ_CHECK(again.ok() && again->acl == record->acl);
  FUZZ_CHECK(again->origin == record->origin);
  return 0;
}
