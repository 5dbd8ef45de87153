// SPDX-License-Identifier: Apache-2.0
//
// What librdkafka says of a connection that fails, in words that name the
// cause and what to do. Its own texts name settings that are not the cause,
// differ from attempt to attempt, and omit what the broker's certificate said.
// One place, so that events, logs and `mirror_maker --check` agree.
//
//   ConnectionTrouble("A", RD_KAFKA_RESP_ERR__AUTHENTICATION,
//                     "sasl_ssl://a:9096/bootstrap: SASL authentication error:"
//                     " Authentication failed: ... (after 304ms in ...)", {});
//   // UNAUTHENTICATED: cluster A: a:9096: the broker refuses the credentials
//   // (...): correct ...

#ifndef MIRROR_KAFKA_CONNECTION_TROUBLE_H_
#define MIRROR_KAFKA_CONNECTION_TROUBLE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "mirror/kafka/client_config.h"
#include "mirror/kafka/handles.h"

namespace mirror::internal {

// What is known beside librdkafka's text.
struct ConnectionFacts {
  // Whether the client has a certificate of its own to show.
  bool has_certificate = false;
  // What is wrong with the broker's certificate, from DescribeCertificate();
  // empty if that is not known.
  std::string broker_certificate;
};

// The error as a Status: Unauthenticated where no connection will come about
// until something is changed by hand, else as KafkaError(). Pure.
absl::Status ConnectionTrouble(absl::string_view alias,
                               rd_kafka_resp_err_t code,
                               absl::string_view reason,
                               const ConnectionFacts& facts);

// Whether librdkafka says it once only, however long it lasts.
bool IsReportedOnce(absl::string_view reason);

// Whether the text is about a connection that simply ended, as they do.
bool IsOrdinaryDisconnect(absl::string_view reason);

// "host:port" from a text of librdkafka; empty if there is none.
std::string BrokerAddress(absl::string_view reason);

// Why OpenSSL refuses a broker's certificate (DER), and what to do.
// `x509_error` is one of its X509_V_ERR_... codes.
std::string DescribeCertificate(int x509_error, absl::string_view certificate);

// Why a client could not be made, with the file that could not be read or used,
// and what to do. `why` is librdkafka's text, `properties` the client's
// settings.
std::string ExplainRefusedSettings(absl::string_view why,
                                   const Properties& properties);

}  // namespace mirror::internal

#endif  // MIRROR_KAFKA_CONNECTION_TROUBLE_H_
