// SPDX-License-Identifier: Apache-2.0
//
// What tests of logins share: a pair of secure brokers, mm2.properties texts
// for a flow between them, and what such a flow is expected to do.
//
//   class LoginTest : public SecureTest {};
//   TEST_F(LoginTest, TlsToPlaintext) {
//     ExpectCopies(Tls("A", A(), SecureListeners::kTls), Inside("B", B()));
//   }

#ifndef TESTS_INTEGRATION_SECURE_TEST_H_
#define TESTS_INTEGRATION_SECURE_TEST_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "gtest/gtest.h"
#include "mirror/flow.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/test_cluster.h"
#include "tests/support/secure_listeners.h"

namespace mirror::internal::testing {

// Of alice, the user; no output may ever show it.
inline constexpr char kPassword[] = "Tr0ub4dor-and-3";

// A broker and what makes it secure.
struct SecureCluster {
  explicit SecureCluster(const std::string& alias);

  SecureListeners secure;
  std::unique_ptr<TestCluster> cluster;
};

class SecureTest : public ::testing::Test {
 protected:
  // One pair of brokers for all tests, as each costs seconds.
  static SecureCluster* A();
  static SecureCluster* B();

  // What this test's flow selects.
  static std::string Topic();

  // Properties of a cluster that is reached by TLS, and by no TLS.
  static std::string Tls(const std::string& alias, SecureCluster* cluster,
                         SecureListeners::Listener listener);
  static std::string Inside(const std::string& alias, SecureCluster* cluster);
  // Properties of a cluster with a login.
  static std::string Sasl(const std::string& alias, SecureCluster* cluster,
                          SecureListeners::Listener listener,
                          const std::string& mechanism,
                          const std::string& jaas);

  // mm2.properties for a flow of this test's topic.
  static std::string File(const std::string& source, const std::string& target);
  static Flow FlowOf(const std::string& file);

  // A topic with kRecords records, through the operators' door.
  static void MakeTopic();
  static void ExpectCopied(RunningMirror* mirror);
  static void ExpectCopies(const std::string& source,
                           const std::string& target);
  // Expects one message with all of `words` for a flow from such a source, and
  // copies after `fix`.
  static void ExpectErrorAndRecovery(const std::string& source,
                                     const std::vector<std::string>& words,
                                     absl::FunctionRef<void()> fix);

  static constexpr int kRecords = 100;
};

}  // namespace mirror::internal::testing

#endif  // TESTS_INTEGRATION_SECURE_TEST_H_
