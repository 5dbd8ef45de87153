// SPDX-License-Identifier: Apache-2.0

#include "mirror/progress/flow_note.h"

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace mirror::internal {
namespace {

using Json = nlohmann::json;

constexpr char kConnector[] = "MirrorFlow";

Json Parse(absl::string_view bytes) {
  return Json::parse(bytes.begin(), bytes.end(), nullptr,
                     /*allow_exceptions=*/false);
}

// The string member; nullptr if there is none.
const std::string* Text(const Json& object, const char* name) {
  const auto member = object.find(name);
  return member == object.end() ? nullptr
                                : member->get_ptr<const std::string*>();
}

}  // namespace

std::string FlowNote::EncodeKey() const {
  Json partition = {{"cluster", cluster}};
  if (!topic.empty()) partition["topic"] = topic;
  return Json::array({kConnector, std::move(partition)})
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string FlowNote::EncodeValue() const {
  return absl::StrCat("{\"since\":", absl::ToUnixMillis(*since), "}");
}

absl::StatusOr<FlowNote> FlowNote::Decode(
    absl::string_view key, std::optional<absl::string_view> value) {
  const Json json = Parse(key);
  const bool is_note = json.is_array() && json.size() == 2 &&
                       json[0] == kConnector && json[1].is_object();
  const std::string* cluster = is_note ? Text(json[1], "cluster") : nullptr;
  if (cluster == nullptr) {
    return absl::InvalidArgumentError("no key of a flow's note");
  }
  FlowNote note{*cluster, "", std::nullopt};
  if (const std::string* topic = Text(json[1], "topic")) note.topic = *topic;
  if (!value.has_value()) return note;
  const Json content = Parse(*value);
  if (content.is_null()) return note;
  const auto since =
      content.is_object() ? content.find("since") : content.end();
  if (since == content.end() || !since->is_number_unsigned()) {
    return absl::InvalidArgumentError(
        "the value of a flow's note must be JSON of the form "
        "{\"since\":1700000000000}");
  }
  note.since = absl::FromUnixMillis(since->get<int64_t>());
  return note;
}

}  // namespace mirror::internal
