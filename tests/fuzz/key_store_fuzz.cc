// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "mirror/java/key_store.h"
#include "tests/fuzz/fuzz_input.h"

// Input: a key store. It gives PEM texts or a reason without the password.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes = mirror::FuzzInput(data, size).TakeRest();
  for (const std::string& password :
       {std::string(), std::string("store-secret")}) {
    const auto store =
        mirror::internal::ParseKeyStore("store", bytes, password, "key-secret");
    if (store.ok()) {
      FUZZ_CHECK(store->key_pem.empty() ||
                 store->key_pem.find("PRIVATE KEY") != std::string::npos);
    } else {
      FUZZ_CHECK(!store.status().message().empty());
      FUZZ_CHECK(store.status().message().find("-secret") == std::string::npos);
    }
  }
  return 0;
}
