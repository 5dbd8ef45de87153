// SPDX-License-Identifier: Apache-2.0
//
// One Kafka record as values that outlive any client buffer. The data path
// moves batches (mirror/cluster); a Record appears only where a RecordTransform
// or a test asks for single ones.

#ifndef MIRROR_MODEL_RECORD_H_
#define MIRROR_MODEL_RECORD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mirror/model/offset.h"

namespace mirror {

// A record header. Null (no value) and empty are different, as in Kafka.
struct Header {
  std::string key;
  std::optional<std::string> value;

  friend bool operator==(const Header& a, const Header& b) {
    return a.key == b.key && a.value == b.value;
  }
};

// A record of a source partition. Null and empty stay distinct for key, value
// and header values; headers keep their order and duplicates. Not thread-safe.
struct Record {
  // Where the record stands in the source partition. Changing it has no effect.
  UpstreamOffset offset;
  // Milliseconds since the epoch; CreateTime or LogAppendTime alike. Negative:
  // the source has none.
  int64_t timestamp_ms = -1;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<Header> headers;

  friend bool operator==(const Record& a, const Record& b) {
    return a.offset == b.offset && a.timestamp_ms == b.timestamp_ms &&
           a.key == b.key && a.value == b.value && a.headers == b.headers;
  }
};

}  // namespace mirror

#endif  // MIRROR_MODEL_RECORD_H_
