// SPDX-License-Identifier: Apache-2.0
//
// A batch through a flow's RecordTransforms: what they keep, as a batch again.

#ifndef MIRROR_TRANSFORM_TRANSFORM_BATCH_H_
#define MIRROR_TRANSFORM_TRANSFORM_BATCH_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/model/offset.h"
#include "mirror/transform/record_transform.h"

namespace mirror::internal {

struct TransformedBatch {
  // Null: nothing was kept.
  std::unique_ptr<RecordBatch> kept;
  int64_t dropped = 0;
  // The last offset that was judged.
  UpstreamOffset through;
  // Why the record after that could not be. Unimplemented of
  // RecordBatch::Shows() if `hidden`: no transform has seen it.
  absl::Status failure;
  bool hidden = false;
};

TransformedBatch TransformBatch(
    const RecordBatch& batch,
    absl::Span<const std::shared_ptr<const RecordTransform>> transforms);

}  // namespace mirror::internal

#endif  // MIRROR_TRANSFORM_TRANSFORM_BATCH_H_
