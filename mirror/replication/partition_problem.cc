// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/partition_problem.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace mirror::internal {

namespace {

// By the code's name, which is in every message of the adapter.
absl::string_view RejectionRemedy(const absl::Status& status) {
  constexpr absl::string_view kSize =
      "; if it was compressed at the source, set the producer's "
      "compression.type, else raise max.message.bytes";
  constexpr absl::string_view kTime =
      "; its time is too far away: raise message.timestamp.after.max.ms or "
      "message.timestamp.before.max.ms";
  constexpr absl::string_view kInvalid =
      "; if it has no key, which no compacted topic takes, write it with one "
      "or "
      "remove compact from cleanup.policy";
  constexpr absl::string_view kAny =
      "; if it is too large, raise max.message.bytes, and if its time is too "
      "far away, message.timestamp.after.max.ms or "
      "message.timestamp.before.max.ms";
  for (const auto& [name, fix] : {std::pair{"TOO_LARGE", kSize},
                                  {"INVALID_TIMESTAMP", kTime},
                                  {"INVALID_RECORD", kInvalid}}) {
    if (absl::StrContains(status.message(), name)) return fix;
  }
  return kAny;
}

}  // namespace

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

std::string TargetRemedy(PartitionProblem problem, const absl::Status& status,
                         const std::string& alias, const std::string& topic) {
  switch (problem) {
    case PROBLEM_RECORD_REFUSED:
      return absl::StrCat(RejectionRemedy(status), " of topic ", topic,
                          " on cluster ", alias,
                          "; to continue without it, set on.rejected.record to "
                          "skip or dead-letter");
    case PROBLEM_TARGET_TOPIC_MISSING:
      return "; the next topic refresh creates it, or on.target.change decides";
    case PROBLEM_NOT_AUTHORIZED:
      return absl::StrCat("; allow WRITE on topic ", topic, " of cluster ",
                          alias);
    default:
      return "";
  }
}

}  // namespace mirror::internal
