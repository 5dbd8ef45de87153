// SPDX-License-Identifier: Apache-2.0
//
// How long the newest run of a partition was when its progress was committed.
// It stands in a header of the progress record, so that the index topic need
// not be written again each time the run has only grown. Bytes:
// docs/formats/connect-source-offsets.md. MM2 has nothing of the kind, and
// ignores the header.
//
//   record.headers.push_back({kOwnHeader, growth.Encode()});

#ifndef MIRROR_SYNC_RUN_GROWTH_H_
#define MIRROR_SYNC_RUN_GROWTH_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mirror/model/offset.h"

namespace mirror::internal {

// A value type. It says nothing without the run, which the index topic has.
struct RunGrowth {
  // Of the partition in the index.
  uint32_t generation = 0;
  // Where the run starts.
  UpstreamOffset upstream;
  DownstreamOffset downstream;
  int64_t length = 0;

  // InvalidArgument if the bytes are none; Unimplemented if a newer version of
  // this library wrote them.
  static absl::StatusOr<RunGrowth> Decode(absl::string_view bytes);
  std::string Encode() const;

  friend bool operator==(const RunGrowth& a, const RunGrowth& b) {
    return a.generation == b.generation && a.upstream == b.upstream &&
           a.downstream == b.downstream && a.length == b.length;
  }
};

}  // namespace mirror::internal

#endif  // MIRROR_SYNC_RUN_GROWTH_H_
