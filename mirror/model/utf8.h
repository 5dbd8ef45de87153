// SPDX-License-Identifier: Apache-2.0
//
// Text of others (brokers, client libraries, hosts' transforms) may hold any
// bytes. Log lines, status, JSON and headers take UTF-8 only.
//
//   reason_ = ToUtf8(broker_says);

#ifndef MIRROR_MODEL_UTF8_H_
#define MIRROR_MODEL_UTF8_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace mirror::internal {

// Length of the well-formed sequence at the front of `text`, which must not be
// empty; 0 if there is none. Overlong forms and surrogates count as malformed.
size_t Utf8SequenceLength(absl::string_view text);

bool IsUtf8(absl::string_view text);

// `text` with every byte that belongs to no well-formed sequence as "\xNN".
std::string ToUtf8(absl::string_view text);

// The same for what a terminal or a page shows: control characters, and those
// that change the direction of text, are "\u{N}", too.
std::string ToPrintable(absl::string_view text);

}  // namespace mirror::internal

#endif  // MIRROR_MODEL_UTF8_H_
