// SPDX-License-Identifier: Apache-2.0

#include "mirror/http/status_json.h"

#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include <vector>

#include "absl/status/status.h"
#include "mirror/model/utf8.h"

namespace mirror::internal {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Protobuf would drop such strings, and complain on standard error.
void MakeStringUtf8(const FieldDescriptor* field, const Reflection& fields,
                    Message* message) {
  if (!field->is_repeated()) {
    const std::string text = fields.GetString(*message, field);
    if (!IsUtf8(text)) fields.SetString(message, field, ToUtf8(text));
    return;
  }
  for (int i = 0; i < fields.FieldSize(*message, field); ++i) {
    const std::string text = fields.GetRepeatedString(*message, field, i);
    if (!IsUtf8(text)) {
      fields.SetRepeatedString(message, field, i, ToUtf8(text));
    }
  }
}

void MakeUtf8(Message* message) {
  const Reflection& fields = *message->GetReflection();
  std::vector<const FieldDescriptor*> set;
  fields.ListFields(*message, &set);
  for (const FieldDescriptor* const field : set) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      MakeStringUtf8(field, fields, message);
    } else if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      continue;
    } else if (!field->is_repeated()) {
      MakeUtf8(fields.MutableMessage(message, field));
    } else {
      for (int i = 0; i < fields.FieldSize(*message, field); ++i) {
        MakeUtf8(fields.MutableRepeatedMessage(message, field, i));
      }
    }
  }
}

}  // namespace

std::string StatusToJson(EngineStatus status) {
  MakeUtf8(&status);
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  const auto result =
      google::protobuf::util::MessageToJsonString(status, &json, options);
  return result.ok() ? json + "\n" : "{}\n";
}

absl::StatusOr<EngineStatus> StatusFromJson(const std::string& json) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  EngineStatus status;
  const auto result =
      google::protobuf::util::JsonStringToMessage(json, &status, options);
  if (!result.ok()) {
    return absl::InvalidArgumentError("this is not the status of a mirror");
  }
  return status;
}

}  // namespace mirror::internal
