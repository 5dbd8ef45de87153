// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "mirror/java/java_properties.h"
#include "tests/fuzz/fuzz_input.h"

// Input: a .properties file. Every property knows a line that exists, and no
// key is there twice.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text = mirror::FuzzInput(data, size).TakeRest();

  const auto properties =
      mirror::internal::JavaProperties::Parse(text, "mm2.properties");
  if (!properties.ok()) {
    FUZZ_CHECK(properties.status().message().find("mm2.properties:") == 0);
    return 0;
  }
  for (const mirror::internal::Property& property : properties->entries()) {
    FUZZ_CHECK(property.line >= 1);
    FUZZ_CHECK(static_cast<size_t>(property.line) <= text.size() + 1);
    FUZZ_CHECK(properties->Find(property.key) == &property.value);
  }
  return 0;
}
