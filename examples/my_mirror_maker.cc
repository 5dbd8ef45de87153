// SPDX-License-Identifier: Apache-2.0
//
// A daemon of one's own: mirror_maker, and a properties file may say
// `replication.policy.class = com.acme.SuffixPolicy`. The class has a property
// of its own:
//
//   replication.policy.suffix = -copied-from-

#include "examples/suffix_policy.h"
#include "mirror/config/plugin_registry.h"
#include "mirror/daemon/mirror_maker_main.h"

int main(int argc, char** argv) {
  mirror::PluginRegistry plugins;
  plugins.Add<SuffixPolicy>("com.acme.SuffixPolicy");
  return mirror::MirrorMakerMain(argc, argv, plugins);
}
