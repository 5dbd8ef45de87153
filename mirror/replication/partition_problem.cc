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
      return absl::StrCat("; raise max.message.bytes of topic ", topic,
                          " on cluster ", alias,
                          " or leave the record out with a RecordTransform");
    case PROBLEM_TARGET_TOPIC_MISSING:
      return "; it is created again at the next topic refresh";
    case PROBLEM_NOT_AUTHORIZED:
      return absl::StrCat("; allow WRITE on topic ", topic, " of cluster ",
                          alias);
    default:
      return "";
  }
}

}  // namespace mirror
