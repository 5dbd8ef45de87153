// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/error.h"

#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

using Code = absl::StatusCode;
using ::testing::HasSubstr;

// The codes whose meaning the engine acts on.
TEST(KafkaError, MeansTheSameAsTheKafkaCode) {
  const struct {
    rd_kafka_resp_err_t kafka;
    Code code;
  } kCases[] = {
      {RD_KAFKA_RESP_ERR_NO_ERROR, Code::kOk},
      {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, Code::kNotFound},
      {RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, Code::kNotFound},
      {RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, Code::kOutOfRange},
      {RD_KAFKA_RESP_ERR__LOG_TRUNCATION, Code::kOutOfRange},
      {RD_KAFKA_RESP_ERR__BAD_MSG, Code::kDataLoss},
      {RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, Code::kResourceExhausted},
      {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, Code::kInvalidArgument},
      {RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP, Code::kInvalidArgument},
      {RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS, Code::kAlreadyExists},
      {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, Code::kPermissionDenied},
      {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, Code::kPermissionDenied},
      {RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, Code::kUnauthenticated},
      {RD_KAFKA_RESP_ERR_POLICY_VIOLATION, Code::kFailedPrecondition},
      {RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, Code::kFailedPrecondition},
      {RD_KAFKA_RESP_ERR_SECURITY_DISABLED, Code::kUnimplemented},
      {RD_KAFKA_RESP_ERR__QUEUE_FULL, Code::kResourceExhausted},
      {RD_KAFKA_RESP_ERR__TRANSPORT, Code::kUnavailable},
      {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, Code::kUnavailable},
      {RD_KAFKA_RESP_ERR__TIMED_OUT, Code::kDeadlineExceeded},
      {RD_KAFKA_RESP_ERR__FENCED, Code::kFailedPrecondition},
      {RD_KAFKA_RESP_ERR__PURGE_QUEUE, Code::kCancelled},
      {RD_KAFKA_RESP_ERR__FATAL, Code::kInternal},
      {RD_KAFKA_RESP_ERR_UNKNOWN, Code::kInternal},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(KafkaError(c.kafka, "x").code(), c.code)
        << rd_kafka_err2name(c.kafka);
  }
}

TEST(KafkaError, NamesContextAndCode) {
  const std::string message(
      KafkaError(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "orders-3")
          .message());
  EXPECT_THAT(message, HasSubstr("orders-3: "));
  EXPECT_THAT(message, HasSubstr("(UNKNOWN_TOPIC_OR_PART)"));
}

TEST(KafkaError, PrefersTheDetailGiven) {
  EXPECT_THAT(std::string(KafkaError(RD_KAFKA_RESP_ERR_INVALID_CONFIG, "orders",
                                     "retention.ms must be a number")
                              .message()),
              HasSubstr("retention.ms must be a number (INVALID_CONFIG)"));
}

TEST(KafkaError, TakesErrorObjects) {
  ErrorPtr error(rd_kafka_error_new(RD_KAFKA_RESP_ERR__STATE, "not now"));
  EXPECT_EQ(KafkaError(error.get(), "x").code(), Code::kFailedPrecondition);
  EXPECT_TRUE(KafkaError(nullptr, "x").ok());
}

TEST(KafkaError, IsValidUtf8WhateverTheBrokerSays) {
  EXPECT_EQ(KafkaError(RD_KAFKA_RESP_ERR_INVALID_CONFIG, "a", "\xd4\xfa\x07")
                .message(),
            "a: \\xd4\\xfa\x07 (INVALID_CONFIG)");
}

TEST(DeliveryError, NamesTheCodeAndReadsNoTextOfTheReport) {
  char value[] = "value";
  rd_kafka_message_t report = {};
  report.payload = value;
  report.err = RD_KAFKA_RESP_ERR_INVALID_RECORD;
  EXPECT_EQ(DeliveryError(report, "orders-3").message(),
            "orders-3: Broker: Broker failed to validate record "
            "(INVALID_RECORD)");
}

TEST(DeliveryOutcome, IsASuccessOnlyIfTheRecordHasAPlace) {
  rd_kafka_message_t report = {};
  EXPECT_EQ(DeliveryOutcome(report), RD_KAFKA_RESP_ERR_NO_ERROR);
  report.offset = RD_KAFKA_OFFSET_INVALID;
  EXPECT_EQ(KafkaError(DeliveryOutcome(report), "x").code(),
            Code::kUnavailable);
  report.err = RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
  EXPECT_EQ(DeliveryOutcome(report), RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
}

}  // namespace
}  // namespace mirror::internal
