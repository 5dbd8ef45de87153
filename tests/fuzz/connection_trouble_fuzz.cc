// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "mirror/kafka/connection_trouble.h"
#include "mirror/kafka/handles.h"
#include "tests/fuzz/fuzz_input.h"

// Input: a text of librdkafka's, parts of which a broker chooses; and the same
// as a certificate. There is always a message, of one line if the text is.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text = mirror::FuzzInput(data, size).TakeRest();
  mirror::internal::ConnectionFacts facts;
  facts.broker_certificate =
      mirror::internal::DescribeCertificate(size % 70, text);
  FUZZ_CHECK(facts.broker_certificate.find('\n') == std::string::npos);
  const auto status = mirror::internal::ConnectionTrouble(
      "A", RD_KAFKA_RESP_ERR__SSL, text, facts);
  FUZZ_CHECK(!status.ok());
  FUZZ_CHECK(status.message().find("cluster A: ") == 0);
  mirror::internal::IsOrdinaryDisconnect(text);
  return 0;
}
