// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <vector>

#include "mirror/config/mirror_maker_config.h"
#include "tests/fuzz/fuzz_input.h"

namespace {

constexpr char kSecret[] = "Tr0ub4dor&3";

// A file that has secrets wherever a file may have them, before what is fuzzed.
std::string WithSecrets(const std::string& text) {
  const std::string secret = kSecret;
  return "sasl.jaas.config=org.apache.kafka.common.security.plain."
         "PlainLoginModule required username=\"u\" password=\"" +
         secret + "\";\nssl.key.password=" + secret +
         "\nA.ssl.keystore.password=" + secret +
         "\nA->B.consumer.ssl.truststore.password=" + secret + "\n" + text;
}

void CheckHidden(const std::string& text) {
  FUZZ_CHECK(text.find(kSecret) == std::string::npos);
}

}  // namespace

// Input: an mm2.properties file. It is refused with reasons or gives flows, and
// no message, note or print-out shows a secret.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text = mirror::FuzzInput(data, size).TakeRest();
  if (text.find(kSecret) != std::string::npos) return 0;

  mirror::ConfigSources sources;
  sources.read_file = [](const std::string&) { return "key=value\n"; };
  sources.get_env = [](const std::string& name) { return name; };
  const auto config = mirror::MirrorMakerConfig::Parse(
      WithSecrets(text), "mm2.properties", sources);
  if (!config.ok()) {
    FUZZ_CHECK(!config.status().message().empty());
    CheckHidden(std::string(config.status().message()));
    return 0;
  }
  for (const std::string& warning : config->warnings()) CheckHidden(warning);
  for (const std::string& note : config->notes()) CheckHidden(note);
  CheckHidden(config->printed());
  return 0;
}
