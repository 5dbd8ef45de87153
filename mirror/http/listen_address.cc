// SPDX-License-Identifier: Apache-2.0

#include "mirror/http/listen_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace mirror::internal {
namespace {

constexpr int kBacklog = 256;

struct SocketAddress {
  sockaddr_storage storage = {};
  socklen_t length = sizeof(sockaddr_storage);

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  sockaddr_in* v4() { return reinterpret_cast<sockaddr_in*>(&storage); }
  sockaddr_in6* v6() { return reinterpret_cast<sockaddr_in6*>(&storage); }

  bool IsLoopback() {
    if (storage.ss_family == AF_INET6) {
      return IN6_IS_ADDR_LOOPBACK(&v6()->sin6_addr);
    }
    return ntohl(v4()->sin_addr.s_addr) >> 24 == 127;
  }

  std::string ToString() {
    char text[INET6_ADDRSTRLEN] = "";
    if (storage.ss_family == AF_INET6) {
      inet_ntop(AF_INET6, &v6()->sin6_addr, text, sizeof(text));
      return absl::StrCat("[", text, "]:", ntohs(v6()->sin6_port));
    }
    inet_ntop(AF_INET, &v4()->sin_addr, text, sizeof(text));
    return absl::StrCat(text, ":", ntohs(v4()->sin_port));
  }
};

// No name is looked up: which address is opened to others is not for a
// resolver to decide.
std::optional<SocketAddress> Parse(absl::string_view text) {
  const size_t colon = text.rfind(':');
  uint32_t port = 0;
  if (colon == absl::string_view::npos ||
      !absl::SimpleAtoi(text.substr(colon + 1), &port) || port > 65535) {
    return std::nullopt;
  }
  std::string host(text.substr(0, colon));
  if (host == "localhost") host = "127.0.0.1";
  SocketAddress address;
  if (absl::StartsWith(host, "[") && absl::EndsWith(host, "]")) {
    address.v6()->sin6_family = AF_INET6;
    address.v6()->sin6_port = htons(static_cast<uint16_t>(port));
    address.length = sizeof(sockaddr_in6);
    host = host.substr(1, host.size() - 2);
    if (inet_pton(AF_INET6, host.c_str(), &address.v6()->sin6_addr) != 1) {
      return std::nullopt;
    }
    return address;
  }
  address.v4()->sin_family = AF_INET;
  address.v4()->sin_port = htons(static_cast<uint16_t>(port));
  address.length = sizeof(sockaddr_in);
  if (inet_pton(AF_INET, host.c_str(), &address.v4()->sin_addr) != 1) {
    return std::nullopt;
  }
  return address;
}

absl::Status Failed(const std::string& address) {
  return absl::UnavailableError(
      absl::StrCat("cannot listen on ", address, ": ", std::strerror(errno)));
}

}  // namespace

absl::StatusOr<ListeningSocket> Listen(const std::string& address,
                                       bool allow_public) {
  std::optional<SocketAddress> parsed = Parse(address);
  if (!parsed.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", address,
        "\" must be an IP address and a port, such as 127.0.0.1:9404, "
        "[::1]:9404 or 0.0.0.0:9404"));
  }
  if (!parsed->IsLoopback() && !allow_public) {
    return absl::InvalidArgumentError(absl::StrCat(
        address,
        " can be reached from other machines, and the pages have neither "
        "passwords nor TLS: everyone there could read the names of clusters, "
        "topics and groups. Listen on 127.0.0.1, or allow it "
        "(--metrics-allow-public)"));
  }
  ListeningSocket result;
  result.fd = socket(parsed->storage.ss_family,
                     SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (result.fd < 0) return Failed(address);
  const int on = 1;
  // The port of a process that has just ended is free; that of one that runs is
  // not.
  setsockopt(result.fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (bind(result.fd, parsed->get(), parsed->length) != 0 ||
      listen(result.fd, kBacklog) != 0 ||
      getsockname(result.fd, parsed->get(), &parsed->length) != 0) {
    const absl::Status status = Failed(address);
    close(result.fd);
    return status;
  }
  result.address = parsed->ToString();
  return result;
}

}  // namespace mirror::internal
