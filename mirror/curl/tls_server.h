// SPDX-License-Identifier: Apache-2.0
//
// An HTTPS server of a test, with a certificate made for it that only names
// 127.0.0.1. Answers GET /subjects with [].

#ifndef MIRROR_CURL_TLS_SERVER_H_
#define MIRROR_CURL_TLS_SERVER_H_

#include <memory>
#include <string>

#include "mirror/runtime/periodic_worker.h"

namespace httplib {
class SSLServer;
}  // namespace httplib

namespace mirror::internal {

class TlsServer {
 public:
  TlsServer();
  ~TlsServer();

  const std::string& url() const { return url_; }
  // PEM.
  const std::string& certificate_file() const { return certificate_file_; }

 private:
  std::string url_;
  std::string certificate_file_;
  std::unique_ptr<httplib::SSLServer> server_;
  std::unique_ptr<PeriodicWorker> worker_;
};

}  // namespace mirror::internal

#endif  // MIRROR_CURL_TLS_SERVER_H_
