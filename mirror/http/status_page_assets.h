// SPDX-License-Identifier: Apache-2.0
//
// Style and script of the status page, and what a browser may do with it.

#ifndef MIRROR_HTTP_STATUS_PAGE_ASSETS_H_
#define MIRROR_HTTP_STATUS_PAGE_ASSETS_H_

namespace mirror::internal {

// What the page loads, by these names beside it.
constexpr char kStatusPageStylePath[] = "/status_page.css";
constexpr char kStatusPageScriptPath[] = "/status_page.js";
extern const char kStatusPageStyle[];
extern const char kStatusPageScript[];

// Content-Security-Policy of the page: nothing else is loaded or run, and no
// other page shows it in a frame.
extern const char kStatusPagePolicy[];

}  // namespace mirror::internal

#endif  // MIRROR_HTTP_STATUS_PAGE_ASSETS_H_
