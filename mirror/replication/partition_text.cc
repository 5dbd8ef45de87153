// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/partition_text.h"

#include "absl/strings/str_cat.h"
#include "mirror/cluster/errors.h"
#include "mirror/replication/partition_problem.h"

namespace mirror::internal {

EngineEvent::Kind EventKindOf(SkipReason reason) {
  switch (reason) {
    case SkipReason::kSourceTruncated:
      return EngineEvent::Kind::kSourceTruncated;
    case SkipReason::kSourceRecreated:
      return EngineEvent::Kind::kSourceRecreated;
    case SkipReason::kRefused:
    case SkipReason::kDeadLettered:
      return EngineEvent::Kind::kRecordSkipped;
    case SkipReason::kTargetLost:
      return EngineEvent::Kind::kTargetChanged;
    case SkipReason::kSourceLost:
    case SkipReason::kBeforeStart:
      break;
  }
  return EngineEvent::Kind::kSourceGap;
}

std::string PartitionText::ReadFailed(UpstreamOffset at,
                                      const absl::Status& status) const {
  const absl::Status named =
      WithGrant(status, absl::StrCat("READ on topic ", plan_->source.topic));
  return absl::StrCat("reading at offset ", at.value(), " from cluster ",
                      options_->source_alias, ": ", named.message());
}

std::string PartitionText::TransformFailed(UpstreamOffset at,
                                           const absl::Status& status) const {
  return absl::StrCat("a RecordTransform failed at offset ", at.value(), ": ",
                      status.ToString());
}

std::string PartitionText::Unrepresentable(UpstreamOffset at,
                                           const absl::Status& why) const {
  return absl::StrCat(
      "the record at offset ", at.value(), " of ", plan_->source.ToString(),
      " on cluster ", options_->source_alias,
      " cannot be shown to the flow's transforms: ", why.message());
}

std::string PartitionText::WriteFailed(const Ack& ack,
                                       PartitionProblem problem) const {
  const UpstreamOffset last = ack.first + (ack.count - 1);
  return absl::StrCat("records from offset ", ack.first.value(), " to ",
                      last.value(), " were not written to ",
                      plan_->target.ToString(), " on cluster ",
                      options_->target_alias, ": ", ack.status.message(),
                      TargetRemedy(problem, ack.status, options_->target_alias,
                                   plan_->target.topic));
}

std::string PartitionText::Rejected(UpstreamOffset at,
                                    const absl::Status& status,
                                    const std::string& limit) const {
  return absl::StrCat("the record at offset ", at.value(), " of ",
                      plan_->source.ToString(), " was rejected by ",
                      plan_->target.ToString(), " on cluster ",
                      options_->target_alias, ": ", status.message(),
                      limit.empty() ? "" : "; ", limit);
}

std::string PartitionText::WaitsForRejected(const std::string& rejected,
                                            const absl::Status& status) const {
  return absl::StrCat(
      rejected, TargetRemedy(PROBLEM_RECORD_REFUSED, status,
                             options_->target_alias, plan_->target.topic));
}

std::string PartitionText::NotDeadLettered(const std::string& rejected,
                                           const absl::Status& status) const {
  const std::string& topic = options_->delivery.dead_letter_topic;
  const absl::Status named =
      WithGrant(status, absl::StrCat("WRITE on topic ", topic));
  return absl::StrCat(rejected,
                      "; nor was it written to the dead-letter topic ", topic,
                      ": ", named.message());
}

std::string PartitionText::TimestampAdjusted(const Ack& ack) const {
  return absl::StrCat(
      "among the records at offsets ", ack.first.value(), " to ",
      (ack.first + (ack.count - 1)).value(), " are ", ack.retimed,
      " with timestamp 0 (1970-01-01), which librdkafka cannot write; in ",
      plan_->target.ToString(), " on cluster ", options_->target_alias,
      " they have 1, a millisecond later, as all others of the partition will; "
      "records_retimed counts them");
}

std::string PartitionText::Silent(absl::Time since) const {
  return absl::StrCat(
      "no acknowledgement from cluster ", options_->target_alias, " for ",
      plan_->target.ToString(), " since ",
      absl::FormatTime(since, absl::UTCTimeZone()),
      "; continues once the partition has a leader and as many replicas in "
      "sync as min.insync.replicas says");
}

std::string PartitionText::NotReadBack(const absl::Status& status) const {
  return absl::StrCat(
      "what was copied after the last commit is copied again, as ",
      plan_->target.ToString(), " on cluster ", options_->target_alias,
      " was not read: ",
      WithGrant(status, absl::StrCat("READ on topic ", plan_->target.topic))
          .message());
}

std::string PartitionText::SourceRecreated() const {
  return absl::StrCat("topic ", plan_->source.topic,
                      " was deleted and created again on cluster ",
                      options_->source_alias);
}

}  // namespace mirror::internal
