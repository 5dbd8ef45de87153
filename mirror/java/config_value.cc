// SPDX-License-Identifier: Apache-2.0

#include "mirror/java/config_value.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace mirror::internal {

ConfigValue ConfigValue::Default(absl::string_view property,
                                 absl::string_view value) {
  ConfigValue result;
  result.text = std::string(value);
  result.shown = result.text;
  result.property = std::string(property);
  return result;
}

ConfigValue ConfigValue::WithText(absl::string_view new_text) const {
  ConfigValue result = *this;
  const bool may_show = shown == text;
  result.text = std::string(new_text);
  if (may_show) result.shown = result.text;
  return result;
}

std::string ConfigValue::Where() const {
  if (line == 0) return property;
  return absl::StrCat(file, ":", line, ": ", PrintableName(property));
}

std::string ConfigValue::Message(absl::string_view reason) const {
  return absl::StrCat(Where(), " = ", shown, ": ", reason);
}

std::string PrintableName(absl::string_view property) {
  if (property.empty()) return "(no name)";
  for (const char c : property) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) &&
        !absl::StrContains("._->", c)) {
      return "(not the name of a property)";
    }
  }
  return std::string(property);
}

bool IsSecret(absl::string_view property) {
  const std::string name = absl::AsciiStrToLower(property);
  for (const absl::string_view part :
       {"password", "passwd", "passphrase", "secret", "credential", "jaas",
        "private", "apikey", "api.key", "user.info", "oauthbearer.config",
        "oauthbearer.extensions"}) {
    if (absl::StrContains(name, part)) return true;
  }
  for (const absl::string_view end :
       {"token", "ssl.keystore.key", "ssl.key.pem",
        "ssl.keystore.certificate.chain", "ssl.certificate.pem"}) {
    if (absl::EndsWith(name, end)) return true;
  }
  return false;
}

}  // namespace mirror::internal
