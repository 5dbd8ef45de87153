// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/index_contradiction.h"

#include "mirror/model/position.h"

namespace mirror::internal {

bool IndexContradicts(const OffsetSyncStore& index,
                      const TopicPartition& source, UpstreamOffset u,
                      DownstreamOffset d) {
  const Translation position = index.Translate(source, u);
  if (position.known() && d <= position.offset) return false;
  if (position.exact()) return true;
  const BackTranslation back = index.TranslateBack(source, d);
  return back.known() && back.offset > u;
}

}  // namespace mirror::internal
