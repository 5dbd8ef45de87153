// SPDX-License-Identifier: Apache-2.0

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "mirror/java/config_sources.h"
#include "mirror/java/config_value.h"
#include "mirror/java/jaas.h"
#include "mirror/java/java_security_settings.h"
#include "tests/fuzz/fuzz_input.h"

namespace {

using mirror::internal::ConfigValue;
using mirror::internal::SettingMap;

constexpr char kSecret[] = "Tr0ub4dor&3";

ConfigValue Written(const std::string& property, const std::string& text) {
  ConfigValue value = ConfigValue::Default(property, text);
  if (mirror::internal::IsSecret(property)) {
    value.shown = std::string(mirror::internal::kHiddenSecret);
  }
  return value;
}

// The text as the login of a client that uses everything, with a password in
// front. It is refused or translated, and the password shows nowhere.
void CheckTranslation(const std::string& text) {
  SettingMap java;
  for (const auto& [name, value] : std::map<std::string, std::string>{
           {"security.protocol", "SASL_SSL"},
           {"sasl.jaas.config",
            absl::StrCat("a.b.PlainLoginModule required password=\"", kSecret,
                         "\" ", text)},
           {"sasl.oauthbearer.token.endpoint.url", "https://idp/token"},
           {"ssl.keystore.location", "key.p12"},
           {"ssl.keystore.password", kSecret},
           {"ssl.truststore.location", "trust.jks"},
           {"ssl.truststore.password", kSecret}}) {
    java[name] = Written(name, value);
  }
  for (const bool login_only : {false, true}) {
    if (login_only) java["security.protocol"].text = "SASL_PLAINTEXT";
    mirror::ConfigSources sources;
    sources.read_file = [&text](const std::string&) { return text; };
    SettingMap librdkafka;
    for (const std::string& error : mirror::internal::TranslateSecuritySettings(
             java, sources, &librdkafka)) {
      FUZZ_CHECK(error.find(kSecret) == std::string::npos);
    }
    for (const auto& [name, value] : librdkafka) {
      FUZZ_CHECK(value.shown.find(kSecret) == std::string::npos);
    }
  }
}

}  // namespace

// Input: a sasl.jaas.config text. It names a login module or is refused, by
// itself and as part of a client's settings.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text = mirror::FuzzInput(data, size).TakeRest();
  const auto entry = mirror::internal::ParseJaas(text);
  FUZZ_CHECK(!entry.ok() || !entry->login_module.empty());
  if (text.find(kSecret) == std::string::npos) CheckTranslation(text);
  return 0;
}
