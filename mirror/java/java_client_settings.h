// SPDX-License-Identifier: Apache-2.0
//
// Settings of Kafka's Java clients, translated to librdkafka's. One table says
// for each what it becomes: the same, another name, another form, nothing
// (accepted, noted once), or an error that says what to write instead.
//
//   auto translated = TranslateJavaClientSettings(
//       JavaClient::kProducer, java, ConfigSources::System());
//   translated->librdkafka["queue.buffering.max.kbytes"].text
//
// A name `librdkafka.NAME` passes NAME through and beats what was translated:
// A.consumer.librdkafka.queued.min.messages=10000.

#ifndef MIRROR_JAVA_JAVA_CLIENT_SETTINGS_H_
#define MIRROR_JAVA_JAVA_CLIENT_SETTINGS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "mirror/java/config_sources.h"
#include "mirror/java/config_value.h"

namespace mirror::internal {

enum class JavaClient : unsigned { kConsumer = 1, kProducer = 2, kAdmin = 4 };

enum class Translation {
  kSame,      // same name and value
  kNumber,    // a number, brought into librdkafka's range
  kBoolean,   // true or false
  kChoice,    // one of `choices`, in lower case
  kBytes,     // bytes to kilobytes, rounded up
  kSecurity,  // TLS and SASL: several settings are read together
  kIgnored,   // no meaning here
  kOwned,     // the mirror sets it itself, whatever is written
  kRefused,   // an error
};

struct JavaSettingSpec {
  absl::string_view name;  // ends in ".*" for a family
  Translation translation = Translation::kSame;
  unsigned roles = 7;            // JavaClient bits
  absl::string_view librdkafka;  // its name there, where there is one
  int64_t min = 0;
  int64_t max = 0;
  std::vector<absl::string_view> choices;
  absl::string_view meaning;  // why ignored, what instead, what to know

  // Whether the row stands for all names that begin with its own.
  bool IsFamily() const {
    return name.size() > 2 && name.substr(name.size() - 2) == ".*";
  }
  bool HasEffect() const {
    return translation != Translation::kIgnored &&
           translation != Translation::kOwned &&
           translation != Translation::kRefused;
  }
};

// All rows, in the order of the documentation.
const std::vector<JavaSettingSpec>& AllJavaSettings();

// The row for `name`, or null.
const JavaSettingSpec* FindJavaSetting(absl::string_view name);

struct TranslatedSettings {
  SettingMap librdkafka;
  std::vector<std::string> errors;    // cannot be translated, and what to do
  std::vector<std::string> warnings;  // not known, or brought into range
  std::vector<std::string> notes;     // without meaning here
};

// Every message names file, line and property, and no secret. Values that are
// `unknown` are skipped. Key stores and trust stores that librdkafka cannot
// read are read through `sources`.
TranslatedSettings TranslateJavaClientSettings(JavaClient role,
                                               const SettingMap& java,
                                               const ConfigSources& sources);

}  // namespace mirror::internal

#endif  // MIRROR_JAVA_JAVA_CLIENT_SETTINGS_H_
