// SPDX-License-Identifier: Apache-2.0
//
// Text of others (names of topics and groups, what brokers say) in HTML and in
// URLs.
//
//   absl::StrAppend(&page, "<a href=\"?q=", UrlText(topic), "\">",
//                   HtmlText(topic), "</a>");

#ifndef MIRROR_HTTP_HTML_H_
#define MIRROR_HTTP_HTML_H_

#include <string>

#include "absl/strings/string_view.h"

namespace mirror::internal {

// For contents of elements and quoted attributes: no markup, valid UTF-8,
// printable, and cut after 2,000 bytes.
std::string HtmlText(absl::string_view text);

// For a value in a query: any bytes, of which only letters, digits and -._~
// are as they were.
std::string UrlText(absl::string_view text);

}  // namespace mirror::internal

#endif  // MIRROR_HTTP_HTML_H_
