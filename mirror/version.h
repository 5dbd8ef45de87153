// SPDX-License-Identifier: Apache-2.0

#ifndef MIRROR_VERSION_H_
#define MIRROR_VERSION_H_

namespace mirror::internal {

// "0" as first number: the API may still change.
inline constexpr char kVersion[] = "0.1.0";

}  // namespace mirror::internal

#endif  // MIRROR_VERSION_H_
