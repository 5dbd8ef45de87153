// SPDX-License-Identifier: Apache-2.0

#include "mirror/progress/connect_offset.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace mirror::internal {
namespace {

using Json = nlohmann::json;
using OffsetKey =
    std::variant<SourceOffsetKey, CheckpointOffsetKey, HeartbeatOffsetKey>;

// ---- Writing -------------------------------------------------------------

struct Utf8Sequence {
  size_t length;  // at least 1
  bool valid;
};

// The sequence at the start of `text`; if it is malformed, as much of it as one
// replacement character stands for.
Utf8Sequence NextUtf8(absl::string_view text) {
  const auto byte = [text](size_t i) {
    return static_cast<unsigned char>(text[i]);
  };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {1, true};
  if (lead < 0xc2 || lead > 0xf4) return {1, false};
  const size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  // The second byte's range excludes overlong forms, surrogates, and what lies
  // beyond U+10FFFF.
  unsigned char low = 0x80;
  unsigned char high = 0xbf;
  if (lead == 0xe0) low = 0xa0;
  if (lead == 0xed) high = 0x9f;
  if (lead == 0xf0) low = 0x90;
  if (lead == 0xf4) high = 0x8f;
  for (size_t i = 1; i < length; ++i) {
    if (i == text.size() || byte(i) < low || byte(i) > high) return {i, false};
    low = 0x80;
    high = 0xbf;
  }
  return {length, true};
}

// Whether no byte needs an escape or a check, as in nearly every name. Looks at
// all of them, which compilers do many at a time.
bool IsPlain(absl::string_view text) {
  bool special = false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    special |= byte < 0x20 || byte >= 0x80 || c == '"' || c == '\\';
  }
  return !special;
}

void AppendEscaped(char c, std::string* json) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  switch (c) {
    case '"':
      json->append("\\\"");
      return;
    case '\\':
      json->append("\\\\");
      return;
    case '\b':
      json->append("\\b");
      return;
    case '\t':
      json->append("\\t");
      return;
    case '\n':
      json->append("\\n");
      return;
    case '\f':
      json->append("\\f");
      return;
    case '\r':
      json->append("\\r");
      return;
    default:
      json->append("\\u00");
      json->push_back(kHex[(c >> 4) & 0xf]);
      json->push_back(kHex[c & 0xf]);
  }
}

// As Jackson writes a string: non-ASCII raw, and nothing escaped without need.
void AppendString(absl::string_view text, std::string* json) {
  json->push_back('"');
  if (IsPlain(text)) {
    json->append(text.data(), text.size());
    text = "";
  }
  while (!text.empty()) {
    const Utf8Sequence next = NextUtf8(text);
    const absl::string_view sequence = text.substr(0, next.length);
    if (!next.valid) {
      json->append("\xef\xbf\xbd");
    } else if (next.length > 1 || IsPlain(sequence)) {
      json->append(sequence.data(), sequence.size());
    } else {
      AppendEscaped(text[0], json);
    }
    text.remove_prefix(next.length);
  }
  json->push_back('"');
}

// ["connector",{
std::string StartKey(absl::string_view connector, size_t member_bytes) {
  std::string json;
  json.reserve(connector.size() + member_bytes + 64);
  json.push_back('[');
  AppendString(connector, &json);
  json.append(",{");
  return json;
}

// ---- Reading what Java writes, without a JSON parser ----------------------

// Consumes JSON text piece by piece; gives up at anything unusual.
class Cursor {
 public:
  explicit Cursor(absl::string_view text) : rest_(text) {}

  bool Literal(absl::string_view expected) {
    if (!absl::StartsWith(rest_, expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }

  // A string after its opening quote, without escapes or non-ASCII, and the
  // closing quote.
  bool PlainString(std::string* value) {
    const size_t size = rest_.find('"');
    if (size == absl::string_view::npos || !IsPlain(rest_.substr(0, size))) {
      return false;
    }
    value->assign(rest_.data(), size);
    rest_.remove_prefix(size + 1);
    return true;
  }

  // Up to `max_digits` (at most 18, so no overflow) digits.
  bool Integer(size_t max_digits, int64_t* value) {
    size_t size = 0;
    *value = 0;
    while (size < rest_.size() && rest_[size] >= '0' && rest_[size] <= '9') {
      if (++size > max_digits) return false;
      *value = *value * 10 + (rest_[size - 1] - '0');
    }
    // JSON knows no leading zeros.
    if (size == 0 || (size > 1 && rest_[0] == '0')) return false;
    rest_.remove_prefix(size);
    return true;
  }

  bool AtEnd() const { return rest_.empty(); }

 private:
  absl::string_view rest_;
};

bool ReadSourceKeyAsWritten(absl::string_view bytes, SourceOffsetKey* key) {
  Cursor cursor(bytes);
  int64_t partition;
  if (!cursor.Literal("[\"") || !cursor.PlainString(&key->connector) ||
      !cursor.Literal(",{\"cluster\":\"") ||
      !cursor.PlainString(&key->cluster) ||
      !cursor.Literal(",\"partition\":") || !cursor.Integer(9, &partition) ||
      !cursor.Literal(",\"topic\":\"") ||
      !cursor.PlainString(&key->topic_partition.topic) ||
      !cursor.Literal("}]") || !cursor.AtEnd()) {
    return false;
  }
  key->topic_partition.partition = static_cast<int32_t>(partition);
  return true;
}

bool ReadValueAsWritten(absl::string_view bytes, int64_t* offset) {
  Cursor cursor(bytes);
  return cursor.Literal("{\"offset\":") && cursor.Integer(18, offset) &&
         cursor.Literal("}") && cursor.AtEnd();
}

// ---- Reading any JSON ------------------------------------------------------

absl::Status Refuse(absl::string_view what, absl::string_view bytes,
                    absl::string_view problem) {
  constexpr size_t kMostBytesQuoted = 200;
  return absl::InvalidArgumentError(absl::StrCat(
      what, " \"", absl::Utf8SafeCEscape(bytes.substr(0, kMostBytesQuoted)),
      "\": ", problem));
}

Json Parse(absl::string_view bytes) {
  return Json::parse(bytes.begin(), bytes.end(), nullptr,
                     /*allow_exceptions=*/false);
}

// Reads the members of one object; remembers the first that is wrong.
class Members {
 public:
  explicit Members(const Json& object) : object_(object) {}

  std::string String(const char* name) {
    const auto member = Find(name);
    if (member == object_.end()) return "";
    const auto* text = member->get_ptr<const std::string*>();
    if (text == nullptr) Problem(name, "must be a string");
    return text == nullptr ? "" : *text;
  }

  int64_t Integer(const char* name, int64_t min, int64_t max) {
    const auto member = Find(name);
    if (member == object_.end()) return 0;
    // The library has two kinds; all that is not negative is of the first.
    const auto* natural = member->get_ptr<const uint64_t*>();
    if (natural != nullptr && *natural <= static_cast<uint64_t>(max)) {
      return static_cast<int64_t>(*natural);
    }
    const auto* number = member->get_ptr<const int64_t*>();
    if (natural == nullptr && number != nullptr && *number >= min) {
      return *number;
    }
    Problem(name, absl::StrCat("must be an integer from ", min, " to ", max));
    return 0;
  }

  void NoOthersThan(size_t count) {
    if (object_.size() > count) {
      Fail("has members that MirrorMaker does not write");
    }
  }

  void Fail(absl::string_view problem) {
    if (problem_.empty()) problem_ = std::string(problem);
  }

  const std::string& problem() const { return problem_; }

 private:
  Json::const_iterator Find(const char* name) {
    const auto member = object_.find(name);
    if (member == object_.end()) Problem(name, "is missing");
    return member;
  }
  void Problem(const char* name, absl::string_view what) {
    Fail(absl::StrCat("\"", name, "\" ", what));
  }

  const Json& object_;
  std::string problem_;
};

constexpr int32_t kMaxPartition = std::numeric_limits<int32_t>::max();
constexpr int64_t kMaxOffset = std::numeric_limits<int64_t>::max();

OffsetKey ReadMembers(Members* members, const Json& object,
                      std::string connector) {
  const auto topic_partition = [members] {
    return TopicPartition{
        members->String("topic"),
        static_cast<int32_t>(members->Integer("partition", 0, kMaxPartition))};
  };
  if (object.contains("cluster")) {
    members->NoOthersThan(3);
    return SourceOffsetKey{members->String("cluster"), topic_partition(),
                           std::move(connector)};
  }
  if (object.contains("group")) {
    members->NoOthersThan(3);
    return CheckpointOffsetKey{members->String("group"), topic_partition(),
                               std::move(connector)};
  }
  if (!object.contains("sourceClusterAlias")) {
    members->Fail("is no key of MirrorMaker's three connectors");
  }
  members->NoOthersThan(2);
  return HeartbeatOffsetKey{members->String("sourceClusterAlias"),
                            members->String("targetClusterAlias"),
                            std::move(connector)};
}

absl::StatusOr<OffsetKey> ReadKey(absl::string_view bytes) {
  SourceOffsetKey as_written;
  if (ReadSourceKeyAsWritten(bytes, &as_written)) {
    return OffsetKey(std::move(as_written));
  }
  const Json json = Parse(bytes);
  if (!json.is_array() || json.size() != 2 || !json[0].is_string() ||
      !json[1].is_object()) {
    return Refuse("offset key", bytes,
                  "must be JSON of the form [\"connector\",{...}]");
  }
  Members members(json[1]);
  OffsetKey key = ReadMembers(&members, json[1], json[0].get<std::string>());
  if (!members.problem().empty()) {
    return Refuse("offset key", bytes, members.problem());
  }
  return key;
}

// Sets the offset, unless it is the JSON literal null, which Connect takes for
// no value as well, and `copied`.
absl::Status ReadValue(absl::string_view bytes, int64_t min, int64_t max,
                       ConnectOffset* result) {
  int64_t offset;
  if (ReadValueAsWritten(bytes, &offset) && offset <= max) {
    result->offset = UpstreamOffset(offset);
    return absl::OkStatus();
  }
  const Json json = Parse(bytes);
  if (json.is_null()) return absl::OkStatus();
  if (!json.is_object()) {
    return Refuse("offset value", bytes,
                  "must be JSON of the form {\"offset\":1000}");
  }
  Members members(json);
  offset = members.Integer("offset", min, max);
  if (!members.problem().empty()) {
    return Refuse("offset value", bytes, members.problem());
  }
  result->offset = UpstreamOffset(offset);
  const auto copied = json.find("copied");
  result->copied = copied == json.end() || *copied != false;
  return absl::OkStatus();
}

}  // namespace

std::string SourceOffsetKey::Encode() const {
  std::string json =
      StartKey(connector, cluster.size() + topic_partition.topic.size());
  json.append("\"cluster\":");
  AppendString(cluster, &json);
  absl::StrAppend(&json, ",\"partition\":", topic_partition.partition,
                  ",\"topic\":");
  AppendString(topic_partition.topic, &json);
  json.append("}]");
  return json;
}

std::string CheckpointOffsetKey::Encode() const {
  std::string json =
      StartKey(connector, group.size() + topic_partition.topic.size());
  absl::StrAppend(&json, "\"partition\":", topic_partition.partition,
                  ",\"topic\":");
  AppendString(topic_partition.topic, &json);
  json.append(",\"group\":");
  AppendString(group, &json);
  json.append("}]");
  return json;
}

std::string HeartbeatOffsetKey::Encode() const {
  std::string json =
      StartKey(connector, source_alias.size() + target_alias.size());
  json.append("\"sourceClusterAlias\":");
  AppendString(source_alias, &json);
  json.append(",\"targetClusterAlias\":");
  AppendString(target_alias, &json);
  json.append("}]");
  return json;
}

absl::StatusOr<ConnectOffset> ConnectOffset::Decode(
    absl::string_view key, std::optional<absl::string_view> value) {
  absl::StatusOr<OffsetKey> offset_key = ReadKey(key);
  if (!offset_key.ok()) return offset_key.status();
  ConnectOffset result{*std::move(offset_key), std::nullopt};
  if (!value.has_value()) return result;
  const bool is_source = std::holds_alternative<SourceOffsetKey>(result.key);
  absl::Status read = ReadValue(*value, is_source ? -1 : 0,
                                is_source ? kMaxOffset : 0, &result);
  if (!read.ok()) return read;
  return result;
}

std::string EncodeConnectOffsetValue(UpstreamOffset offset, bool copied) {
  return absl::StrCat("{\"offset\":", offset.value(),
                      copied ? "" : ",\"copied\":false", "}");
}

}  // namespace mirror::internal
