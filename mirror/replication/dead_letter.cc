// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/dead_letter.h"

#include "absl/strings/str_cat.h"
#include "mirror/model/utf8.h"

namespace mirror::internal {

std::string DeadLetterTopic(absl::string_view source_alias) {
  return absl::StrCat("mm2-dead-letters.", source_alias, ".internal");
}

std::map<std::string, std::string> DeadLetterTopicConfigs() {
  return {{"max.message.bytes", "104857600"}};
}

Record ToDeadLetter(Record record, const TopicPartition& source,
                    const std::string& reason, absl::Time now) {
  const auto add = [&record](const char* name, std::string value) {
    record.headers.push_back(
        {absl::StrCat("__connect.errors.", name), std::move(value)});
  };
  add("topic", source.topic);
  add("partition", absl::StrCat(source.partition));
  add("offset", absl::StrCat(record.offset.value()));
  add("exception.message", ToUtf8(reason));
  add("timestamp", absl::StrCat(record.timestamp_ms));
  record.timestamp_ms = absl::ToUnixMillis(now);
  return record;
}

}  // namespace mirror::internal
