// SPDX-License-Identifier: Apache-2.0

#include "mirror/java/config_provider.h"

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace mirror::internal {
namespace {

constexpr absl::string_view kPackage =
    "org.apache.kafka.common.config.provider.";
constexpr absl::string_view kEnv = "EnvVarConfigProvider";
constexpr absl::string_view kFile = "FileConfigProvider";
constexpr absl::string_view kDirectory = "DirectoryConfigProvider";

// One variable: ${provider:key} or ${provider:path:key}.
struct Variable {
  absl::string_view whole, provider, path, key;
};

// Finds the first variable at or after `from`. As in Kafka the provider ends
// at the first colon, the path at the second, and the key at the first brace.
bool FindVariable(absl::string_view text, size_t from, Variable* variable) {
  for (size_t begin = text.find("${", from); begin != absl::string_view::npos;
       begin = text.find("${", begin + 1)) {
    const size_t end = text.find('}', begin);
    if (end == absl::string_view::npos) return false;
    const absl::string_view inside = text.substr(begin + 2, end - begin - 2);
    const size_t first = inside.find(':');
    if (first == absl::string_view::npos) continue;
    variable->whole = text.substr(begin, end - begin + 1);
    variable->provider = inside.substr(0, first);
    const absl::string_view rest = inside.substr(first + 1);
    const size_t second = rest.find(':');
    const bool has_path = second != absl::string_view::npos;
    variable->path = has_path ? rest.substr(0, second) : absl::string_view();
    variable->key = has_path ? rest.substr(second + 1) : rest;
    return true;
  }
  return false;
}

}  // namespace

ConfigProviders::ConfigProviders(const JavaProperties& properties,
                                 ConfigSources sources)
    : sources_(std::move(sources)),
      class_by_name_{{"env", std::string(kEnv)},
                     {"file", std::string(kFile)},
                     {"dir", std::string(kDirectory)},
                     {"directory", std::string(kDirectory)}} {
  const std::string* names = properties.Find("config.providers");
  if (names == nullptr) return;
  for (absl::string_view name : absl::StrSplit(*names, ',')) {
    name = absl::StripAsciiWhitespace(name);
    const std::string* class_name =
        properties.Find(absl::StrCat("config.providers.", name, ".class"));
    if (class_name == nullptr) continue;
    absl::string_view stripped = absl::StripAsciiWhitespace(*class_name);
    absl::ConsumePrefix(&stripped, kPackage);
    class_by_name_[std::string(name)] = std::string(stripped);
  }
}

absl::StatusOr<std::string> ConfigProviders::Resolve(absl::string_view value) {
  std::string result;
  size_t position = 0;
  Variable variable;
  while (FindVariable(value, position, &variable)) {
    const size_t begin =
        static_cast<size_t>(variable.whole.data() - value.data());
    absl::StrAppend(&result, value.substr(position, begin - position));
    absl::StatusOr<std::string> found =
        Lookup(variable.provider, std::string(variable.path),
               std::string(variable.key));
    if (!found.ok()) {
      // What looks like a variable of an unknown provider may be a piece of a
      // password, so it is not quoted.
      if (class_by_name_.count(std::string(variable.provider)) == 0) {
        return found.status();
      }
      return absl::Status(found.status().code(),
                          absl::StrCat("cannot resolve ", variable.whole, ": ",
                                       found.status().message()));
    }
    absl::StrAppend(&result, *found);
    position = begin + variable.whole.size();
  }
  absl::StrAppend(&result, value.substr(position));
  return result;
}

absl::StatusOr<std::string> ConfigProviders::Lookup(absl::string_view provider,
                                                    const std::string& path,
                                                    const std::string& key) {
  const auto it = class_by_name_.find(std::string(provider));
  if (it == class_by_name_.end()) {
    return absl::InvalidArgumentError(
        "${provider:...} names a config provider that is not declared in "
        "config.providers; env, file and dir are built in");
  }
  if (it->second == kEnv) {
    if (!path.empty()) {
      return absl::InvalidArgumentError("write ${env:NAME}, without a path");
    }
    absl::optional<std::string> found = sources_.get_env(key);
    if (found.has_value()) return *std::move(found);
    return absl::NotFoundError(
        absl::StrCat("the environment variable ", key, " is not set"));
  }
  if (it->second != kFile && it->second != kDirectory) {
    return absl::InvalidArgumentError(
        absl::StrCat("Java class ", it->second, " cannot be loaded here; use ",
                     kEnv, ", ", kFile, " or ", kDirectory));
  }
  if (path.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("write ${", provider, ":/path:key}"));
  }
  if (it->second == kFile) return FromFile(path, key);
  if (key.empty() || absl::StrContains(key, "/") || key == "..") {
    return absl::InvalidArgumentError(
        "the key must be the name of a file inside the directory");
  }
  return sources_.read_file(absl::StrCat(path, "/", key));
}

absl::StatusOr<std::string> ConfigProviders::FromFile(const std::string& path,
                                                      const std::string& key) {
  auto it = files_.find(path);
  if (it == files_.end()) {
    absl::StatusOr<std::string> text = sources_.read_file(path);
    if (!text.ok()) return text.status();
    absl::StatusOr<JavaProperties> parsed = JavaProperties::Parse(*text, path);
    if (!parsed.ok()) return parsed.status();
    it = files_.emplace(path, *std::move(parsed)).first;
  }
  const std::string* value = it->second.Find(key);
  if (value != nullptr) return *value;
  return absl::NotFoundError(absl::StrCat(path, " has no key ", key));
}

}  // namespace mirror::internal
