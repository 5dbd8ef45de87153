// SPDX-License-Identifier: Apache-2.0

#include "mirror/http/html.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "mirror/model/utf8.h"

namespace mirror::internal {
namespace {

constexpr size_t kMaxBytes = 2000;

}  // namespace

std::string HtmlText(absl::string_view text) {
  std::string printable;
  if (text.size() <= kMaxBytes) {
    printable = ToPrintable(text);
  } else {
    // Not within a character.
    size_t end = kMaxBytes;
    while (end > kMaxBytes - 4 && (text[end] & 0xC0) == 0x80) --end;
    printable = ToPrintable(text.substr(0, end)) + "...";
  }
  return absl::StrReplaceAll(printable, {{"&", "&amp;"},
                                         {"<", "&lt;"},
                                         {">", "&gt;"},
                                         {"\"", "&quot;"},
                                         {"'", "&#39;"}});
}

std::string UrlText(absl::string_view text) {
  std::string url;
  for (const char byte : text) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(byte)) || byte == '-' ||
        byte == '.' || byte == '_' || byte == '~') {
      url.push_back(byte);
    } else {
      absl::StrAppendFormat(&url, "%%%02X", static_cast<unsigned char>(byte));
    }
  }
  return url;
}

}  // namespace mirror::internal
