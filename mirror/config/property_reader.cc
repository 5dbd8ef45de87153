// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/property_reader.h"

#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "mirror/policy/filters.h"

namespace mirror::internal {
namespace {

absl::Status Invalid(const ConfigValue& value, absl::string_view reason) {
  return absl::InvalidArgumentError(value.Message(reason));
}

bool IsNumber(PropertyType type) {
  return type == PropertyType::kInt || type == PropertyType::kSeconds ||
         type == PropertyType::kMillis;
}

// The choice that `text` names, or nothing. A class may carry its package.
absl::string_view MatchChoice(const PropertySpec& spec,
                              absl::string_view text) {
  const bool is_class =
      spec.type == PropertyType::kClass || spec.type == PropertyType::kPlugin;
  for (const absl::string_view choice : spec.choices) {
    if (is_class) {
      if (text == choice || (absl::StartsWith(text, "org.apache.kafka.") &&
                             absl::EndsWith(text, absl::StrCat(".", choice)))) {
        return choice;
      }
    } else if (absl::EqualsIgnoreCase(text, choice)) {
      return choice;
    }
  }
  return {};
}

absl::StatusOr<int64_t> ReadNumber(const PropertySpec& spec,
                                   const ConfigValue& value) {
  int64_t number = 0;
  if (!absl::SimpleAtoi(value.text, &number)) {
    return Invalid(
        value, absl::StrCat("must be a whole number, ", AllowedValues(spec)));
  }
  const bool means_never = spec.type == PropertyType::kSeconds && number < 0;
  // -1 asks the broker for its default number of replicas; none cannot be.
  const bool zero_replicas = spec.min == -1 && number == 0;
  if (!means_never &&
      (number < spec.min || number > spec.max || zero_replicas)) {
    return Invalid(value, absl::StrCat("must be ", AllowedValues(spec)));
  }
  return number;
}

bool AreServers(absl::string_view text) {
  for (absl::string_view server : absl::StrSplit(text, ',')) {
    server = absl::StripAsciiWhitespace(server);
    const size_t colon = server.rfind(':');
    int port = 0;
    if (colon == 0 || absl::StrContains(server, ';') ||
        colon == absl::string_view::npos ||
        !absl::SimpleAtoi(server.substr(colon + 1), &port) || port < 1 ||
        port > 65535) {
      return false;
    }
  }
  return true;
}

absl::Status CheckPatterns(const PropertySpec& spec, const ConfigValue& value) {
  absl::Status status = RegexTopicFilter::Create(value.text, "").status();
  if (status.ok()) return status;
  // The filter quotes the expression, which must not be done for a variable.
  if (value.shown != value.text) {
    return Invalid(value, absl::StrCat("must be ", AllowedValues(spec)));
  }
  absl::string_view reason = status.message();
  absl::ConsumePrefix(&reason, "topics: ");  // the value's own name is there
  return Invalid(value, reason);
}

}  // namespace

std::string AllowedValues(const PropertySpec& spec) {
  switch (spec.type) {
    case PropertyType::kBool:
      return "true or false";
    case PropertyType::kChoice:
    case PropertyType::kClass:
      return spec.choices.size() == 1
                 ? std::string(spec.choices.front())
                 : absl::StrCat("one of: ", absl::StrJoin(spec.choices, ", "));
    case PropertyType::kPlugin:
      return absl::StrCat(absl::StrJoin(spec.choices, ", "),
                          ", or a class of the host");
    case PropertyType::kSeconds:
      return absl::StrCat("at least ", spec.min, " (seconds), or -1 for never");
    case PropertyType::kMillis:
      return absl::StrCat("at least ", spec.min, " (milliseconds)");
    case PropertyType::kInt:
      if (spec.min == -1) return absl::StrCat("-1 or from 1 to ", spec.max);
      if (spec.max >= std::numeric_limits<int32_t>::max()) {
        return absl::StrCat("at least ", spec.min);
      }
      return absl::StrCat("from ", spec.min, " to ", spec.max);
    case PropertyType::kServers:
      return "host:port, or several with commas between them";
    case PropertyType::kText:
      return "text";
    case PropertyType::kList:
      return "a comma list";
    case PropertyType::kPatterns:
      return "a comma list of regular expressions";
  }
  return "";
}

absl::Status CheckValue(const PropertySpec& spec, const ConfigValue& value) {
  if (spec.use == PropertyUse::kRefused) return Invalid(value, spec.meaning);
  if (spec.use == PropertyUse::kIgnored) return absl::OkStatus();
  const absl::string_view text = absl::StripAsciiWhitespace(value.text);
  if (IsNumber(spec.type)) return ReadNumber(spec, value).status();
  if (spec.type == PropertyType::kPatterns) return CheckPatterns(spec, value);
  if (spec.type == PropertyType::kBool &&
      !absl::EqualsIgnoreCase(text, "true") &&
      !absl::EqualsIgnoreCase(text, "false")) {
    return Invalid(value, "must be true or false");
  }
  if (spec.type == PropertyType::kServers && !AreServers(text)) {
    return Invalid(value, absl::StrCat("must be ", AllowedValues(spec)));
  }
  if (spec.type == PropertyType::kChoice && MatchChoice(spec, text).empty()) {
    return Invalid(value, absl::StrCat("must be ", AllowedValues(spec)));
  }
  if (spec.type == PropertyType::kClass && MatchChoice(spec, text).empty()) {
    return Invalid(value, absl::StrCat("must be ", AllowedValues(spec), ". ",
                                       spec.meaning));
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> ReadInt(const PropertySpec& spec,
                                const ConfigValue& value) {
  return ReadNumber(spec, value);
}

absl::StatusOr<bool> ReadBool(const PropertySpec& spec,
                              const ConfigValue& value) {
  absl::Status checked = CheckValue(spec, value);
  if (!checked.ok()) return checked;
  return absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(value.text), "true");
}

absl::StatusOr<absl::Duration> ReadDuration(const PropertySpec& spec,
                                            const ConfigValue& value) {
  const absl::StatusOr<int64_t> number = ReadNumber(spec, value);
  if (!number.ok()) return number.status();
  if (*number < 0) return absl::InfiniteDuration();
  return spec.type == PropertyType::kSeconds ? absl::Seconds(*number)
                                             : absl::Milliseconds(*number);
}

absl::StatusOr<std::string> ReadText(const PropertySpec& spec,
                                     const ConfigValue& value) {
  absl::Status checked = CheckValue(spec, value);
  if (!checked.ok()) return checked;
  const absl::string_view text = absl::StripAsciiWhitespace(value.text);
  if (spec.choices.empty()) return std::string(text);
  const absl::string_view choice = MatchChoice(spec, text);
  // A class of the host keeps the name that it is registered by.
  return std::string(choice.empty() ? text : choice);
}

}  // namespace mirror::internal
