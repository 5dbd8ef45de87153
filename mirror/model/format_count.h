// SPDX-License-Identifier: Apache-2.0
//
// Numbers as people read them.

#ifndef MIRROR_MODEL_FORMAT_COUNT_H_
#define MIRROR_MODEL_FORMAT_COUNT_H_

#include <cstdint>
#include <string>

namespace mirror::internal {

std::string FormatCount(int64_t count);  // "1,234,567"

}  // namespace mirror::internal

#endif  // MIRROR_MODEL_FORMAT_COUNT_H_
