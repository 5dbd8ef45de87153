// SPDX-License-Identifier: Apache-2.0
//
// The TLS and SASL half of java_client_settings.h: Java spreads what librdkafka
// wants over several settings (a store, its type, its password; a JAAS text),
// so these are translated together.

#ifndef MIRROR_JAVA_JAVA_SECURITY_SETTINGS_H_
#define MIRROR_JAVA_JAVA_SECURITY_SETTINGS_H_

#include <string>
#include <vector>

#include "mirror/java/config_sources.h"
#include "mirror/java/config_value.h"

namespace mirror::internal {

// What `security.protocol` asks for. Java ignores the settings of what is not
// in use, and so does the translation.
struct SecurityUse {
  bool tls = false;
  bool sasl = false;
};

SecurityUse SecurityInUse(const SettingMap& java);

// Adds the librdkafka settings for stores, keys and credentials. Stores that
// librdkafka cannot read are read here, through `sources`, and become PEM
// texts. Returns a message for each mistake, with what to do instead: other
// kinds of store, Java callback classes, unknown login modules.
std::vector<std::string> TranslateSecuritySettings(const SettingMap& java,
                                                   const ConfigSources& sources,
                                                   SettingMap* librdkafka);

}  // namespace mirror::internal

#endif  // MIRROR_JAVA_JAVA_SECURITY_SETTINGS_H_
