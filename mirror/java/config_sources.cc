// SPDX-License-Identifier: Apache-2.0

#include "mirror/java/config_sources.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace mirror {
namespace {

// C's files, since a stream that reads a directory throws.
absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      std::fopen(path.c_str(), "rb"), std::fclose);
  std::string content;
  char buffer[4096];
  size_t size = 0;
  while (file != nullptr &&
         (size = std::fread(buffer, 1, sizeof(buffer), file.get())) > 0) {
    content.append(buffer, size);
  }
  if (file == nullptr || std::ferror(file.get()) != 0) {
    return absl::NotFoundError(absl::StrCat(path, ": ", std::strerror(errno)));
  }
  return content;
}

}  // namespace

ConfigSources ConfigSources::System() {
  ConfigSources sources;
  sources.read_file = ReadFile;
  sources.get_env = [](const std::string& name) -> absl::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return absl::nullopt;
    return std::string(value);
  };
  return sources;
}

}  // namespace mirror
