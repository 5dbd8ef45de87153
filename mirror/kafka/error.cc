// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/error.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "mirror/model/utf8.h"

namespace mirror::internal {
namespace {

using Code = absl::StatusCode;

struct Row {
  rd_kafka_resp_err_t kafka;
  Code code;
};

// Codes that are not listed are kInternal.
constexpr Row kTable[] = {
    {RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, Code::kNotFound},
    {RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, Code::kNotFound},
    {RD_KAFKA_RESP_ERR__UNKNOWN_GROUP, Code::kNotFound},
    {RD_KAFKA_RESP_ERR__NOENT, Code::kNotFound},
    {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, Code::kNotFound},
    {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_ID, Code::kNotFound},
    {RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND, Code::kNotFound},
    {RD_KAFKA_RESP_ERR_RESOURCE_NOT_FOUND, Code::kNotFound},

    {RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, Code::kOutOfRange},
    {RD_KAFKA_RESP_ERR__NO_OFFSET, Code::kOutOfRange},
    {RD_KAFKA_RESP_ERR__LOG_TRUNCATION, Code::kOutOfRange},
    {RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, Code::kOutOfRange},

    {RD_KAFKA_RESP_ERR__BAD_MSG, Code::kDataLoss},
    {RD_KAFKA_RESP_ERR__BAD_COMPRESSION, Code::kDataLoss},
    {RD_KAFKA_RESP_ERR__UNDERFLOW, Code::kDataLoss},
    {RD_KAFKA_RESP_ERR_INVALID_MSG, Code::kDataLoss},

    {RD_KAFKA_RESP_ERR__INVALID_ARG, Code::kInvalidArgument},
    {RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE, Code::kInvalidArgument},
    {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, Code::kInvalidArgument},
    {RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, Code::kInvalidArgument},
    {RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE, Code::kInvalidArgument},
    {RD_KAFKA_RESP_ERR_INVALID_COMMIT_OFFSET_SIZE, Code::kInvalidArgument},
    {RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, Code::kInvalidArgument},
    {RD_KAFKA_RESP_ERR_INVALID_GROUP_ID, Code::kInvalidArgument},
    {RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT, Code::kInvalidArgument},
    {RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP, Code::kInvalidArgument},
    {RD_KAFKA_RESP_ERR_INVALID_RECORD, Code::kInvalidArgument},
    {RD_KAFKA_RESP_ERR_INVALID_PARTITIONS, Code::kInvalidArgument},
    {RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR, Code::kInvalidArgument},
    {RD_KAFKA_RESP_ERR_INVALID_REPLICA_ASSIGNMENT, Code::kInvalidArgument},
    {RD_KAFKA_RESP_ERR_INVALID_CONFIG, Code::kInvalidArgument},
    {RD_KAFKA_RESP_ERR_INVALID_REQUEST, Code::kInvalidArgument},
    {RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT, Code::kInvalidArgument},

    {RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS, Code::kAlreadyExists},
    {RD_KAFKA_RESP_ERR_DUPLICATE_RESOURCE, Code::kAlreadyExists},

    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, Code::kPermissionDenied},
    {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, Code::kPermissionDenied},
    {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, Code::kPermissionDenied},
    {RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
     Code::kPermissionDenied},
    {RD_KAFKA_RESP_ERR_DELEGATION_TOKEN_AUTHORIZATION_FAILED,
     Code::kPermissionDenied},

    {RD_KAFKA_RESP_ERR__AUTHENTICATION, Code::kUnauthenticated},
    {RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, Code::kUnauthenticated},
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM, Code::kUnauthenticated},
    {RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE, Code::kUnauthenticated},
    {RD_KAFKA_RESP_ERR__SSL, Code::kUnauthenticated},

    {RD_KAFKA_RESP_ERR_POLICY_VIOLATION, Code::kFailedPrecondition},
    {RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP, Code::kFailedPrecondition},
    {RD_KAFKA_RESP_ERR_GROUP_SUBSCRIBED_TO_TOPIC, Code::kFailedPrecondition},
    {RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, Code::kFailedPrecondition},
    {RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, Code::kFailedPrecondition},
    {RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, Code::kFailedPrecondition},
    {RD_KAFKA_RESP_ERR_STALE_MEMBER_EPOCH, Code::kFailedPrecondition},
    {RD_KAFKA_RESP_ERR__STATE, Code::kFailedPrecondition},

    {RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION, Code::kUnimplemented},
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT, Code::kUnimplemented},
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE, Code::kUnimplemented},
    {RD_KAFKA_RESP_ERR_SECURITY_DISABLED, Code::kUnimplemented},
    {RD_KAFKA_RESP_ERR_TOPIC_DELETION_DISABLED, Code::kUnimplemented},
    {RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, Code::kUnimplemented},
    {RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED, Code::kUnimplemented},

    {RD_KAFKA_RESP_ERR__QUEUE_FULL, Code::kResourceExhausted},
    {RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, Code::kResourceExhausted},
    {RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED, Code::kResourceExhausted},

    {RD_KAFKA_RESP_ERR__TRANSPORT, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR__RESOLVE, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR__WAIT_COORD, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR__WAIT_CACHE, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR__IN_PROGRESS, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR__PREV_IN_PROGRESS, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR__OUTDATED, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR__RETRY, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR__UNKNOWN_BROKER, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR__ISR_INSUFF, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR__INVALID_DIFFERENT_RECORD, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR_NOT_COORDINATOR, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR_NOT_CONTROLLER, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR_REASSIGNMENT_IN_PROGRESS, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR_PREFERRED_LEADER_NOT_AVAILABLE, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT, Code::kUnavailable},
    {RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE, Code::kUnavailable},

    {RD_KAFKA_RESP_ERR__TIMED_OUT, Code::kDeadlineExceeded},
    {RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, Code::kDeadlineExceeded},
    {RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, Code::kDeadlineExceeded},
    {RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, Code::kDeadlineExceeded},

    {RD_KAFKA_RESP_ERR__FENCED, Code::kFailedPrecondition},
    {RD_KAFKA_RESP_ERR_PRODUCER_FENCED, Code::kFailedPrecondition},
    {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, Code::kFailedPrecondition},
    {RD_KAFKA_RESP_ERR_TRANSACTION_COORDINATOR_FENCED,
     Code::kFailedPrecondition},
    {RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, Code::kFailedPrecondition},
    {RD_KAFKA_RESP_ERR_FENCED_MEMBER_EPOCH, Code::kFailedPrecondition},

    {RD_KAFKA_RESP_ERR__DESTROY, Code::kCancelled},
    {RD_KAFKA_RESP_ERR__PURGE_QUEUE, Code::kCancelled},
    {RD_KAFKA_RESP_ERR__PURGE_INFLIGHT, Code::kCancelled},
    {RD_KAFKA_RESP_ERR__INTR, Code::kCancelled},
};

Code CodeOf(rd_kafka_resp_err_t kafka) {
  const Row* row =
      std::find_if(std::begin(kTable), std::end(kTable),
                   [kafka](const Row& r) { return r.kafka == kafka; });
  return row == std::end(kTable) ? Code::kInternal : row->code;
}

}  // namespace

absl::Status KafkaError(rd_kafka_resp_err_t code, absl::string_view context,
                        absl::string_view detail) {
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  if (detail.empty()) detail = rd_kafka_err2str(code);
  return absl::Status(CodeOf(code),
                      ToUtf8(absl::StrCat(context, ": ", detail, " (",
                                          rd_kafka_err2name(code), ")")));
}

absl::Status KafkaError(const rd_kafka_error_t* error,
                        absl::string_view context) {
  if (error == nullptr) return absl::OkStatus();
  return KafkaError(rd_kafka_error_code(error), context,
                    rd_kafka_error_string(error));
}

rd_kafka_resp_err_t DeliveryOutcome(const rd_kafka_message_t& report) {
  const bool guessed =
      report.err == RD_KAFKA_RESP_ERR_NO_ERROR && report.offset < 0;
  return guessed ? RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE : report.err;
}

absl::Status DeliveryError(const rd_kafka_message_t& report,
                           absl::string_view context) {
  const rd_kafka_resp_err_t outcome = DeliveryOutcome(report);
  return KafkaError(
      outcome, context,
      outcome == report.err
          ? ""
          : "the broker rejected it and then took a later one; send it again");
}

}  // namespace mirror::internal
