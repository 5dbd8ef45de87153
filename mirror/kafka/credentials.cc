// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/credentials.h"

#include <sys/stat.h>

#include <utility>

#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

bool IsPassword(const std::string& name) {
  return name == "sasl.username" || name == "sasl.password";
}

}  // namespace

Credentials::Credentials(Properties properties)
    : properties_(std::move(properties)), files_(Look(properties_)) {}

Credentials::Change Credentials::Take(Properties fresh) {
  Change change = Change::kNone;
  for (auto& [name, value] : fresh) {
    const auto known = properties_.find(name);
    if (known != properties_.end() && known->second == value) continue;
    properties_[name] = std::move(value);
    if (!IsPassword(name)) {
      change = Change::kOther;
    } else if (change == Change::kNone) {
      change = Change::kPassword;
    }
  }
  Files files = Look(properties_);
  if (files == files_) return change;
  files_ = std::move(files);
  return Change::kOther;
}

Credentials::Files Credentials::Look(const Properties& properties) {
  Files files;
  for (const char* name : kKeyFileSettings) {
    const auto it = properties.find(name);
    struct stat file = {};
    if (it == properties.end() || stat(it->second.c_str(), &file) != 0) {
      continue;
    }
    files[it->second] =
        absl::StrCat(file.st_ino, " ", file.st_size, " ", file.st_mtim.tv_sec,
                     ".", file.st_mtim.tv_nsec);
  }
  return files;
}

}  // namespace mirror::internal
