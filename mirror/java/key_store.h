// SPDX-License-Identifier: Apache-2.0
//
// Java's key stores and trust stores, PKCS12 and JKS, read into PEM texts,
// which is what librdkafka takes. (MM2's clients leave that to the JVM.)
//
//   absl::StatusOr<KeyStore> store =
//       ParseKeyStore("trust.jks", bytes, "changeit", "");
//   store->trusted_pem

#ifndef MIRROR_JAVA_KEY_STORE_H_
#define MIRROR_JAVA_KEY_STORE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace mirror::internal {

// As the first bytes tell; what a file is called and what its type is said to
// be does not matter to Java either.
enum class StoreFormat { kPkcs12, kJks, kJceks, kPem, kOther };
StoreFormat FormatOfStore(absl::string_view bytes);

// PEM texts; each may be empty.
struct KeyStore {
  std::string key_pem;           // the first private key, not encrypted: secret
  std::string certificates_pem;  // its certificate, and those that sign it
  std::string trusted_pem;       // certificates without a key
};

// `file` is what messages call it. `password` opens the store; empty, a JKS
// store is not checked for damage and a PKCS12 store must have none.
// `key_password` opens the key of a JKS store; empty: the same. Pure.
// InvalidArgument, with what to do and without secrets: another format, a wrong
// password, damage.
absl::StatusOr<KeyStore> ParseKeyStore(absl::string_view file,
                                       absl::string_view bytes,
                                       const std::string& password,
                                       const std::string& key_password);

}  // namespace mirror::internal

#endif  // MIRROR_JAVA_KEY_STORE_H_
