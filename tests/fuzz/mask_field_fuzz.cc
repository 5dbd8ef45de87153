// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "mirror/transform/record_transforms.h"
#include "nlohmann/json.hpp"
#include "tests/fuzz/fuzz_input.h"

namespace {

// What another parser thinks, which minds UTF-8. It also takes a byte order
// mark, and a zero for the end.
bool IsJson(const std::string& text) {
  return nlohmann::json::accept(text) && text.substr(0, 1) != "\xEF" &&
         text.find('\0') == std::string::npos;
}

}  // namespace

// Input: field (string), JSON (the rest). What is JSON to others is to
// MaskField, and so is what it leaves; masking again changes nothing.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  mirror::FuzzInput input(data, size);
  mirror::MaskField::Options options;
  options.fields = {input.TakeString()};
  const auto mask = mirror::MaskField::Create(options);
  if (!mask.ok()) return 0;
  mirror::Record record;
  record.value = input.TakeRest();
  const std::string before = *record.value;
  const bool taken = (*mask)->Transform({"topic", 0}, record).ok();
  // Beyond 500 levels it gives up.
  if (IsJson(before) && before.size() < 500) FUZZ_CHECK(taken);
  if (!taken) return 0;
  if (IsJson(before)) FUZZ_CHECK(IsJson(*record.value));
  const std::string masked = *record.value;
  FUZZ_CHECK((*mask)->Transform({"topic", 0}, record).ok());
  FUZZ_CHECK(record.value == masked);
  return 0;
}
