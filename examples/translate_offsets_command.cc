// SPDX-License-Identifier: Apache-2.0

#include "examples/translate_offsets_command.h"

#include <map>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace mirror::internal {
namespace {

const char* NameOf(Exactness exactness) {
  switch (exactness) {
    case Exactness::kUnknown:
      return "unknown";
    case Exactness::kLowerBound:
      return "lower-bound";
    case Exactness::kExact:
      return "exact";
  }
  return "";
}

const char* NameOf(GroupPosition::Origin origin) {
  switch (origin) {
    case GroupPosition::Origin::kNone:
      return "none";
    case GroupPosition::Origin::kIndex:
      return "index";
    case GroupPosition::Origin::kCheckpoint:
      return "checkpoint";
  }
  return "";
}

absl::StatusOr<GroupPositions> Translate(
    MirrorClient* client, const TranslateOffsetsCommand& command) {
  if (!command.topic_partition.has_value()) {
    return client->TranslateOffsets(command.source, command.group,
                                    command.timeout);
  }
  const TopicPartition& source = *command.topic_partition;
  const UpstreamOffset offset(command.offset);
  const auto answer =
      client->TranslateOffset(command.source, source, offset, command.timeout);
  if (!answer.ok()) return answer.status();
  GroupPosition position;
  position.offset = answer->offset;
  position.exactness = answer->exactness;
  position.origin = GroupPosition::Origin::kIndex;
  position.upstream = offset;
  position.skipped = answer->skipped;
  const TopicPartition target{
      client->policy().FormatRemoteTopic(command.source, source.topic),
      source.partition};
  return GroupPositions{{target, position}};
}

void PrintText(const GroupPositions& positions, std::ostream& out) {
  for (const auto& [target, position] : positions) {
    out << target.topic << " " << target.partition << " " << position.offset
        << " " << NameOf(position.exactness) << "\n";
  }
}

nlohmann::json SkippedJson(const std::vector<SkippedRange>& ranges) {
  nlohmann::json entries = nlohmann::json::array();
  for (const SkippedRange& range : ranges) {
    entries.push_back({{"first_offset", range.first.value()},
                       {"end_offset", range.end.value()},
                       {"records", range.records},
                       {"reason", std::string(ToString(range.reason))},
                       {"time_ms", absl::ToUnixMillis(range.time)},
                       {"detail", range.detail}});
  }
  return entries;
}

// An exact position does not bring back what was never copied.
void WarnOfSkipped(const GroupPositions& positions, std::ostream& notes) {
  for (const auto& [target, position] : positions) {
    for (const SkippedRange& range : position.skipped) {
      notes << "warning: " << target
            << ": source records that are not there: " << range << "\n";
    }
  }
}

void PrintJson(const GroupPositions& positions, std::ostream& out) {
  nlohmann::json entries = nlohmann::json::array();
  for (const auto& [target, position] : positions) {
    entries.push_back({{"topic", target.topic},
                       {"partition", target.partition},
                       {"offset", position.offset.value()},
                       {"exactness", NameOf(position.exactness)},
                       {"origin", NameOf(position.origin)},
                       {"source_offset", position.upstream.value()},
                       {"skipped", SkippedJson(position.skipped)}});
  }
  out << entries.dump(2) << "\n";
}

absl::Status Apply(MirrorClient* client, const TranslateOffsetsCommand& command,
                   const GroupPositions& positions, std::ostream& notes) {
  const auto results =
      client->CommitOffsets(command.group, positions, command.timeout);
  if (!results.ok()) return results.status();
  bool all = true;
  for (const auto& [target, result] : *results) {
    if (result.ok()) {
      notes << target << ": committed " << positions.at(target).offset << "\n";
    } else {
      notes << result.message() << "\n";
    }
    all &= result.ok() || absl::IsAlreadyExists(result);
  }
  if (all) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("group ", command.group,
                   ": not all positions could be committed; see above"));
}

}  // namespace

absl::Status RunTranslateOffsets(MirrorClient* client,
                                 const TranslateOffsetsCommand& command,
                                 std::ostream& out, std::ostream& notes) {
  const auto positions = Translate(client, command);
  if (!positions.ok()) return positions.status();
  if (command.format == TranslateOffsetsCommand::Format::kJson) {
    PrintJson(*positions, out);
  } else {
    PrintText(*positions, out);
  }
  WarnOfSkipped(*positions, notes);
  if (command.apply) return Apply(client, command, *positions, notes);
  for (const auto& [target, position] : *positions) {
    if (position.known()) continue;
    return absl::NotFoundError(absl::StrCat(
        target.ToString(),
        ": no safe position is known: the topic was recreated or truncated; to "
        "skip nothing, start at its beginning"));
  }
  return absl::OkStatus();
}

absl::StatusOr<TopicPartition> ParseTopicColonPartition(
    absl::string_view text) {
  const size_t colon = text.rfind(':');
  TopicPartition result;
  if (colon == text.npos || colon == 0 ||
      !absl::SimpleAtoi(text.substr(colon + 1), &result.partition) ||
      result.partition < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("--topic-partition ", text, ": must be TOPIC:PARTITION"));
  }
  result.topic = std::string(text.substr(0, colon));
  return result;
}

}  // namespace mirror::internal
