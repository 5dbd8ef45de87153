// SPDX-License-Identifier: Apache-2.0
//
// HOST:PORT as a socket that listens.
//
//   auto socket = Listen("127.0.0.1:9404", /*allow_public=*/false);
//   if (!socket.ok()) return socket.status();

#ifndef MIRROR_HTTP_LISTEN_ADDRESS_H_
#define MIRROR_HTTP_LISTEN_ADDRESS_H_

#include <string>

#include "absl/status/statusor.h"

namespace mirror::internal {

struct ListeningSocket {
  int fd = -1;          // the caller's to close; does not block
  std::string address;  // "127.0.0.1:9404", with the port that it has
};

// `address` is an IPv4 address, an IPv6 address in brackets, or localhost, with
// a port; port 0 takes any. InvalidArgument: it is none of these, or not of
// this machine's loopback and `allow_public` is false. Unavailable: the port is
// taken, or may not be used.
absl::StatusOr<ListeningSocket> Listen(const std::string& address,
                                       bool allow_public);

}  // namespace mirror::internal

#endif  // MIRROR_HTTP_LISTEN_ADDRESS_H_
