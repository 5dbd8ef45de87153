// SPDX-License-Identifier: Apache-2.0
//
// A Kerberos realm of the test's own: a real KDC (MIT's krb5kdc) on a loopback
// address, principals, and keytabs.
//
//   KerberosRealm realm(host);
//   const std::string keytab = realm.NewKeytab("kafka/" + host);
//
// From then on this process, and all that it starts, lives in the realm.

#ifndef TESTS_SUPPORT_KERBEROS_REALM_H_
#define TESTS_SUPPORT_KERBEROS_REALM_H_

#include <memory>
#include <string>

#include "tests/support/child_process.h"

namespace mirror::internal::testing {

// Not thread-safe; one at a time, as it sets environment variables. Calls end
// the program if they fail.
class KerberosRealm {
 public:
  // The KDC listens at a port of `host`.
  explicit KerberosRealm(const std::string& host);

  // "kafka/127.0.0.1@MIRROR.TEST".
  std::string Principal(const std::string& name) const;

  // A file with a new key of the principal, which is created if need be. Those
  // with earlier keys are worth nothing any more.
  std::string NewKeytab(const std::string& name);

 private:
  const std::string directory_;
  std::unique_ptr<ChildProcess> kdc_;
};

}  // namespace mirror::internal::testing

#endif  // TESTS_SUPPORT_KERBEROS_REALM_H_
