// SPDX-License-Identifier: Apache-2.0
//
// What programs that ask one cluster have in common: how it is reached, and how
// the mirror names topics there.
//
//   --bootstrap-server HOST:PORT  --command-config FILE  --timeout 30s
//   --separator _  --identity  --rename orders:bills

#ifndef EXAMPLES_CLIENT_FLAGS_H_
#define EXAMPLES_CLIENT_FLAGS_H_

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/policy/replication_policy.h"

namespace mirror::internal {

// Reads all flags; words of a name may be joined by dashes, as in Kafka's own
// tools. Ends the program with code 1 for a flag that is unknown or cannot be
// read, and after --help, which prints `usage`.
void ParseClientFlags(const std::string& usage, int argc, char** argv);

// librdkafka's settings from --bootstrap-server and --command-config, a Java
// properties file as Kafka's own tools take it. InvalidArgument, naming flag or
// file and line.
absl::StatusOr<std::map<std::string, std::string>> ClusterProperties();

// The policy that --separator, --identity and --rename describe.
absl::StatusOr<std::shared_ptr<const ReplicationPolicy>> PolicyFromFlags();

absl::Duration TimeoutFromFlags();

// Prints "error: ..." to standard error and returns the exit code: 2 for wrong
// arguments, else 1.
int Fail(const absl::Status& status);

}  // namespace mirror::internal

#endif  // EXAMPLES_CLIENT_FLAGS_H_
