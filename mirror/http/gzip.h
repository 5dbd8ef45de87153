// SPDX-License-Identifier: Apache-2.0
//
// Content-Encoding: gzip.

#ifndef MIRROR_HTTP_GZIP_H_
#define MIRROR_HTTP_GZIP_H_

#include <string>

#include "absl/strings/string_view.h"

namespace mirror::internal {

// Fast rather than small: names in metrics repeat, and shrink anyway. Empty if
// there is no memory.
std::string Gzip(absl::string_view text);

}  // namespace mirror::internal

#endif  // MIRROR_HTTP_GZIP_H_
