// SPDX-License-Identifier: Apache-2.0
//
// The record that goes to the dead-letter topic in the place of one that the
// target refuses: as it is, with headers that say where it came from and why it
// is here, named as Connect's dead-letter queue names them (KIP-298).

#ifndef MIRROR_REPLICATION_DEAD_LETTER_H_
#define MIRROR_REPLICATION_DEAD_LETTER_H_

#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "mirror/model/record.h"
#include "mirror/model/topic_partition.h"

namespace mirror::internal {

// mm2-dead-letters.S.internal, on the target.
std::string DeadLetterTopic(absl::string_view source_alias);

// As large as a broker takes any request.
std::map<std::string, std::string> DeadLetterTopicConfigs();

// Its timestamp is `now` (calendar time), for the record's own may be what was
// rejected; that is in a header, too.
Record ToDeadLetter(Record record, const TopicPartition& source,
                    const std::string& reason, absl::Time now);

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_DEAD_LETTER_H_
