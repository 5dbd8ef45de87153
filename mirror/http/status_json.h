// SPDX-License-Identifier: Apache-2.0
//
// A status in protobuf's JSON form.

#ifndef MIRROR_HTTP_STATUS_JSON_H_
#define MIRROR_HTTP_STATUS_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

// With every field by its name in status.proto, also those that are 0; 64-bit
// numbers are strings, as protobuf has it. Bytes that are not UTF-8, as ids of
// groups may have them, are "\xNN".
std::string StatusToJson(EngineStatus status);

// The inverse. Fields that are not known, of a newer version, are skipped.
// InvalidArgument: `json` is no status.
absl::StatusOr<EngineStatus> StatusFromJson(const std::string& json);

}  // namespace mirror::internal

#endif  // MIRROR_HTTP_STATUS_JSON_H_
