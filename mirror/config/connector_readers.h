// SPDX-License-Identifier: Apache-2.0
//
// Which of MM2's connectors read a property. On Kafka Connect each has a map of
// its own, and people write the same into all three.

#ifndef MIRROR_CONFIG_CONNECTOR_READERS_H_
#define MIRROR_CONFIG_CONNECTOR_READERS_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "mirror/config/connector.h"

namespace mirror::internal {

// The kinds that read `name`; nullopt: what the table does not say is read by
// the connector that has the clients, the source connector.
std::optional<unsigned> ReadersOf(absl::string_view name);

// Every connector has its own; those of the source connector are in force.
bool IsOwnOfEach(absl::string_view name);

}  // namespace mirror::internal

#endif  // MIRROR_CONFIG_CONNECTOR_READERS_H_
