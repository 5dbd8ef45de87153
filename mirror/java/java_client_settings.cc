// SPDX-License-Identifier: Apache-2.0

#include "mirror/java/java_client_settings.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/types/optional.h"
#include "mirror/java/java_security_settings.h"
#include "mirror/java/nearest_name.h"

namespace mirror::internal {
namespace {

constexpr absl::string_view kNative = "librdkafka.";

// librdkafka's settings that the mirror's correctness rests on.
constexpr absl::string_view kOwnedNatives[] = {
    "acks",
    "allow.auto.create.topics",
    "auto.offset.reset",
    "delivery.timeout.ms",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.idempotence",
    "group.id",
    "message.send.max.retries",
    "message.timeout.ms",
    "request.required.acks",
    "retries",
    "transactional.id",
};

absl::Status Invalid(const ConfigValue& value, absl::string_view reason) {
  return absl::InvalidArgumentError(value.Message(reason));
}

class Translator {
 public:
  Translator(JavaClient role, const SettingMap& java,
             const ConfigSources& sources)
      : role_(static_cast<unsigned>(role)),
        java_(java),
        sources_(sources),
        security_(SecurityInUse(java)) {}

  TranslatedSettings Run() {
    for (const auto& [name, value] : java_) {
      if (value.unknown || absl::StartsWith(name, kNative)) continue;
      NoteError(Translate(name, value));
    }
    for (std::string& error :
         TranslateSecuritySettings(java_, sources_, &result_.librdkafka)) {
      result_.errors.push_back(std::move(error));
    }
    for (const auto& [name, value] : java_) {
      if (value.unknown || !absl::StartsWith(name, kNative)) continue;
      NoteError(PassThrough(name, value));
    }
    FitPairs();
    return std::move(result_);
  }

 private:
  void NoteError(const absl::Status& status) {
    if (!status.ok()) result_.errors.emplace_back(status.message());
  }

  void Note(const ConfigValue& value, absl::string_view text) {
    result_.notes.push_back(absl::StrCat(value.Where(), ": ", text));
  }

  void Warn(const ConfigValue& value, absl::string_view text) {
    result_.warnings.push_back(absl::StrCat(value.Where(), ": ", text));
  }

  void Set(const JavaSettingSpec& spec, const ConfigValue& value,
           absl::string_view text) {
    result_.librdkafka[std::string(spec.librdkafka)] = value.WithText(text);
  }

  absl::Status Translate(const std::string& name, const ConfigValue& value) {
    if (absl::StartsWith(name, "ssl.") && !security_.tls) {
      return absl::OkStatus();
    }
    if (absl::StartsWith(name, "sasl.") && !security_.sasl) {
      return absl::OkStatus();
    }
    const JavaSettingSpec* spec = FindJavaSetting(name);
    const absl::string_view meant = spec == nullptr ? Meant(name, absl::nullopt)
                                    : spec->IsFamily()
                                        ? Meant(name, kSlipsInFamily)
                                        : absl::string_view();
    if (spec == nullptr || !meant.empty()) {
      WarnUnknown(value, meant);
      return absl::OkStatus();
    }
    if ((spec->roles & role_) == 0) {
      Note(value, "no effect: no setting of this kind of client");
      return absl::OkStatus();
    }
    return Apply(*spec, value);
  }

  absl::Status Apply(const JavaSettingSpec& spec, const ConfigValue& value) {
    const absl::string_view text = absl::StripAsciiWhitespace(value.text);
    switch (spec.translation) {
      case Translation::kSame:
        Set(spec, value, text);
        return absl::OkStatus();
      case Translation::kNumber:
      case Translation::kBytes:
        return ApplyNumber(spec, value, text);
      case Translation::kBoolean:
        if (!absl::EqualsIgnoreCase(text, "true") &&
            !absl::EqualsIgnoreCase(text, "false")) {
          return Invalid(value, "must be true or false");
        }
        Set(spec, value, absl::AsciiStrToLower(text));
        return absl::OkStatus();
      case Translation::kChoice:
        return ApplyChoice(spec, value, absl::AsciiStrToLower(text));
      case Translation::kSecurity:
        return absl::OkStatus();  // all of them together, afterwards
      case Translation::kIgnored:
      case Translation::kOwned:
        Note(value, absl::StrCat("no effect: ", spec.meaning));
        return absl::OkStatus();
      case Translation::kRefused:
        return Invalid(value, spec.meaning);
    }
    return absl::OkStatus();
  }

  absl::Status ApplyNumber(const JavaSettingSpec& spec,
                           const ConfigValue& value, absl::string_view text) {
    int64_t number = 0;
    if (!absl::SimpleAtoi(text, &number) || number < -1) {
      return Invalid(value, "must be a whole number");
    }
    if (spec.translation == Translation::kBytes) {
      const int64_t kilobytes = number / 1024 + (number % 1024 > 0 ? 1 : 0);
      Set(spec, value,
          absl::StrCat(std::clamp<int64_t>(kilobytes, 1, 2147483647)));
      return absl::OkStatus();
    }
    const int64_t fitted = std::clamp(number, spec.min, spec.max);
    if (fitted != number && number != -1) {
      Warn(value,
           absl::StrCat("clamped to ", fitted, ", since ", spec.librdkafka,
                        " allows ", spec.min, " to ", spec.max));
    }
    Set(spec, value, absl::StrCat(fitted));
    return absl::OkStatus();
  }

  absl::Status ApplyChoice(const JavaSettingSpec& spec,
                           const ConfigValue& value, const std::string& text) {
    if (std::find(spec.choices.begin(), spec.choices.end(), text) ==
        spec.choices.end()) {
      return Invalid(value, absl::StrCat("must be one of: ",
                                         absl::StrJoin(spec.choices, ", ")));
    }
    // Says where to begin, which is the mirror's business, not the client's.
    if (spec.name != "auto.offset.reset") Set(spec, value, text);
    return absl::OkStatus();
  }

  // The setting that was probably meant by `name`, or nothing. One without
  // effect is no suggestion.
  static absl::string_view Meant(absl::string_view name,
                                 absl::optional<size_t> slips) {
    std::vector<absl::string_view> names;
    for (const JavaSettingSpec& spec : AllJavaSettings()) {
      if (!spec.IsFamily()) names.push_back(spec.name);
    }
    const JavaSettingSpec* meant =
        FindJavaSetting(NearestName(name, names, slips));
    return meant != nullptr && meant->HasEffect() ? meant->name
                                                  : absl::string_view();
  }

  void WarnUnknown(const ConfigValue& value, absl::string_view meant) {
    constexpr absl::string_view kUnknown =
        "no effect: unknown setting of Kafka's clients";
    Warn(value, meant.empty()
                    ? absl::StrCat(kUnknown,
                                   "; a setting of librdkafka is written "
                                   "librdkafka.NAME")
                    : absl::StrCat(kUnknown, "; did you mean ", meant, "?"));
  }

  absl::Status PassThrough(absl::string_view name, const ConfigValue& value) {
    absl::ConsumePrefix(&name, kNative);
    for (const absl::string_view owned : kOwnedNatives) {
      if (name == owned) {
        return Invalid(value, "the mirror sets this itself: remove it");
      }
    }
    result_.librdkafka[std::string(name)] = value;
    return absl::OkStatus();
  }

  // Pairs that Java accepts and librdkafka rejects.
  void FitPairs() {
    // Where it is not written it is 1000; see mirror/kafka/client_config.cc.
    const int64_t written = Number("reconnect.backoff.max.ms");
    const int64_t most = written < 0 ? 1000 : written;
    if (Number("reconnect.backoff.ms") > most) {
      CopyValue("reconnect.backoff.ms", "reconnect.backoff.max.ms");
    }
    if (Number("socket.timeout.ms") > Number("transaction.timeout.ms") &&
        Number("transaction.timeout.ms") > 0) {
      CopyValue("transaction.timeout.ms", "socket.timeout.ms");
    }
  }

  void CopyValue(const std::string& from, const std::string& to) {
    const ConfigValue value = result_.librdkafka.at(from);
    result_.librdkafka[to] = value;
  }

  int64_t Number(const std::string& name) const {
    const auto it = result_.librdkafka.find(name);
    int64_t number = 0;
    if (it == result_.librdkafka.end() ||
        !absl::SimpleAtoi(it->second.text, &number)) {
      return -1;
    }
    return number;
  }

  const unsigned role_;
  const SettingMap& java_;
  const ConfigSources& sources_;
  const SecurityUse security_;
  TranslatedSettings result_;
};

}  // namespace

TranslatedSettings TranslateJavaClientSettings(JavaClient role,
                                               const SettingMap& java,
                                               const ConfigSources& sources) {
  return Translator(role, java, sources).Run();
}

}  // namespace mirror::internal
