// SPDX-License-Identifier: Apache-2.0

#include "mirror/model/wire.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

// Written so that compilers turn each into one byte swap.
template <typename Int>
void AppendBigEndian(Int value, std::string* bytes) {
  char out[sizeof(Int)];
  auto rest = static_cast<uint64_t>(value);
  for (size_t i = sizeof(Int); i-- > 0; rest >>= 8) {
    out[i] = static_cast<char>(rest & 0xff);
  }
  bytes->append(out, sizeof(Int));
}

template <typename Int>
Int LoadBigEndian(const char* bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < sizeof(Int); ++i) {
    value = (value << 8) | static_cast<unsigned char>(bytes[i]);
  }
  return static_cast<Int>(value);
}

}  // namespace

void WireWriter::PutInt16(int16_t value) { AppendBigEndian(value, &bytes_); }
void WireWriter::PutInt32(int32_t value) { AppendBigEndian(value, &bytes_); }
void WireWriter::PutInt64(int64_t value) { AppendBigEndian(value, &bytes_); }

void WireWriter::PutString(absl::string_view text) {
  if (text.size() > kMaxWireString) {
    if (too_long_ == 0) too_long_ = text.size();
    return;
  }
  PutInt16(static_cast<int16_t>(text.size()));
  bytes_.append(text.data(), text.size());
}

absl::StatusOr<std::string> WireWriter::Finish() && {
  if (too_long_ > 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("a string of ", too_long_,
                     " bytes does not fit a record field, which holds at most ",
                     kMaxWireString));
  }
  return std::move(bytes_);
}

const char* WireReader::Take(size_t size) {
  if (!status_.ok()) return nullptr;
  if (bytes_.size() - position_ < size) {
    status_ = absl::InvalidArgumentError(
        absl::StrCat(what_, " is truncated: ", size, " bytes expected at byte ",
                     position_, " of ", bytes_.size()));
    return nullptr;
  }
  const char* start = bytes_.data() + position_;
  position_ += size;
  return start;
}

bool WireReader::Refuse(absl::string_view problem, int64_t value) {
  status_ = absl::InvalidArgumentError(absl::StrCat(
      what_, " has a ", problem, " (", value, ") before byte ", position_));
  return false;
}

bool WireReader::ReadInt16(int16_t* value) {
  const char* bytes = Take(sizeof(*value));
  if (bytes == nullptr) return false;
  *value = LoadBigEndian<int16_t>(bytes);
  return true;
}

bool WireReader::ReadInt32(int32_t* value) {
  const char* bytes = Take(sizeof(*value));
  if (bytes == nullptr) return false;
  *value = LoadBigEndian<int32_t>(bytes);
  return true;
}

bool WireReader::ReadInt64(int64_t* value) {
  const char* bytes = Take(sizeof(*value));
  if (bytes == nullptr) return false;
  *value = LoadBigEndian<int64_t>(bytes);
  return true;
}

bool WireReader::ReadString(absl::string_view* text) {
  int16_t length;
  if (!ReadInt16(&length)) return false;
  if (length < 0) return Refuse("negative string length", length);
  const char* bytes = Take(static_cast<size_t>(length));
  if (bytes == nullptr) return false;
  *text = absl::string_view(bytes, static_cast<size_t>(length));
  return true;
}

bool WireReader::ReadPartition(int32_t* value) {
  return ReadInt32(value) &&
         (*value >= 0 || Refuse("negative partition", *value));
}

bool WireReader::ReadOffset(int64_t* value) {
  return ReadInt64(value) && (*value >= 0 || Refuse("negative offset", *value));
}

bool WireReader::ReadVersion0() {
  int16_t version;
  if (!ReadInt16(&version)) return false;
  if (version == 0) return true;
  status_ = absl::UnimplementedError(
      absl::StrCat(what_, " has version ", version,
                   "; this library knows version 0 only and skips it"));
  return false;
}

}  // namespace mirror::internal
