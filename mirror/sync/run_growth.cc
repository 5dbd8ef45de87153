// SPDX-License-Identifier: Apache-2.0

#include "mirror/sync/run_growth.h"

#include <utility>

#include "mirror/model/wire.h"

namespace mirror::internal {

absl::StatusOr<RunGrowth> RunGrowth::Decode(absl::string_view bytes) {
  internal::WireReader reader("index run", bytes);
  int32_t generation;
  int64_t upstream;
  int64_t downstream;
  int64_t length;
  if (!reader.ReadVersion0() || !reader.ReadInt32(&generation) ||
      !reader.ReadOffset(&upstream) || !reader.ReadOffset(&downstream) ||
      !reader.ReadOffset(&length)) {
    return reader.status();
  }
  return RunGrowth{static_cast<uint32_t>(generation), UpstreamOffset(upstream),
                   DownstreamOffset(downstream), length};
}

std::string RunGrowth::Encode() const {
  internal::WireWriter writer;
  writer.PutInt16(0);
  writer.PutInt32(static_cast<int32_t>(generation));
  writer.PutInt64(upstream.value());
  writer.PutInt64(downstream.value());
  writer.PutInt64(length);
  return *std::move(writer).Finish();  // no string in it that could be too long
}

}  // namespace mirror::internal
