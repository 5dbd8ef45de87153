// SPDX-License-Identifier: Apache-2.0
//
// What the tests of this room share: a file with two clusters, and sources that
// know one secret.

#ifndef MIRROR_CONFIG_CONFIG_TESTING_H_
#define MIRROR_CONFIG_CONFIG_TESTING_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mirror/config/mirror_maker_config.h"
#include "mirror/config/resolved_flow.h"
#include "mirror/flow.h"
#include "mirror/java/config_sources.h"
#include "mirror/java/config_value.h"

namespace mirror::internal {

// What ${env:SECRET} stands for.
inline constexpr char kSecret[] = "hunter2";

// Four lines, so that what a test adds begins in line 5.
inline constexpr char kTwoClusters[] =
    "clusters=A,B\n"
    "A.bootstrap.servers=a:9092\n"
    "B.bootstrap.servers=b:9092\n"
    "A->B.enabled=true\n";

// No files, and SECRET as the only variable.
ConfigSources FakeSources();

// `text` as mm2.properties.
absl::StatusOr<MirrorMakerConfig> Parse(
    const std::string& text, const std::vector<std::string>& targets = {});

// What is wrong with `text`; empty if nothing is.
std::string Errors(const std::string& text);

// The flow A->B of kTwoClusters with `more` in the file; fails the test if
// there is none.
Flow AToB(const std::string& more);

// The settings of its clients.
FlowClients ClientsOfAToB(const std::string& more);

// The value in force of a property that Flow has no field for.
std::string EffectiveInAToB(const std::string& more,
                            const std::string& property);

// The value of `name`, or "(none)".
std::string Text(const SettingMap& map, const std::string& name);

}  // namespace mirror::internal

#endif  // MIRROR_CONFIG_CONFIG_TESTING_H_
