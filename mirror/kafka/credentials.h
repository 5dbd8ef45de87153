// SPDX-License-Identifier: Apache-2.0
//
// What a client logs in with, and whether that has changed since: settings
// that a CredentialSource gives, and the files that settings name.
//
//   Credentials credentials(properties);
//   credentials.Take({{"sasl.username", "mirror"}, {"sasl.password", "new"}});
//   // Change::kPassword

#ifndef MIRROR_KAFKA_CREDENTIALS_H_
#define MIRROR_KAFKA_CREDENTIALS_H_

#include <functional>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "mirror/kafka/client_config.h"

namespace mirror::internal {

// A CredentialSource for one kind of client; null: there is none.
using ReadCredentials = std::function<absl::StatusOr<Properties>()>;

// Not thread-safe. Looks at files' times and sizes, never at their content.
class Credentials {
 public:
  enum class Change {
    kNone,
    // User or password of SASL PLAIN or SCRAM, which a client can take over.
    kPassword,
    // Something that only a new client takes.
    kOther,
  };

  explicit Credentials(Properties properties);

  const Properties& properties() const { return properties_; }

  // Puts `fresh` over what is known, and says what has changed by that or in
  // the files.
  Change Take(Properties fresh);

 private:
  // Of each file that holds a key or certificate, when and how it was written.
  using Files = std::map<std::string, std::string>;
  static Files Look(const Properties& properties);

  Properties properties_;
  Files files_;
};

}  // namespace mirror::internal

#endif  // MIRROR_KAFKA_CREDENTIALS_H_
