// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/partition_problem.h"

#include "absl/strings/str_cat.h"

namespace mirror {

PartitionProblem SourceProblem(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kDataLoss:
      return PROBLEM_CORRUPT_BATCH;
    case absl::StatusCode::kNotFound:
      return PROBLEM_SOURCE_TOPIC_MISSING;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return PROBLEM_NOT_AUTHORIZED;
    case absl::StatusCode::kOutOfRange:
      return PROBLEM_SOURCE_GAP;
    case absl::StatusCode::kFailedPrecondition:
      return PROBLEM_SOURCE_RECREATED;
    default:
      return PROBLEM_OTHER;
  }
}

PartitionProblem TargetProblem(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return PROBLEM_RECORD_REFUSED;
    case absl::StatusCode::kNotFound:
      return PROBLEM_TARGET_TOPIC_MISSING;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return PROBLEM_NOT_AUTHORIZED;
    default:
      return PROBLEM_OTHER;
  }
}

std::string TargetRemedy(PartitionProblem problem, const std::string& alias,
                         const std::string& topic) {
  switch (problem) {
    case PROBLEM_RECORD_REFUSED:
      return absl::StrCat(
          "; if it is too large, raise max.message.bytes of "
          "topic ",
          topic, " on cluster ", alias,
          ", and if its time is too far away, message.timestamp.after.max.ms "
          "or message.timestamp.before.max.ms; to go on without it, set "
          "on.refused.record to skip or dead-letter");
    case PROBLEM_TARGET_TOPIC_MISSING:
      return "; the next topic refresh creates it, or on.target.change decides";
    case PROBLEM_NOT_AUTHORIZED:
      return absl::StrCat("; allow WRITE on topic ", topic, " of cluster ",
                          alias);
    default:
      return "";
  }
}

}  // namespace mirror
