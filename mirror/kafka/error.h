// SPDX-License-Identifier: Apache-2.0
//
// Kafka's and librdkafka's error codes as absl::Status, in this one function.
// Whether an error may go away by itself is then a question about the Status.
//
//   return KafkaError(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
//                     "cluster backup: topic orders");
//   // PERMISSION_DENIED: cluster backup: topic orders: Broker: Topic
//   // authorization failed (TOPIC_AUTHORIZATION_FAILED)

#ifndef MIRROR_KAFKA_ERROR_H_
#define MIRROR_KAFKA_ERROR_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "mirror/kafka/handles.h"

namespace mirror::internal {

// What the codes mean to a mirror:
//   kNotFound            the topic, partition, group or resource is missing
//   kOutOfRange          the position is not in the log (any more)
//   kDataLoss            the batch is corrupt
//   kInvalidArgument     this record or request is refused and always will be
//   kAlreadyExists       the topic is there already
//   kPermissionDenied    an ACL refuses
//   kUnauthenticated     the credentials are wrong
//   kFailedPrecondition  the group is in use, a policy of the cluster refuses,
//                        or another instance took over (fenced)
//   kUnimplemented       the cluster cannot do this
//   kResourceExhausted   a queue or a quota is full, or the process may have no
//                        more threads; later it may not be
//   kUnavailable         no connection or no leader; later there may be
//   kDeadlineExceeded    no answer in time
//   kCancelled           the client is being closed
//   kInternal            anything else
// `detail` replaces librdkafka's text for the code where it has a better one.
// The message is valid UTF-8, whatever the texts hold. NO_ERROR is OkStatus().
absl::Status KafkaError(rd_kafka_resp_err_t code, absl::string_view context,
                        absl::string_view detail = {});

// The same for an error object; null is OkStatus().
absl::Status KafkaError(const rd_kafka_error_t* error,
                        absl::string_view context);

// The error code of a delivery report, and for a success without an offset
// _GAPLESS_GUARANTEE (kUnavailable): librdkafka takes a refused record for
// written when the broker takes a later one. In the middle of a log that proves
// that it was; but a broker that does not know the producer yet, as the
// partition is new or its leader has moved, takes any first batch.
rd_kafka_resp_err_t DeliveryOutcome(const rd_kafka_message_t& report);

// The same as a Status, with the text for the code. The broker's own sentence
// cannot be had: librdkafka (2.15.0, too) frees what
// rd_kafka_message_produce_errstr() returns when it queues the report, and
// rd_kafka_message_errstr() returns the record's value.
absl::Status DeliveryError(const rd_kafka_message_t& report,
                           absl::string_view context);

}  // namespace mirror::internal

#endif  // MIRROR_KAFKA_ERROR_H_
